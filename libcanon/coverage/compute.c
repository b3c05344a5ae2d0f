/*
 * Counting. The database sums by repository and team; what is summed here is
 * at most repositories times teams.
 */
#include "coverage.h"

#include "array.h"
#include "conn.h"
#include "date.h"
#include "fail.h"
#include "map.h"
#include "mem.h"
#include "snapshots.h"

#include <stdlib.h>

#define DEFAULT_DAYS 30
#define MAX_DAYS     730

/* What one computation works on. */
typedef struct computation {
    canon_conn *conn;
    canon_coverage *result;
    cn_coverage_scope scope;
    int32_t today;
    int days;
} computation;

static void read_counters(cn_rows *rows, int column, canon_coverage_counts *c)
{
    c->total_sections = cn_rows_int(rows, column);
    c->done_sections = cn_rows_int(rows, column + 1);
    c->total_ac = cn_rows_int(rows, column + 2);
    c->done_ac = cn_rows_int(rows, column + 3);
    c->realized_ac = cn_rows_int(rows, column + 4);
}

static void add_counts(canon_coverage_counts *to,
                       const canon_coverage_counts *c)
{
    to->total_specs += c->total_specs;
    to->total_sections += c->total_sections;
    to->done_sections += c->done_sections;
    to->total_ac += c->total_ac;
    to->done_ac += c->done_ac;
    to->realized_ac += c->realized_ac;
}

/* A breakdown that grows: entries in an arena, found by name. */
typedef struct breakdown {
    cn_arena *arena;
    cn_array list; /* of cn_named_counts * */
    cn_map names;
} breakdown;

static int breakdown_add(breakdown *b, cn_slice name,
                         const canon_coverage_counts *c)
{
    cn_named_counts *entry = cn_map_get(&b->names, name);
    cn_named_counts **place;

    if (!entry) {
        entry = cn_arena_array(b->arena, 1, sizeof(*entry));
        place = cn_array_push(&b->list);
        if (!entry || !place)
            return CANON_ENOMEM;
        *place = entry;
        entry->name = cn_arena_copy(b->arena, name);
        if (!entry->name || cn_map_put(&b->names, cn_str(entry->name), entry))
            return CANON_ENOMEM;
    }
    add_counts(&entry->counts, c);
    return CANON_OK;
}

static int by_name(const void *a, const void *b)
{
    const cn_named_counts *left = a;
    const cn_named_counts *right = b;

    return cn_slice_cmp(cn_str(left->name), cn_str(right->name));
}

/* The finished list in order, percentages filled in. */
static int breakdown_end(breakdown *b, int rc, cn_named_counts **out,
                         size_t *count_out)
{
    size_t i;

    if (!rc) {
        *out = cn_arena_array(b->arena, b->list.count + 1, sizeof(**out));
        if (!*out)
            rc = CANON_ENOMEM;
    }
    if (!rc) {
        for (i = 0; i < b->list.count; i++) {
            (*out)[i] = **(cn_named_counts **)cn_array_at(&b->list, i);
            canon_coverage_score(&(*out)[i].counts);
        }
        if (b->list.count > 0)
            qsort(*out, b->list.count, sizeof(**out), by_name);
        *count_out = b->list.count;
    }
    cn_array_free(&b->list);
    cn_map_free(&b->names);
    return rc;
}

static int add_row(cn_rows *rows, canon_coverage *c, breakdown *repos,
                   breakdown *teams)
{
    cn_slice team = cn_rows_text(rows, CN_FIGURE_TEAM);
    canon_coverage_counts counts = {0};
    int rc;

    counts.total_specs = cn_rows_int(rows, CN_FIGURE_SPECS);
    read_counters(rows, CN_FIGURE_SECTIONS, &counts);
    add_counts(&c->totals, &counts);
    rc = breakdown_add(repos, cn_rows_text(rows, CN_FIGURE_REPO), &counts);
    if (!rc && team.len > 0)
        rc = breakdown_add(teams, team, &counts);
    return rc;
}

/* Fill totals and breakdowns from the figures of rows, and free rows. */
static int read_figures(computation *k, cn_rows *rows)
{
    canon_coverage *c = k->result;
    breakdown repos = {&c->arena, CN_ARRAY_INIT(cn_named_counts *),
                       CN_MAP_INIT};
    breakdown teams = {&c->arena, CN_ARRAY_INIT(cn_named_counts *),
                       CN_MAP_INIT};
    canon_error *err = &k->conn->err;
    int rc = CANON_OK;
    int rc_teams;

    memset(&c->totals, 0, sizeof(c->totals));
    while (!rc && (rc = cn_rows_next(rows, err)) == 1) {
        rc = add_row(rows, c, &repos, &teams);
        if (rc)
            (void)cn_fail_memory(err); /* the only way to fail */
    }
    cn_rows_free(rows);
    rc_teams = breakdown_end(&teams, rc, &c->teams, &c->team_count);
    rc = breakdown_end(&repos, rc, &c->repos, &c->repo_count);
    if (!rc && rc_teams)
        rc = rc_teams;
    canon_coverage_score(&c->totals);
    return rc == CANON_ENOMEM ? cn_fail_memory(err) : rc;
}

/* Snapshots of the last 30 days if there are any, else what is there now. */
static int count_figures(computation *k)
{
    canon_error *err = &k->conn->err;
    cn_rows *rows = NULL;
    int rc =
        cn_store_figures_stored(k->conn->db, &k->scope, k->today, &rows, err);

    if (!rc)
        rc = read_figures(k, rows);
    if (rc || k->result->totals.total_specs > 0)
        return rc;
    rows = NULL;
    rc = cn_store_figures_live(k->conn->db, &k->scope, &rows, err);
    return rc ? rc : read_figures(k, rows);
}

static int count_trend(computation *k)
{
    canon_coverage *c = k->result;
    cn_array points = CN_ARRAY_INIT(cn_trend_point);
    canon_error *err = &k->conn->err;
    cn_rows *rows = NULL;
    int rc = cn_store_trend(k->conn->db, &k->scope, k->today - k->days,
                            k->today, &rows, err);

    while (!rc && (rc = cn_rows_next(rows, err)) == 1) {
        cn_trend_point *point = cn_array_push(&points);

        if (point) {
            point->day = (int32_t)cn_rows_int(rows, 0);
            read_counters(rows, 1, &point->counts);
        }
        rc = point ? CANON_OK : cn_fail_memory(err);
    }
    cn_rows_free(rows);
    if (!rc) {
        c->trend =
            cn_arena_array(&c->arena, points.count + 1, sizeof(*c->trend));
        rc = c->trend ? CANON_OK : cn_fail_memory(err);
    }
    if (!rc && points.count > 0) {
        memcpy(c->trend, points.items, points.count * sizeof(*c->trend));
        c->trend_count = points.count;
    }
    cn_array_free(&points);
    return rc;
}

static int load_query(computation *k, const canon_coverage_query *query)
{
    canon_conn *conn = k->conn;

    if (query->size < sizeof(*query))
        return cn_fail(&conn->err, CANON_EINVAL,
                       "canon_coverage_query not initialised with "
                       "CANON_COVERAGE_QUERY_INIT");
    k->days = query->days ? query->days : DEFAULT_DAYS;
    if (k->days < 1 || k->days > MAX_DAYS)
        return cn_fail(&conn->err, CANON_EINVAL, "days must be 1 to %d",
                       MAX_DAYS);
    k->today = cn_day_of(canon_now_us(conn->engine));
    k->scope.repo = query->repo ? query->repo : "";
    k->scope.team = query->team ? query->team : "";
    k->scope.org = cn_conn_org(conn, query->org);
    return k->scope.org ? CANON_OK : conn->err.code;
}

static int count_all(canon_conn *conn, void *arg)
{
    computation *k = arg;
    int rc = count_figures(k);

    (void)conn; /* the computation has it */
    return rc ? rc : count_trend(k);
}

int canon_coverage_compute(canon_conn *conn, const canon_coverage_query *query,
                           canon_coverage **out)
{
    computation k = {0};
    int rc = cn_conn_begin(conn, CN_DB_READ);

    *out = NULL;
    k.conn = conn;
    if (!rc)
        rc = load_query(&k, query);
    if (!rc) {
        k.result = cn_calloc(1, sizeof(*k.result));
        rc = k.result ? CANON_OK : cn_fail_memory(&conn->err);
    }
    if (!rc)
        rc = cn_tx_retry(conn, CN_TX_READ, count_all, &k);
    if (rc) {
        canon_coverage_free(k.result);
        k.result = NULL;
    }
    *out = k.result;
    return cn_conn_end(conn, rc);
}

const canon_coverage_counts *canon_coverage_totals(
    const canon_coverage *coverage)
{
    return &coverage->totals;
}

size_t canon_coverage_repo_count(const canon_coverage *coverage)
{
    return coverage->repo_count;
}

static const canon_coverage_counts *named_at(const cn_named_counts *items,
                                             size_t count, size_t i,
                                             const char **name_out)
{
    if (name_out)
        *name_out = i < count ? items[i].name : NULL;
    return i < count ? &items[i].counts : NULL;
}

const canon_coverage_counts *canon_coverage_repo(const canon_coverage *coverage,
                                                 size_t i,
                                                 const char **name_out)
{
    return named_at(coverage->repos, coverage->repo_count, i, name_out);
}

size_t canon_coverage_team_count(const canon_coverage *coverage)
{
    return coverage->team_count;
}

const canon_coverage_counts *canon_coverage_team(const canon_coverage *coverage,
                                                 size_t i,
                                                 const char **name_out)
{
    return named_at(coverage->teams, coverage->team_count, i, name_out);
}

void canon_coverage_free(canon_coverage *coverage)
{
    if (!coverage)
        return;
    cn_arena_free(&coverage->arena);
    cn_free(coverage);
}
