/*
 * Sections and criteria of documents (docs.h).
 */
#include "docs.h"

#include "batch.h"
#include "fail.h"

#define SECTION_ARGS 21

static void section_args(cn_arg *to, const char *org, int64_t document_id,
                         const cn_section_row *s)
{
    const cn_arg args[SECTION_ARGS] = {
        cn_text(org),
        cn_int(s->id),
        cn_int(s->ord),
        s->parent_ord < 0 ? cn_null() : cn_int(s->parent_ord),
        cn_text(s->section_id),
        cn_text(s->number),
        cn_text(s->heading),
        cn_int(s->level),
        cn_text(s->body),
        cn_text(s->ac_text),
        cn_text(s->status),
        cn_text(s->blocked_by),
        cn_text(s->delta),
        cn_text(s->ticket_system),
        cn_text(s->ticket_ref),
        cn_int(s->start_line),
        cn_int(s->end_line),
        cn_int(s->total_ac),
        cn_int(s->done_ac),
        cn_int(document_id),
        cn_null(),
    };

    memcpy(to, args, (SECTION_ARGS - 1) * sizeof(args[0]));
}

static void put_criteria(cn_batch *batch, const char *org,
                         const cn_section_row *s)
{
    int64_t i;

    for (i = 0; i < s->total_ac; i++) {
        const cn_criterion_row *c = &s->criteria[i];
        cn_arg *arg = cn_batch_row(batch);

        if (!arg)
            return;
        arg[0] = cn_text(org);
        arg[1] = cn_int(s->id);
        arg[2] = cn_int(i);
        arg[3] = cn_text(c->text);
        arg[4] = cn_text(c->norm);
        arg[5] = cn_int(c->checked);
        arg[6] = cn_int(c->line);
        arg[7] = cn_text(c->strength);
        arg[8] = cn_int(c->realized_inline);
    }
}

#define CRITERION_INSERT                                                       \
    "INSERT INTO spec_acceptance_criteria (org_login, section_row, ord, text," \
    " norm, checked, line, strength, realized_inline)"                         \
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
#define CRITERION_ARGS 9

int cn_store_sections_write(cn_db *db, const char *org,
                            const cn_section_write *items, size_t count,
                            canon_error *err)
{
    cn_batch sections = CN_BATCH_OF(
        db,
        "INSERT INTO spec_sections (org_login, id, ord, parent_ord,"
        " section_id, section_number, heading, level, body, ac_text, status,"
        " blocked_by, delta, ticket_system, ticket_ref, start_line, end_line,"
        " total_ac, done_ac, document_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,"
        " $14, $15, $16, $17, $18, $19, $20)",
        SECTION_ARGS - 1, err);
    cn_batch criteria = CN_BATCH_OF(db, CRITERION_INSERT, CRITERION_ARGS, err);
    int rc;
    size_t i;

    for (i = 0; i < count; i++) {
        cn_arg *args = cn_batch_row(&sections);

        if (!args)
            break;
        section_args(args, org, items[i].document_id, items[i].section);
    }
    rc = cn_batch_end(&sections);
    for (i = 0; i < count && !rc; i++)
        put_criteria(&criteria, org, items[i].section);
    return rc ? rc : cn_batch_end(&criteria);
}

int cn_store_sections_update(cn_db *db, const char *org,
                             const cn_section_row *const *sections,
                             size_t count, canon_error *err)
{
    cn_batch batch = CN_BATCH_OF(
        db,
        "UPDATE spec_sections SET ord = $3, parent_ord = $4, section_id = $5,"
        " section_number = $6, heading = $7, level = $8, body = $9,"
        " ac_text = $10, status = $11, blocked_by = $12, delta = $13,"
        " ticket_system = $14, ticket_ref = $15, start_line = $16,"
        " end_line = $17, total_ac = $18, done_ac = $19"
        " WHERE org_login = $1 AND id = $2",
        SECTION_ARGS - 2, err);
    size_t i;

    for (i = 0; i < count; i++) {
        cn_arg all[SECTION_ARGS];
        cn_arg *args = cn_batch_row(&batch);

        if (!args)
            break;
        section_args(all, org, 0, sections[i]);
        memcpy(args, all, (SECTION_ARGS - 2) * sizeof(all[0]));
    }
    return cn_batch_end(&batch);
}

int cn_store_sections_unorder(cn_db *db, const char *org, int64_t document_id,
                              canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_int(document_id)};

    return cn_db_exec(db,
                      "UPDATE spec_sections SET ord = -1 - ord"
                      " WHERE org_login = $1 AND document_id = $2"
                      " AND ord >= 0",
                      args, 2, NULL, err);
}

static int delete_each(cn_db *db, const char *sql, const char *org,
                       const int64_t *ids, size_t count, canon_error *err)
{
    cn_batch batch = {db, sql, 2, NULL, 0, CANON_OK, err};
    size_t i;

    for (i = 0; i < count; i++) {
        cn_arg *arg = cn_batch_row(&batch);

        if (!arg)
            break;
        arg[0] = cn_text(org);
        arg[1] = cn_int(ids[i]);
    }
    return cn_batch_end(&batch);
}

int cn_store_sections_delete(cn_db *db, const char *org, const int64_t *ids,
                             size_t count, canon_error *err)
{
    return delete_each(db,
                       "DELETE FROM spec_sections"
                       " WHERE org_login = $1 AND id = $2",
                       org, ids, count, err);
}

int cn_store_criteria_replace(cn_db *db, const char *org,
                              const cn_section_row *const *sections,
                              size_t count, canon_error *err)
{
    cn_batch gone = CN_BATCH_OF(db,
                                "DELETE FROM spec_acceptance_criteria"
                                " WHERE org_login = $1 AND section_row = $2",
                                2, err);
    cn_batch criteria = CN_BATCH_OF(db, CRITERION_INSERT, CRITERION_ARGS, err);
    int rc;
    size_t i;

    for (i = 0; i < count; i++) {
        cn_arg *arg = cn_batch_row(&gone);

        if (!arg)
            break;
        arg[0] = cn_text(org);
        arg[1] = cn_int(sections[i]->id);
    }
    rc = cn_batch_end(&gone);
    for (i = 0; i < count && !rc; i++)
        put_criteria(&criteria, org, sections[i]);
    return rc ? rc : cn_batch_end(&criteria);
}

static int read_section(cn_rows *rows, cn_arena *a, cn_section_row *out,
                        canon_error *err)
{
    const char **const texts[] = {
        &out->section_id,    &out->number,     &out->heading,    &out->body,
        &out->ac_text,       &out->status,     &out->blocked_by, &out->delta,
        &out->ticket_system, &out->ticket_ref,
    };

    out->id = cn_rows_int(rows, 10);
    out->ord = cn_rows_int(rows, 11);
    out->parent_ord = cn_rows_is_null(rows, 12) ? -1 : cn_rows_int(rows, 12);
    out->level = cn_rows_int(rows, 13);
    out->start_line = cn_rows_int(rows, 14);
    out->end_line = cn_rows_int(rows, 15);
    out->total_ac = cn_rows_int(rows, 16);
    out->done_ac = cn_rows_int(rows, 17);
    return cn_store_texts(rows, 0, a, texts, sizeof(texts) / sizeof(texts[0]),
                          err);
}

int cn_store_sections_get(cn_db *db, cn_arena *a, const char *org,
                          int64_t document_id, cn_section_rows *out,
                          canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_int(document_id)};
    cn_array found = CN_ARRAY_INIT(cn_section_row);
    void *items = NULL;
    cn_rows *rows = NULL;
    int rc = cn_db_query(
        db,
        "SELECT section_id, section_number, heading, body, ac_text, status,"
        " blocked_by, delta, ticket_system, ticket_ref, id, ord, parent_ord,"
        " level, start_line, end_line, total_ac, done_ac FROM spec_sections"
        " WHERE org_login = $1 AND document_id = $2 ORDER BY ord",
        args, 2, &rows, err);

    while (!rc && (rc = cn_rows_next(rows, err)) == 1) {
        cn_section_row *row = cn_array_push(&found);

        rc = row ? read_section(rows, a, row, err) : cn_fail_memory(err);
    }
    cn_rows_free(rows);
    out->count = found.count;
    rc = cn_store_settle(rc, &found, a, &items, err);
    out->items = items;
    return rc;
}

int cn_store_criteria_keys(cn_db *db, cn_arena *a, const char *org,
                           int64_t document_id, cn_criterion_keys *out,
                           canon_error *err)
{
    const cn_arg args[] = {cn_text(org), cn_int(document_id)};
    cn_array found = CN_ARRAY_INIT(cn_criterion_key);
    void *items = NULL;
    cn_rows *rows = NULL;
    int rc =
        cn_db_query(db,
                    "SELECT s.section_id, c.norm, c.realized_inline"
                    " FROM spec_sections s JOIN spec_acceptance_criteria c"
                    " ON c.org_login = s.org_login AND c.section_row = s.id"
                    " WHERE s.org_login = $1 AND s.document_id = $2"
                    " ORDER BY s.ord, c.ord, c.id",
                    args, 2, &rows, err);

    while (!rc && (rc = cn_rows_next(rows, err)) == 1) {
        cn_criterion_key *key = cn_array_push(&found);

        if (!key || !(key->section_id = cn_rows_copy(rows, 0, a)) ||
            !(key->norm = cn_rows_copy(rows, 1, a)))
            rc = cn_fail_memory(err);
        else
            rc = CANON_OK;
        if (key)
            key->realized_inline = cn_rows_int(rows, 2) != 0;
    }
    cn_rows_free(rows);
    out->count = found.count;
    rc = cn_store_settle(rc, &found, a, &items, err);
    out->items = items;
    return rc;
}
