/*
 * Writing documents: in one transaction a group of them, or, when the database
 * refuses the group, one at a time, so that one bad document harms itself
 * only.
 */
#include "index_parts.h"

#include "fail.h"
#include "map.h"
#include "search.h"
#include "spec.h"

#define ID_BLOCK 4096 /* ids reserved at once */

void cn_group_init(cn_group *group, const char *org, const cn_repo_row *repo,
                   canon_index_report *report)
{
    memset(group, 0, sizeof(*group));
    group->org = org;
    group->repo = repo;
    group->report = report;
    group->items.size = sizeof(cn_built);
    group->touched.size = sizeof(cn_doc_row);
}

void cn_group_reset(cn_group *group)
{
    cn_array_each (cn_built, built, &group->items)
        cn_built_free(built);
    cn_array_reset(&group->items);
    cn_array_reset(&group->touched);
    cn_arena_reset(&group->arena);
    group->bytes = 0;
}

void cn_group_free(cn_group *group)
{
    cn_group_reset(group);
    cn_array_free(&group->items);
    cn_array_free(&group->touched);
    cn_arena_free(&group->arena);
}

/* One transaction: some documents of a group. */
typedef struct writing {
    cn_group *group;
    cn_built *items;
    size_t count;
    bool touch; /* the touched ones, too */
} writing;

/* At least `count` ids in the group's range. */
static int want_ids(canon_conn *conn, cn_group *g, int64_t count)
{
    int64_t reserve = count > ID_BLOCK ? count : ID_BLOCK;
    int rc;

    if (g->ids.left >= count)
        return CANON_OK;
    /* a single file takes what it needs */
    if (g->items.count < 2)
        reserve = count;
    rc = cn_store_ids(conn->db, reserve, &g->ids.next, &conn->err);
    g->ids.left = rc ? 0 : reserve;
    g->ids.unsure = cn_db_in_tx(conn->db);
    return rc;
}

/* What a transaction reserved that was rolled back belongs to others. */
static void drop_unsure_ids(cn_group *g)
{
    if (g->ids.unsure)
        g->ids.left = 0;
    g->ids.unsure = false;
}

static int64_t take_id(cn_group *g)
{
    g->ids.left--;
    return g->ids.next++;
}

/* Search entries that are collected for the store. */
typedef struct entries {
    cn_search_entry *items;
    size_t count;
} entries;

static int entries_init(entries *e, cn_group *g, size_t most, canon_error *err)
{
    e->items = cn_arena_array(&g->arena, most, sizeof(*e->items));
    e->count = 0;
    return e->items ? CANON_OK : cn_fail_memory(err);
}

/* What the document's own entry holds: of a spec what no section does, of
 * others all, since their sections have no entries. */
static cn_slice own_text(const cn_built *b)
{
    return b->doc.is_spec ? cn_str(canon_spec_preamble(b->spec))
                          : cn_spec_body(b->spec);
}

static void put_document(entries *e, const cn_built *b)
{
    cn_search_entry *entry = &e->items[e->count++];

    entry->document_id = b->doc.id;
    entry->title = cn_str(b->doc.title);
    entry->body = own_text(b);
}

static void put_section(entries *e, const cn_built *b, const cn_section_row *s)
{
    cn_search_entry *entry;

    if (!b->doc.is_spec)
        return;
    entry = &e->items[e->count++];
    entry->document_id = b->doc.id;
    entry->section_row = s->id;
    entry->heading = cn_str(s->label);
    entry->ac_text = cn_str(s->ac_text);
    entry->body = cn_str(s->body);
}

/* How many rows with ids the new documents have. */
static int64_t count_new(const writing *w)
{
    size_t count = 0;

    for (size_t i = 0; i < w->count; i++)
        count += w->items[i].is_new ? 1 + w->items[i].section_count : 0;
    return (int64_t)count;
}

/* Give the new documents and their sections ids. */
static int number_rows(canon_conn *conn, const writing *w)
{
    cn_group *g = w->group;
    int rc = want_ids(conn, g, count_new(w));

    for (size_t i = 0; i < w->count && !rc; i++) {
        cn_built *b = &w->items[i];

        if (!b->is_new)
            continue;
        b->doc.id = take_id(g);
        for (size_t k = 0; k < b->section_count; k++)
            b->sections[k].id = take_id(g);
    }
    return rc;
}

/* All new documents of a transaction together. */
static int insert_new(canon_conn *conn, const writing *w)
{
    cn_group *g = w->group;
    size_t rows = (size_t)count_new(w);
    const cn_doc_row **docs;
    cn_section_write *sections;
    entries found;
    size_t d = 0;
    size_t s = 0;
    int rc = number_rows(conn, w);

    if (rc || rows == 0)
        return rc;
    docs = cn_arena_array(&g->arena, w->count, sizeof(*docs));
    sections = cn_arena_array(&g->arena, rows, sizeof(*sections));
    rc = entries_init(&found, g, rows, &conn->err);
    if (!docs || !sections || rc)
        return cn_fail_memory(&conn->err);
    for (size_t i = 0; i < w->count; i++) {
        const cn_built *b = &w->items[i];

        if (!b->is_new)
            continue;
        docs[d++] = &b->doc;
        put_document(&found, b);
        for (size_t k = 0; k < b->section_count; k++) {
            sections[s].document_id = b->doc.id;
            sections[s++].section = &b->sections[k];
            put_section(&found, b, &b->sections[k]);
        }
    }
    rc = cn_store_docs_insert(conn->db, g->org, docs, d, &conn->err);
    if (!rc)
        rc = cn_store_sections_write(conn->db, g->org, sections, s, &conn->err);
    return rc ? rc
              : cn_store_search_insert(conn->db, g->org, found.items,
                                       found.count, &conn->err);
}

/* What becomes of the sections of a changed document. */
typedef struct section_changes {
    const cn_section_row **rewritten; /* kept ones with another content */
    size_t rewritten_count;
    const cn_section_row **criteria; /* of these, with other criteria */
    size_t criteria_count;
    cn_section_write *fresh;
    size_t fresh_count;
    int64_t *gone;
    size_t gone_count;
    entries search; /* to be written anew */
    bool searched;  /* kept ones have entries */
    bool reordered;
} section_changes;

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_words(const cn_section_row *a, const cn_section_row *b)
{
    return same_text(a->heading, b->heading) &&
           same_text(a->number, b->number) &&
           same_text(a->ac_text, b->ac_text) && same_text(a->body, b->body);
}

static bool same_criteria(const cn_section_row *a, const cn_section_row *b)
{
    if (a->total_ac == 0 && b->total_ac == 0)
        return true;
    return same_text(a->body, b->body) && a->start_line == b->start_line &&
           a->total_ac == b->total_ac && a->done_ac == b->done_ac;
}

static bool same_section(const cn_section_row *a, const cn_section_row *b)
{
    return same_words(a, b) && same_criteria(a, b) && a->ord == b->ord &&
           a->parent_ord == b->parent_ord && a->level == b->level &&
           a->start_line == b->start_line && a->total_ac == b->total_ac &&
           a->end_line == b->end_line && same_text(a->status, b->status) &&
           same_text(a->blocked_by, b->blocked_by) &&
           same_text(a->delta, b->delta) &&
           same_text(a->ticket_system, b->ticket_system) &&
           same_text(a->ticket_ref, b->ticket_ref);
}

static int changes_init(section_changes *c, cn_group *g, size_t now,
                        size_t before, canon_error *err)
{
    memset(c, 0, sizeof(*c));
    c->rewritten = cn_arena_array(&g->arena, now, sizeof(*c->rewritten));
    c->criteria = cn_arena_array(&g->arena, now, sizeof(*c->criteria));
    c->fresh = cn_arena_array(&g->arena, now, sizeof(*c->fresh));
    c->gone = cn_arena_array(&g->arena, before, sizeof(*c->gone));
    if (!c->rewritten || !c->criteria || !c->fresh || !c->gone)
        return cn_fail_memory(err);
    return entries_init(&c->search, g, now + 1, err);
}

/* Stored sections by their ids. */
static int map_sections(const cn_section_rows *stored, cn_map *out,
                        canon_error *err)
{
    for (size_t i = 0; i < stored->count; i++) {
        if (cn_map_put(out, cn_str(stored->items[i].section_id),
                       &stored->items[i]))
            return cn_fail_memory(err);
    }
    return CANON_OK;
}

static void compare_one(section_changes *c, const cn_built *b,
                        cn_section_row *now, const cn_section_row *before)
{
    now->id = before->id;
    if (b->doc.is_spec && (!c->searched || !same_words(now, before))) {
        put_section(&c->search, b, now);
        c->search.items[c->search.count - 1].same_heading =
            c->searched && same_text(now->heading, before->heading) &&
            same_text(now->number, before->number);
    }
    if (!same_criteria(now, before))
        c->criteria[c->criteria_count++] = now;
    if (!same_section(now, before))
        c->rewritten[c->rewritten_count++] = now;
    if (now->ord != before->ord)
        c->reordered = true;
}

static int64_t count_missing(const cn_built *b, const cn_map *stored)
{
    int64_t missing = 0;

    for (size_t i = 0; i < b->section_count; i++)
        missing += !cn_map_get(stored, cn_str(b->sections[i].section_id));
    return missing;
}

/* Match sections by their ids, so that what did not change keeps its row. */
static int compare_sections(canon_conn *conn, cn_group *g, cn_built *b,
                            const cn_section_rows *stored, section_changes *c)
{
    cn_map map = CN_MAP_INIT;
    int rc = map_sections(stored, &map, &conn->err);

    if (!rc)
        rc = want_ids(conn, g, count_missing(b, &map));
    for (size_t i = 0; i < b->section_count && !rc; i++) {
        cn_section_row *now = &b->sections[i];
        cn_section_row *before = cn_map_get(&map, cn_str(now->section_id));

        if (before) {
            compare_one(c, b, now, before);
            before->level = 0; /* seen */
            continue;
        }
        now->id = take_id(g);
        c->fresh[c->fresh_count].document_id = b->doc.id;
        c->fresh[c->fresh_count++].section = now;
        put_section(&c->search, b, now);
    }
    for (size_t i = 0; i < stored->count && !rc; i++) {
        if (stored->items[i].level != 0)
            c->gone[c->gone_count++] = stored->items[i].id;
    }
    cn_map_free(&map);
    return rc;
}

/* Other places in the document need every kept row: none may be in the way of
 * another one. */
static void rewrite_all(section_changes *c, const cn_built *b)
{
    size_t fresh = 0;

    c->rewritten_count = 0;
    for (size_t i = 0; i < b->section_count; i++) {
        if (fresh < c->fresh_count &&
            c->fresh[fresh].section == &b->sections[i])
            fresh++;
        else
            c->rewritten[c->rewritten_count++] = &b->sections[i];
    }
}

static int apply_changes(canon_conn *conn, const cn_group *g, const cn_built *b,
                         section_changes *c)
{
    cn_db *db = conn->db;
    canon_error *err = &conn->err;
    int rc = cn_store_search_remove(db, g->org, b->doc.id, c->gone,
                                    c->gone_count, err);

    if (!rc)
        rc = cn_store_sections_delete(db, g->org, c->gone, c->gone_count, err);
    if (!rc && c->reordered) {
        rewrite_all(c, b);
        rc = cn_store_sections_unorder(db, g->org, b->doc.id, err);
    }
    if (!rc)
        rc = cn_store_sections_update(db, g->org, c->rewritten,
                                      c->rewritten_count, err);
    if (!rc)
        rc = cn_store_criteria_replace(db, g->org, c->criteria,
                                       c->criteria_count, err);
    if (!rc)
        rc = cn_store_sections_write(db, g->org, c->fresh, c->fresh_count, err);
    if (!rc)
        rc = cn_store_search_put(db, g->org, c->search.items, c->search.count,
                                 err);
    return rc;
}

/* The document's own entry; those of sections go when they are in its text. */
static int update_entry(canon_conn *conn, const cn_group *g, const cn_built *b,
                        const cn_doc_entry *stored, section_changes *c)
{
    bool same_title = same_text(stored->title, b->doc.title);
    bool same =
        same_title && stored->body && cn_slice_is(own_text(b), stored->body);
    int rc = CANON_OK;

    if (stored->has_sections && !b->doc.is_spec) {
        rc = cn_store_search_remove_document(conn->db, g->org, b->doc.id,
                                             &conn->err);
        same = same_title = false;
    }
    if (!same) {
        put_document(&c->search, b);
        c->search.items[c->search.count - 1].same_heading = same_title;
    }
    return rc;
}

/* The sections and search entries of a document whose row is written. */
static int update_sections(canon_conn *conn, cn_group *g, cn_built *b)
{
    cn_section_rows stored = {NULL, 0};
    section_changes changes;
    cn_doc_entry entry;
    int rc = cn_store_doc_entry(conn->db, &g->arena, g->org, b->doc.id, &entry,
                                &conn->err);

    if (!rc)
        rc = cn_store_sections_get(conn->db, &g->arena, g->org, b->doc.id,
                                   &stored, &conn->err);
    if (!rc)
        rc = changes_init(&changes, g, b->section_count, stored.count,
                          &conn->err);
    if (rc)
        return rc;
    changes.searched = entry.has_sections;
    rc = compare_sections(conn, g, b, &stored, &changes);
    if (!rc)
        rc = update_entry(conn, g, b, &entry, &changes);
    return rc ? rc : apply_changes(conn, g, b, &changes);
}

static int update_one(canon_conn *conn, writing *w, cn_built *b)
{
    cn_group *g = w->group;
    writing alone = {g, b, 1, false};
    int rc = cn_store_doc_update(conn->db, g->org, &b->doc, &conn->err);

    if (rc == CANON_ENOTFOUND) { /* it vanished meanwhile */
        cn_fail_clear(&conn->err);
        b->is_new = true;
        rc = insert_new(conn, &alone);
        b->is_new = false;
        return rc;
    }
    if (!rc)
        rc = cn_store_doc_tags(conn->db, g->org, &b->doc, &conn->err);
    return rc ? rc : update_sections(conn, g, b);
}

static int set_realized(canon_conn *conn, const writing *w)
{
    cn_group *g = w->group;
    cn_verdicts verdicts = {NULL, 0};
    int rc;

    if (w->count == 0)
        return CANON_OK;
    rc = cn_store_verdicts(
        conn->db, &g->arena, g->org, g->repo->full_name, w->items[0].doc.path,
        w->items[w->count - 1].doc.path, &verdicts, &conn->err);
    for (size_t i = 0; i < w->count && !rc && verdicts.count > 0; i++) {
        cn_built *b = &w->items[i];

        b->doc.counts.realized_ac = cn_count_realized(
            &verdicts, b->doc.path, b->sections, b->section_count);
    }
    return rc;
}

static int touch(canon_conn *conn, const cn_group *g)
{
    int rc = CANON_OK;

    cn_array_each (cn_doc_row, row, &g->touched) {
        const cn_doc_row *one = row;

        rc = cn_store_docs_touch(conn->db, g->org, &one, 1, &conn->err);
        if (rc)
            break;
    }
    return rc;
}

static int write_some(canon_conn *conn, void *arg)
{
    writing *w = arg;
    int rc;

    drop_unsure_ids(w->group); /* of the try before */
    rc = set_realized(conn, w);
    if (!rc)
        rc = insert_new(conn, w);
    for (size_t i = 0; i < w->count && !rc; i++) {
        if (!w->items[i].is_new)
            rc = update_one(conn, w, &w->items[i]);
    }
    if (!rc && w->touch)
        rc = touch(conn, w->group);
    return rc ? rc : cn_index_changed(conn, w->group->org);
}

static int write_together(canon_conn *conn, writing *w)
{
    cn_group *g = w->group;
    int rc = cn_tx_retry(conn, CN_TX_WRITE, write_some, w);

    if (rc)
        drop_unsure_ids(g);
    g->ids.unsure = false;
    return rc;
}

/* A refusal that concerns a document, not the database. */
static bool is_refusal(int rc)
{
    return rc == CANON_ECONFLICT || rc == CANON_ESTORE || rc == CANON_EINVAL ||
           rc == CANON_ETOOBIG;
}

/* Each document in a transaction of its own. */
static int write_each(canon_conn *conn, cn_group *g)
{
    int rc = CANON_OK;

    for (size_t i = 0; i < g->items.count; i++) {
        cn_built *b = cn_array_at(&g->items, i);
        writing w = {g, b, 1, i == 0};

        b->is_new = false; /* somebody else may have added it */
        rc = write_together(conn, &w);
        if (is_refusal(rc)) {
            cn_report_error(g->report, b->doc.path, conn->err.text);
            cn_fail_clear(&conn->err);
            rc = CANON_OK;
        } else if (rc) {
            return rc;
        } else {
            g->report->indexed++;
        }
    }
    return rc;
}

int cn_group_write(canon_conn *conn, cn_group *g)
{
    writing w = {g, g->items.items, g->items.count, true};
    int rc = CANON_OK;

    if (g->items.count == 0 && g->touched.count == 0)
        return CANON_OK;
    /* outside of the long transaction, so that others need not wait for the
     * next ids */
    if (g->items.count > 1)
        rc = want_ids(conn, g, count_new(&w));
    if (!rc)
        rc = write_together(conn, &w);
    if (is_refusal(rc) && g->items.count > 0) {
        cn_fail_clear(&conn->err);
        return write_each(conn, g);
    }
    if (!rc)
        g->report->indexed += (int64_t)g->items.count;
    return rc;
}

int cn_documents_remove(canon_conn *conn, const char *org, const int64_t *ids,
                        size_t count)
{
    int rc = CANON_OK;

    for (size_t i = 0; i < count && !rc; i++)
        rc = cn_store_search_remove_document(conn->db, org, ids[i], &conn->err);
    return rc ? rc
              : cn_store_docs_delete(conn->db, org, ids, count, &conn->err);
}
