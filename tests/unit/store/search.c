#include "search.h"

#include "files.h"
#include "store_test.h"

#include <stdio.h>

#define BOTH(suite, name)                                                      \
    ParameterizedTestParameters(suite, name)                                   \
    {                                                                          \
        return test_databases();                                               \
    }                                                                          \
    ParameterizedTest(size_t *which, suite, name)

/* A parsed query as text: [words] for terms, -[words] for excluded ones, a
 * star behind a beginning. */
static const char *parsed(const char *q)
{
    static char out[1024];
    cn_arena a = CN_ARENA_INIT;
    cn_search_terms t;
    size_t n = 0;

    cr_assert(zero(int, cn_search_parse(&a, cn_str(q), &t, NULL)));
    out[0] = '\0';
    for (size_t i = 0; i < t.count + t.not_count; i++) {
        const cn_search_term *term =
            i < t.count ? &t.terms[i] : &t.not_terms[i - t.count];

        n += (size_t)snprintf(out + n, sizeof(out) - n, "%s[",
                              i < t.count ? "" : "-");
        for (size_t k = 0; k < term->count; k++)
            n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s",
                                  k > 0 ? " " : "", term->words[k]);
        n += (size_t)snprintf(out + n, sizeof(out) - n, "%s]",
                              term->prefix ? "*" : "");
    }
    cn_arena_free(&a);
    return out;
}

static const struct {
    const char *q;
    const char *terms;
} queries[] = {
    {"", ""},
    {"   ", ""},
    {"login", "[login*]"},
    {"Login PAGE", "[login][page*]"},
    {"a", "[a]"},
    {"page a", "[page][a]"},
    {"\"log in\"", "[log in]"},
    {"\"log in\" now", "[log in][now*]"},
    {"now \"log in\"", "[now][log in]"},
    {"-now later", "[later*]-[now]"},
    {"later -now", "[later]-[now]"},
    {"-\"log in\"", "-[log in]"},
    {"session_token", "[session token*]"},
    {"https://a.example/b?c=de", "[https a example b c de*]"},
    {"\"unclosed phrase", "[unclosed phrase]"},
    {"one\"two\"three", "[one][two][three*]"},
    {"- -- \"\" -\"\" *", ""},
    {"word -", "[word*]"},
    {"a:b AND (c)", "[a b][and][c]"},
    {"100%", "[100*]"},
};

ParameterizedTestParameters(search_parse, reads)
{
    return cn_test_indexes(sizeof(queries) / sizeof(queries[0]));
}

ParameterizedTest(size_t *i, search_parse, reads)
{
    cr_assert(eq(str, (char *)parsed(queries[*i].q), (char *)queries[*i].terms),
              "%s", queries[*i].q);
}

static const struct {
    const char *body;
    const char *clean;
} bodies[] = {
    {"plain", "plain"},
    {"a <!-- canon:system:1 status:done --> b", "a  b"},
    {"a <!--Specwright:x--> b", "a  b"},
    {"a <!-- note --> b", "a <!-- note --> b"},
    {"<!-- canon:x", ""},
    {"<!--", "<!--"},
    {"<!-- a <!-- canon:x --> b", "<!-- a  b"},
};

ParameterizedTestParameters(search_clean, leaves_canons_comments_out)
{
    return cn_test_indexes(sizeof(bodies) / sizeof(bodies[0]));
}

ParameterizedTest(size_t *i, search_clean, leaves_canons_comments_out)
{
    cn_buf out = CN_BUF_INIT(1024);

    cn_search_clean(&out, cn_str(bodies[*i].body));
    cr_assert(eq(str, (char *)(uintptr_t)cn_buf_text(&out),
                 (char *)bodies[*i].clean));
    cn_buf_free(&out);
}

/* A repository with documents 1 to count. */
static cn_db *open_documents(size_t which, int count)
{
    cn_db *db = store_test_start(which);
    canon_error err = {0, ""};
    int rc = cn_db_exec(db,
                        "INSERT INTO repositories (org_login, id, full_name,"
                        " owner, name, source)"
                        " VALUES ('acme', 1, 'acme/web', 'acme', 'web', 'x')",
                        NULL, 0, NULL, &err);

    for (int i = 1; !rc && i <= count; i++) {
        char path[32];
        cn_arg args[2];

        snprintf(path, sizeof(path), "%05d.md", i);
        args[0] = cn_int(i);
        args[1] = cn_text(path);
        rc = cn_db_exec(db,
                        "INSERT INTO spec_documents (org_login, id, repo_id,"
                        " repo, path, title, status, owner, team, doc_type,"
                        " is_spec, blob_sha, content_hash, commit_sha,"
                        " parser_version, indexed_at, raw) VALUES ('acme', $1,"
                        " 1, 'acme/web', $2, '', '', '', '', 'spec', 1, '', '',"
                        " '', 1, 1, '')",
                        args, 2, NULL, &err);
    }
    cr_assert(zero(int, rc), "%s", err.text);
    return db;
}

static size_t count_found(cn_db *db, const char *q, bool part)
{
    const cn_search_scope scope = {"acme", NULL};
    cn_array found = CN_ARRAY_INIT(cn_search_match);
    cn_arena a = CN_ARENA_INIT;
    cn_search_terms terms;
    canon_error err = {0, ""};
    size_t count;
    int rc = cn_search_parse(&a, cn_str(q), &terms, &err);

    if (!rc && part)
        rc = cn_store_search_part(db, &scope, cn_str(q), &found, &err);
    else if (!rc)
        rc = cn_store_search_find(db, &scope, &terms, &found, &err);
    cr_assert(zero(int, rc), "%s", err.text);
    count = found.count;
    cn_array_free(&found);
    cn_arena_free(&a);
    return count;
}

BOTH(search_entries, may_be_more_than_one_group)
{
    static cn_search_entry entries[900];
    cn_db *db = open_documents(*which, 3);

    for (int i = 0; i < 900; i++) {
        entries[i].document_id = 1 + i / 300;
        entries[i].section_row = i % 300 ? i : 0;
        entries[i].title = cn_str("Title");
        entries[i].heading = cn_str(i == 899 ? "Needle" : "Heading");
        entries[i].body = cn_str(i % 300 == 299 ? "special" : "usual words");
    }
    cr_assert(
        zero(int, cn_store_search_insert(db, "acme", entries, 900, NULL)));
    cr_assert(eq(sz, count_found(db, "special", false), 3));
    cr_assert(eq(sz, count_found(db, "usual", false), 3));
    cr_assert(eq(sz, count_found(db, "eedl", true), 1));
    cr_assert(eq(sz, count_found(db, "itle", true), 3));
    store_test_stop(db);
}

BOTH(search_entries, of_a_removed_document_are_not_found)
{
    const cn_search_entry entry = {
        .document_id = 1, .title = cn_str("Title"), .body = cn_str("words")};
    cn_db *db = open_documents(*which, 1);

    cr_assert(zero(int, cn_store_search_insert(db, "acme", &entry, 1, NULL)));
    cr_assert(eq(sz, count_found(db, "words", false), 1));
    cr_assert(zero(int, cn_store_search_remove_document(db, "acme", 1, NULL)));
    cr_assert(eq(sz, count_found(db, "words", false), 0));
    cr_assert(eq(sz, count_found(db, "itl", true), 0));
    store_test_stop(db);
}

BOTH(search_entries, of_very_long_texts_are_cut)
{
    static char body[1300000];
    cn_search_entry entry = {.document_id = 1, .section_row = 1};
    cn_db *db = open_documents(*which, 1);
    size_t n = 0;

    for (int i = 0; n + 16 < sizeof(body); i++)
        n += (size_t)snprintf(body + n, 16, "w%07x ", (unsigned)i);
    entry.body = cn_slice_of(body, n);
    cr_assert(zero(int, cn_store_search_put(db, "acme", &entry, 1, NULL)));
    cr_assert(eq(sz, count_found(db, "w0000000", false), 1));
    cr_assert(eq(sz, count_found(db, "w0005000", false), 1));
    cr_assert(eq(sz, count_found(db, "w0010000", false), 0));
    store_test_stop(db);
}

/* More than are ranked by how often and how close words stand. */
BOTH(search_find, ranks_and_counts_thousands_of_entries)
{
    static cn_search_entry entries[5000];
    const cn_search_scope scope = {"acme", NULL};
    cn_array found = CN_ARRAY_INIT(cn_search_match);
    cn_arena a = CN_ARENA_INIT;
    cn_search_terms terms;
    cn_search_match *match;
    cn_db *db = open_documents(*which, 2);

    for (int i = 0; i < 5000; i++) {
        entries[i].document_id = 1 + i / 2500;
        entries[i].section_row = i + 1;
        entries[i].body = cn_str("same");
    }
    entries[7].ac_text = cn_str("same");
    entries[2600].ac_text = cn_str("same");
    entries[2700].heading = cn_str("The same");
    cr_assert(
        zero(int, cn_store_search_insert(db, "acme", entries, 5000, NULL)));
    cr_assert(zero(int, cn_search_parse(&a, cn_str("same"), &terms, NULL)));
    cr_assert(
        zero(int, cn_store_search_find(db, &scope, &terms, &found, NULL)));
    cr_assert(eq(sz, found.count, 2));
    match = cn_array_at(&found, 0);
    cr_assert(eq(i64, match->document_id, 1));
    cr_assert(eq(i64, match->sections, 2500));
    cr_assert(eq(i64, match->entry_id, 1048576 + 8));
    cr_assert(gt(dbl, match->score, 0));
    cr_assert(lt(dbl, match->score, 1));
    match = cn_array_at(&found, 1);
    cr_assert(eq(i64, match->sections, 2500));
    cr_assert(eq(i64, match->entry_id, 2 * 1048576 + 201));
    cr_assert(gt(dbl, match->score, 1));
    cn_array_free(&found);
    cn_arena_free(&a);
    store_test_stop(db);
}
