#include "canon/search.h"

#include "conn.h"
#include "database.h"
#include "search.h"
#include "stamps.h"
#include "torture.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define BOTH(suite, name)                                                      \
    ParameterizedTestParameters(suite, name)                                   \
    {                                                                          \
        return test_databases();                                               \
    }                                                                          \
    ParameterizedTest(size_t *which, suite, name)

static canon *engine;
static canon_conn *conn;

static void start(size_t which)
{
    canon_options o = CANON_OPTIONS_INIT;
    canon_error err = {0, ""};

    o.database_url = test_database_make(which);
    cr_assert(!canon_open(&o, &engine, &err), "%s", err.text);
    cr_assert(!canon_migrate(engine, &err), "%s", err.text);
    cr_assert(!canon_connect(engine, &conn, &err), "%s", err.text);
}

static void stop(void)
{
    canon_disconnect(conn);
    canon_close(engine);
    test_database_remove();
}

static void add_repo(const char *org, int64_t id, const char *name)
{
    cn_arg args[] = {cn_text(org), cn_int(id), cn_text(name)};

    cr_assert(!cn_db_exec(conn->db,
                          "INSERT INTO repositories (org_login, id, full_name,"
                          " owner, name, source) VALUES ($1, $2, $3, 'acme',"
                          " 'web', 'dir:x')",
                          args, 3, NULL, &conn->err),
              "%s", conn->err.text);
}

typedef struct doc {
    const char *org;
    int64_t id;
    const char *repo;
    const char *path;
    const char *title;
    const char *status;
    const char *team;
    const char *tag;
    const char *preamble;
} doc;

static void add_doc(const doc *d)
{
    char tags[64] = "";
    cn_arg args[] = {cn_text(d->org),  cn_int(d->id),     cn_text(d->repo),
                     cn_text(d->path), cn_text(d->title), cn_text(d->status),
                     cn_text(d->team), cn_text(tags),     cn_int(d->id / 100)};
    cn_search_entry e = {.document_id = d->id};

    snprintf(tags, sizeof(tags), "[\"%s\"]", d->tag);
    args[7] = cn_text(tags);
    cr_assert(
        !cn_db_exec(conn->db,
                    "INSERT INTO spec_documents (org_login, id, repo_id, repo,"
                    " path, title, status, owner, team, doc_type, is_spec,"
                    " blob_sha, content_hash, commit_sha, parser_version,"
                    " indexed_at, tags, frontmatter, raw) VALUES ($1, $2, $9,"
                    " $3, $4, $5, $6, 'alice', $7, 'spec', 1, '', '', '', 1, 1,"
                    " $8, '{}', '')",
                    args, 9, NULL, &conn->err),
        "%s", conn->err.text);
    args[2] = cn_text(d->tag);
    cr_assert(!cn_db_exec(conn->db,
                          "INSERT INTO spec_document_tags (org_login,"
                          " document_id, tag) VALUES ($1, $2, $3)",
                          args, 3, NULL, &conn->err));
    e.title = cn_str(d->title);
    e.body = cn_str(d->preamble);
    cr_assert(!cn_store_search_put(conn->db, d->org, &e, 1, &conn->err), "%s",
              conn->err.text);
}

typedef struct section {
    const char *org;
    int64_t doc;
    int64_t id;
    const char *heading;
    const char *status;
    const char *body;
} section;

static void add_section(const section *s)
{
    char key[32] = "";
    cn_arg args[] = {cn_text(s->org),     cn_int(s->id),      cn_int(s->doc),
                     cn_text(s->heading), cn_text(s->status), cn_text(key),
                     cn_int(s->id)};
    cn_search_entry e = {.document_id = s->doc, .section_row = s->id};

    snprintf(key, sizeof(key), "s%d", (int)s->id);
    args[5] = cn_text(key);
    cr_assert(!cn_db_exec(conn->db,
                          "INSERT INTO spec_sections (org_login, id,"
                          " document_id, ord, section_id, heading, level, body,"
                          " ac_text, status, start_line, end_line, total_ac,"
                          " done_ac) VALUES ($1, $2, $3, $7, $6, $4, 2, '', '',"
                          " $5, 1, 2, 0, 0)",
                          args, 7, NULL, &conn->err),
              "%s", conn->err.text);
    e.heading = cn_str(s->heading);
    e.body = cn_str(s->body);
    cr_assert(!cn_store_search_put(conn->db, s->org, &e, 1, &conn->err), "%s",
              conn->err.text);
}

static const doc docs[] = {
    {"acme", 101, "acme/web", "docs/specs/login.md", "Login Rework",
     "in_progress", "platform", "auth", "An introduction."},
    {"acme", 102, "acme/web", "docs/specs/billing.md", "Billing", "draft",
     "money", "pay", "About session money. 100% sure_thing."},
    {"acme", 201, "acme/api", "docs/specs/api.md", "Interface", "todo",
     "Platform", "auth",
     "https://example.org/a-b?x=1 \xc3\x9c"
     "ber \xe4\xbd\xa0\xe5\xa5\xbd \xe4\xb8\x96\xe7\x95\x8c"},
    {"other", 301, "acme/web", "docs/specs/login.md", "Login Rework", "done",
     "platform", "auth", "Their own session secret."},
};

static const section sections[] = {
    {"acme", 101, 1, "1. Login", "done", "Enter the session_token here."},
    {"acme", 101, 2, "2. Sessions", "in_progress",
     "<!-- canon:system:2 status:in_progress -->\nKeeps a session for 14 days."},
    {"acme", 101, 3, "Logout", "todo", "Ends the session, and that is it."},
    {"acme", 201, 4, "Errors", "In Progress",
     "Don't panic: \"quoted text\" is fine. Foo-bar baz."},
    {"other", 301, 5, "1. Login", "done", "A session of theirs."},
};

static void fill(size_t which)
{
    start(which);
    cr_assert(!cn_conn_begin(conn, CN_DB_WRITE));
    add_repo("acme", 1, "acme/web");
    add_repo("acme", 2, "acme/api");
    add_repo("other", 3, "acme/web");
    for (size_t i = 0; i < sizeof(docs) / sizeof(docs[0]); i++)
        add_doc(&docs[i]);
    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
        add_section(&sections[i]);
    cr_assert(!cn_conn_end(conn, CANON_OK));
}

static canon_search_result *search(const canon_search_query *q)
{
    canon_search_result *r = NULL;

    cr_assert(!canon_search(conn, q, &r), "%s", canon_last_error(conn)->text);
    return r;
}

static canon_search_query words(const char *q)
{
    canon_search_query query = CANON_SEARCH_QUERY_INIT;

    query.org = "Acme";
    query.q = q;
    return query;
}

/* Titles that are found, in order, with commas. */
static const char *titles(const canon_search_query *q)
{
    static char out[256];
    canon_search_result *r = search(q);

    out[0] = '\0';
    for (size_t i = 0; i < canon_search_count(r); i++) {
        if (i > 0)
            strcat(out, ", ");
        strcat(out, canon_search_hit_at(r, i)->title);
    }
    canon_search_free(r);
    return out;
}

static const char *found(const char *q)
{
    canon_search_query query = words(q);

    return titles(&query);
}

BOTH(search, finds_words_whatever_surrounds_them)
{
    fill(*which);
    cr_assert_str_eq(found("session_token"), "Login Rework");
    cr_assert_str_eq(found("token"), "Login Rework");
    cr_assert_str_eq(found("example.org/a-b"), "Interface");
    cr_assert_str_eq(found("https://example.org/a-b?x=1"), "Interface");
    cr_assert_str_eq(found("foo-bar"), "Interface");
    cr_assert_str_eq(found("foo bar"), "Interface");
    cr_assert_str_eq(found("bar-foo"), "");
    cr_assert_str_eq(found("don't"), "Interface");
    stop();
}

BOTH(search, knows_other_scripts)
{
    fill(*which);
    cr_assert_str_eq(found("\xc3\xbc"
                           "ber"),
                     "Interface");
    cr_assert_str_eq(found("uber"), "");
    cr_assert_str_eq(found("\xe4\xbd\xa0\xe5\xa5\xbd"), "Interface");
    cr_assert_str_eq(found("\xe4\xb8\x96\xe7\x95\x8c"), "Interface");
    stop();
}

BOTH(search, takes_phrases_and_exclusions)
{
    fill(*which);
    cr_assert_str_eq(found("\"quoted text\""), "Interface");
    cr_assert_str_eq(found("\"text quoted\""), "");
    cr_assert_str_eq(found("panic -fine"), "");
    cr_assert_str_eq(found("panic -\"fine quoted\""), "Interface");
    cr_assert_str_eq(found("session -money"), "Login Rework");
    cr_assert_str_eq(found("-money"), "");
    stop();
}

BOTH(search, continues_the_last_word_only)
{
    fill(*which);
    cr_assert_str_eq(found("keeps sess"), "Login Rework");
    cr_assert_str_eq(found("sess keeps"), "");
    cr_assert_str_eq(found("\"keeps a sess\""), "");
    cr_assert_str_eq(found("intro"), "Login Rework");
    stop();
}

BOTH(search, wants_all_words_in_one_entry)
{
    fill(*which);
    cr_assert_str_eq(found("token days"), "");
    cr_assert_str_eq(found("enter token"), "Login Rework");
    stop();
}

BOTH(search, has_no_wildcards_and_no_errors)
{
    fill(*which);
    cr_assert_str_eq(found("%"), "");
    cr_assert_str_eq(found("_"), "");
    cr_assert_str_eq(found("*"), "");
    cr_assert_str_eq(found("a:b OR (c"), "");
    cr_assert_str_eq(found("\" \" -"), "");
    cr_assert_str_eq(found("NEAR(session token)"), "");
    cr_assert_str_eq(found("'; DROP TABLE jobs; --"), "");
    cr_assert_str_eq(found("100% sure_thing"), "Billing");
    cr_assert_str_eq(found("\\"), "");
    stop();
}

BOTH(search, falls_back_to_parts_of_headings_and_titles)
{
    canon_search_result *r;
    canon_search_query q = words("REWOR ");

    fill(*which);
    cr_assert_str_eq(found("ework"), "Login Rework");
    cr_assert_str_eq(found("ogou"), "Login Rework");
    cr_assert_str_eq(found("enter the"), "Login Rework");
    cr_assert_str_eq(found("nter"), "Interface");
    q.q = "ogou";
    r = search(&q);
    cr_assert_float_eq(canon_search_hit_at(r, 0)->score, 0.1, 1e-9);
    cr_assert_str_eq(canon_search_hit_at(r, 0)->heading, "Logout");
    canon_search_free(r);
    stop();
}

BOTH(search, has_an_empty_heading_for_the_document_alone)
{
    canon_search_query q = words("rework");
    canon_search_result *r;

    fill(*which);
    r = search(&q);
    cr_assert_eq(canon_search_total(r), 1);
    cr_assert_str_eq(canon_search_hit_at(r, 0)->heading, "");
    cr_assert_str_eq(canon_search_hit_at(r, 0)->repo_owner, "acme");
    cr_assert_str_eq(canon_search_hit_at(r, 0)->repo_name, "web");
    cr_assert_str_eq(canon_search_hit_at(r, 0)->owner, "alice");
    cr_assert_str_eq(canon_search_hit_at(r, 0)->tags[0], "auth");
    cr_assert_null(canon_search_hit_at(r, 1));
    canon_search_free(r);
    stop();
}

BOTH(search, counts_the_other_sections_in_the_heading)
{
    canon_search_query q = words("session");
    canon_search_result *r;

    fill(*which);
    r = search(&q);
    cr_assert_eq(canon_search_total(r), 2);
    cr_assert_str_eq(canon_search_hit_at(r, 0)->title, "Login Rework");
    cr_assert_str_eq(canon_search_hit_at(r, 0)->heading,
                     "2. Sessions (+2 more matches)");
    cr_assert_str_eq(canon_search_hit_at(r, 0)->snippet_html,
                     "Keeps a <mark>session</mark> for 14 days.");
    cr_assert_str_eq(canon_search_hit_at(r, 1)->heading, "");
    canon_search_free(r);
    q.q = "the session";
    r = search(&q);
    cr_assert_str_eq(canon_search_hit_at(r, 0)->heading +
                         strlen(canon_search_hit_at(r, 0)->heading) - 16,
                     " (+1 more match)");
    canon_search_free(r);
    stop();
}

BOTH(search, does_not_find_canons_own_comments)
{
    fill(*which);
    cr_assert_str_eq(found("canon"), "");
    cr_assert_str_eq(found("status"), "");
    stop();
}

BOTH(search, gives_a_bonus_for_the_whole_query_in_a_heading)
{
    canon_search_query q = words("login");
    canon_search_result *r;

    fill(*which);
    r = search(&q);
    cr_assert_gt(canon_search_hit_at(r, 0)->score, 1.0);
    canon_search_free(r);
    q.q = "panic";
    r = search(&q);
    cr_assert_lt(canon_search_hit_at(r, 0)->score, 1.0);
    cr_assert_gt(canon_search_hit_at(r, 0)->score, 0.0);
    canon_search_free(r);
    stop();
}

BOTH(search, lists_all_documents_without_words)
{
    canon_search_query q = words("  ");
    canon_search_result *r;

    fill(*which);
    cr_assert_str_eq(titles(&q), "Interface, Billing, Login Rework");
    r = search(&q);
    cr_assert_eq(canon_search_hit_at(r, 0)->score, 0.0);
    cr_assert_str_eq(canon_search_hit_at(r, 2)->snippet_html, "");
    cr_assert_str_eq(canon_search_hit_at(r, 2)->heading, "");
    canon_search_free(r);
    stop();
}

BOTH(search, filters_by_repository_team_and_tag)
{
    canon_search_query q = words(NULL);

    fill(*which);
    q.repo = "ACME/web";
    cr_assert_str_eq(titles(&q), "Billing, Login Rework");
    q.tag = "AUTH";
    cr_assert_str_eq(titles(&q), "Login Rework");
    q.repo = NULL;
    q.team = "PLATFORM";
    cr_assert_str_eq(titles(&q), "Interface, Login Rework");
    q.q = "session";
    cr_assert_str_eq(titles(&q), "Login Rework");
    q.team = "nobody";
    cr_assert_str_eq(titles(&q), "");
    stop();
}

BOTH(search, filters_by_the_state_of_documents_and_sections)
{
    canon_search_query q = words(NULL);
    canon_search_result *r;

    fill(*which);
    q.status = "In Progress";
    cr_assert_str_eq(titles(&q), "Interface, Login Rework");
    q.status = "todo";
    cr_assert_str_eq(titles(&q), "Interface, Login Rework");
    q.q = "session";
    r = search(&q);
    cr_assert_eq(canon_search_total(r), 1);
    cr_assert_str_eq(canon_search_hit_at(r, 0)->heading, "Logout");
    canon_search_free(r);
    q.status = "deprecated";
    cr_assert_str_eq(titles(&q), "");
    stop();
}

BOTH(search, counts_facets_by_the_other_filters)
{
    canon_search_query q = words("");
    canon_search_result *r;
    canon_buf json = CANON_BUF_INIT;
    const char *facets;

    fill(*which);
    q.team = "platform";
    r = search(&q);
    cr_assert(!canon_search_json(r, &json, NULL));
    facets = strstr(json.data, "\"total\"");
    cr_assert_str_eq(facets,
                     "\"total\":2,\"facets\":{"
                     "\"status\":{\"in_progress\":1,\"todo\":1},"
                     "\"repo\":{\"acme/api\":1,\"acme/web\":1},"
                     "\"team\":{\"Platform\":1,\"money\":1,\"platform\":1},"
                     "\"tag\":{\"auth\":2}}}");
    canon_search_free(r);
    q.q = "session";
    q.team = NULL;
    r = search(&q);
    cr_assert(!canon_search_json(r, &json, NULL));
    facets = strstr(json.data, "\"total\"");
    cr_assert_str_eq(facets, "\"total\":2,\"facets\":{"
                             "\"status\":{\"draft\":1,\"in_progress\":1},"
                             "\"repo\":{\"acme/web\":2},"
                             "\"team\":{\"money\":1,\"platform\":1},"
                             "\"tag\":{\"auth\":1,\"pay\":1}}}");
    canon_search_free(r);
    canon_buf_free(&json);
    stop();
}

#define MANY 1200

/* MANY documents: every third with the tag t, teams a and b in turn. */
static void fill_many(size_t which)
{
    static cn_search_entry entries[MANY];
    static const char number_rows[] =
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
        " WHERE i < 1200) INSERT INTO spec_documents (org_login, id, repo_id,"
        " repo, path, title, status, owner, team, doc_type, is_spec, blob_sha,"
        " content_hash, commit_sha, parser_version, indexed_at, tags,"
        " frontmatter, raw) SELECT 'acme', i, 1, 'acme/web',"
        " 'docs/' || CAST(10000 + i AS TEXT), 'T', 'draft', '',"
        " CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END, 'spec', 1, '', '', '', 1,"
        " 1, '[]', '{}', '' FROM n";
    static const char tags[] =
        "INSERT INTO spec_document_tags (org_login, document_id, tag)"
        " SELECT org_login, id, 't' FROM spec_documents WHERE id % 3 = 0";

    start(which);
    cr_assert(!cn_conn_begin(conn, CN_DB_WRITE));
    add_repo("acme", 1, "acme/web");
    cr_assert(!cn_db_script(conn->db, number_rows, &conn->err), "%s",
              conn->err.text);
    cr_assert(!cn_db_script(conn->db, tags, &conn->err));
    for (int i = 0; i < MANY; i++) {
        entries[i].document_id = i + 1;
        entries[i].title = cn_str(i == 776 ? "common" : "T");
        entries[i].body = cn_str(i == 0 ? "rare" : "a common word");
    }
    cr_assert(
        !cn_store_search_insert(conn->db, "acme", entries, MANY, &conn->err),
        "%s", conn->err.text);
    cr_assert(!cn_conn_end(conn, CANON_OK));
}

static void assert_many(canon_search_query *q, int64_t total, const char *first,
                        const char *facets)
{
    canon_search_result *r = search(q);
    canon_buf json = CANON_BUF_INIT;

    cr_assert_eq(canon_search_total(r), total);
    cr_assert_str_eq(canon_search_hit_at(r, 0)->file_path, first);
    cr_assert(!canon_search_json(r, &json, NULL));
    cr_assert_str_eq(strstr(json.data, "\"team\":{"), facets);
    canon_buf_free(&json);
    canon_search_free(r);
}

BOTH(search, finds_and_counts_more_than_a_thousand_documents)
{
    canon_search_query q = words("common");

    fill_many(*which);
    assert_many(&q, 1199, "docs/10777",
                "\"team\":{\"a\":600,\"b\":599},\"tag\":{\"t\":400}}}");
    q.tag = "T";
    assert_many(&q, 400, "docs/10777",
                "\"team\":{\"a\":200,\"b\":200},\"tag\":{\"t\":400}}}");
    q.team = "a";
    q.offset = 199;
    assert_many(&q, 200, "docs/11200",
                "\"team\":{\"a\":200,\"b\":200},\"tag\":{\"t\":200}}}");
    q = words(NULL);
    assert_many(&q, 1200, "docs/10001",
                "\"team\":{\"a\":600,\"b\":600},\"tag\":{\"t\":400}}}");
    stop();
}

BOTH(search, turns_pages)
{
    canon_search_query q = words("");
    canon_search_result *r;

    fill(*which);
    q.limit = 1;
    q.offset = 1;
    cr_assert_str_eq(titles(&q), "Billing");
    q.offset = 5;
    r = search(&q);
    cr_assert_eq(canon_search_total(r), 3);
    cr_assert_eq(canon_search_count(r), 0);
    canon_search_free(r);
    q.offset = 0;
    q.limit = 0;
    r = search(&q);
    cr_assert_eq(canon_search_total(r), 3);
    cr_assert_eq(canon_search_count(r), 0);
    canon_search_free(r);
    stop();
}

BOTH(search, keeps_organisations_apart)
{
    canon_search_query q = words("session");
    canon_search_result *r;

    fill(*which);
    cr_assert_str_eq(found("theirs"), "");
    q.org = "other";
    r = search(&q);
    cr_assert_eq(canon_search_total(r), 1);
    cr_assert_not_null(
        strstr(canon_search_hit_at(r, 0)->snippet_html, "theirs"));
    canon_search_free(r);
    q.org = "nobody";
    cr_assert_str_eq(titles(&q), "");
    q.q = NULL;
    cr_assert_str_eq(titles(&q), "");
    stop();
}

BOTH(search, forgets_what_was_removed)
{
    const int64_t gone = 4;
    cn_search_entry e = {.document_id = 101, .section_row = 3};

    fill(*which);
    cr_assert(!cn_conn_begin(conn, CN_DB_WRITE));
    cr_assert(!cn_store_search_remove(conn->db, "acme", 201, &gone, 1, NULL));
    e.heading = cn_str("Changed");
    e.body = cn_str("something else");
    cr_assert(!cn_store_search_put(conn->db, "acme", &e, 1, NULL));
    cr_assert(!cn_conn_end(conn, CANON_OK));
    cr_assert_str_eq(found("panic"), "");
    cr_assert_str_eq(found("ends"), "");
    cr_assert_str_eq(found("changed else"), "Login Rework");
    cr_assert(!cn_conn_begin(conn, CN_DB_WRITE));
    cr_assert(!cn_store_search_remove_document(conn->db, "acme", 101, NULL));
    cr_assert(!cn_store_search_remove_document(conn->db, "acme", 201, NULL));
    cr_assert(!cn_conn_end(conn, CANON_OK));
    cr_assert_str_eq(found("session"), "Billing");
    cr_assert_str_eq(found("example"), "");
    stop();
}

BOTH(search, refuses_what_is_out_of_range)
{
    canon_search_query q = words("x");
    canon_search_result *r = NULL;
    char longest[502];

    start(*which);
    q.limit = 101;
    cr_assert_eq(canon_search(conn, &q, &r), CANON_EINVAL);
    q.limit = 20;
    q.offset = -1;
    cr_assert_eq(canon_search(conn, &q, &r), CANON_EINVAL);
    q.offset = 0;
    memset(longest, 'x', 501);
    longest[501] = '\0';
    q.q = longest;
    cr_assert_eq(canon_search(conn, &q, &r), CANON_EINVAL);
    longest[500] = '\0';
    cr_assert_str_eq(titles(&q), "");
    q.org = "no/slug";
    cr_assert_eq(canon_search(conn, &q, &r), CANON_EINVAL);
    cr_assert_null(r);
    stop();
}

/* A query of as many words and exclusions as fit. */
BOTH(search, survives_the_longest_queries)
{
    char q[501] = "";

    fill(*which);
    for (int i = 0; i < 166; i++)
        strcat(q, i % 2 ? "-b " : "ab ");
    cr_assert_str_eq(found(q), "");
    q[0] = '\0';
    for (int i = 0; i < 250; i++)
        strcat(q, "a ");
    cr_assert_str_eq(found(q), "Interface, Login Rework");
    q[0] = '\0';
    for (int i = 0; i < 500; i++)
        strcat(q, i % 2 ? "-" : "a");
    cr_assert_str_eq(found(q), "");
    cr_assert_str_eq(found("\xff\xfe money"), "Billing");
    stop();
}

static int search_all(void *user)
{
    canon_search_query q = words(user);
    canon_search_result *r = NULL;
    canon_buf json = CANON_BUF_INIT;
    int rc = canon_search(conn, &q, &r);

    if (!rc)
        rc = canon_search_json(r, &json, NULL);
    canon_buf_free(&json);
    canon_search_free(r);
    return rc;
}

BOTH(search, survives_every_failed_allocation)
{
    char q[] = "session";
    char part[] = "ogou";

    fill(*which);
    cr_assert(!search_all(q));
    cr_assert(!search_all(part));
    torture(TORTURE_ONCE, search_all, q);
    torture(TORTURE_PERSISTENT, search_all, q);
    torture(TORTURE_ONCE, search_all, part);
    stop();
}

static int calls_left;

static int fail_call(void *user)
{
    (void)user;
    return calls_left > 0 && --calls_left == 0 ? CANON_ESTORE : CANON_OK;
}

BOTH(search, survives_every_failed_database_call)
{
    char q[] = "session";
    int n = 0;
    int rc;

    fill(*which);
    cn_db_set_hook(fail_call, NULL);
    do {
        calls_left = ++n;
        rc = search_all(q);
        cr_assert(rc == CANON_OK || rc == CANON_ESTORE);
    } while (rc);
    cn_db_set_hook(NULL, NULL);
    cr_assert_gt(n, 5);
    cr_assert_str_eq(found("rework"), "Login Rework");
    stop();
}

static void raise_stamp(const char *org)
{
    cr_assert(!cn_conn_begin(conn, CN_DB_WRITE));
    cr_assert(!cn_store_stamp_raise(conn->db, org, 1, &conn->err), "%s",
              conn->err.text);
    cr_assert(!cn_conn_end(conn, CANON_OK));
}

static int calls_made;

static int count_call(void *user)
{
    (void)user;
    calls_made++;
    return CANON_OK;
}

static int calls_of(const char *q)
{
    calls_made = 0;
    cn_db_set_hook(count_call, NULL);
    (void)found(q);
    cn_db_set_hook(NULL, NULL);
    return calls_made;
}

BOTH(search, reads_the_documents_of_an_organisation_once_for_a_stamp)
{
    static const doc fresh = {"acme",
                              150,
                              "acme/aaa",
                              "docs/specs/new.md",
                              "Rework of the new",
                              "draft",
                              "platform",
                              "auth",
                              ""};
    int cold;
    int warm;

    fill(*which);
    raise_stamp("acme");
    cold = calls_of("rework");
    warm = calls_of("rework");
    cr_assert_lt(warm, cold);
    cr_assert_str_eq(found("rework"), "Login Rework");
    /* another organisation's stamp is its own affair */
    raise_stamp("globex");
    cr_assert_eq(calls_of("rework"), warm);
    /* who changes a document raises the stamp */
    cr_assert(!cn_conn_begin(conn, CN_DB_WRITE));
    add_repo("acme", 7, "acme/aaa");
    add_doc(&fresh);
    cr_assert(!cn_conn_end(conn, CANON_OK));
    raise_stamp("acme");
    cr_assert_gt(calls_of("rework"), warm);
    cr_assert_str_eq(found("new"), "Rework of the new");
    stop();
}

BOTH(search, survives_failures_with_the_documents_in_memory)
{
    char q[] = "session";
    int n = 0;
    int rc;

    fill(*which);
    raise_stamp("acme");
    cr_assert(!search_all(q));
    torture(TORTURE_ONCE, search_all, q);
    cn_db_set_hook(fail_call, NULL);
    do {
        calls_left = ++n;
        rc = search_all(q);
        cr_assert(rc == CANON_OK || rc == CANON_ESTORE);
    } while (rc);
    cn_db_set_hook(NULL, NULL);
    cr_assert_str_eq(found("rework"), "Login Rework");
    stop();
}
