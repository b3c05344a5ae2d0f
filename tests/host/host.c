#include "canon.h"

#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static canon *open_engine(void)
{
    canon *c = NULL;
    canon_error err;

    cr_assert(eq(int, canon_open(NULL, &c, &err), CANON_OK), "%s", err.text);
    return c;
}

Test(settings_help, is_what_the_documentation_says)
{
    canon_buf table = CANON_BUF_INIT;
    char *page = test_file(CN_TESTS_DIR "/../libcanon/docs/settings.md", NULL);

    cr_assert(eq(int, canon_settings_help(1, &table, NULL), CANON_OK));
    cr_assert_not_null(strstr(page, table.data),
                       "write the output of canon_settings_help(1) into "
                       "libcanon/docs/settings.md");
    canon_buf_free(&table);
    free(page);
}

Test(settings_help, never_shows_a_secret_or_leaves_a_setting_out)
{
    canon_buf text = CANON_BUF_INIT;

    cr_assert(eq(int, canon_settings_help(0, &text, NULL), CANON_OK));
    for (size_t i = 0; i < canon_setting_count(); i++)
        cr_assert_not_null(strstr(text.data, canon_setting_at(i)->name));
    canon_buf_free(&text);
}

static const struct {
    const char *entries[4];
    int rc;
    const char *names; /* what the message must name */
} environments[] = {
    {{"PORT=8080", "HOME=/root"}, CANON_OK, ""},
    {{"PORT="}, CANON_OK, ""},
    {{"CANON_LIBRARY=/opt/libcanon.so"}, CANON_OK, ""},
    {{"PORT=x"}, CANON_EINVAL, "PORT"},
    {{"CANON_WORKER=4"}, CANON_EINVAL, "CANON_WORKER"},
    {{"PORT_FILE=/no/such/file"}, CANON_ENOTFOUND, "PORT"},
    {{"PORT=1", "PORT_FILE=/dev/null"}, CANON_EINVAL, "PORT_FILE"},
    {{"CANON_AUTH_PREFIXES=CLOUD_", "CLOUD_HOST=x"}, CANON_OK, ""},
};

ParameterizedTestParameters(environment, is_checked)
{
    return cn_test_indexes(sizeof(environments) / sizeof(environments[0]));
}

ParameterizedTest(size_t *i, environment, is_checked)
{
    canon *c = open_engine();
    canon_error err = {0, ""};
    int rc = canon_set_environment(c, environments[*i].entries, &err);

    if (environments[*i].rc == CANON_OK)
        cr_assert(eq(int, rc, CANON_OK), "%s", err.text);
    else
        cr_assert(ne(int, rc, CANON_OK));
    cr_assert_not_null(strstr(err.text, environments[*i].names), "%s",
                       err.text);
    canon_close(c);
}

Test(environment, takes_a_secret_from_a_file_without_its_line_end)
{
    char *folder = test_folder();
    canon *c = open_engine();
    char entry[600];
    const char *entries[] = {entry, NULL};

    test_write(folder, "secret", "hush\n");
    snprintf(entry, sizeof(entry), "GH_WEBHOOK_SECRET_FILE=%s/secret", folder);
    cr_assert(eq(int, canon_set_environment(c, entries, NULL), CANON_OK));
    cr_assert_str_eq(canon_setting_text(c, "GH_WEBHOOK_SECRET"), "hush");
    canon_close(c);
    test_folder_remove(folder);
}

static const struct {
    const char *listen;
    const char *issuer;
    const char *insecure;
    int rc;
    const char *addresses;
} listens[] = {
    {"", "", "", CANON_OK, "127.0.0.1:3000"},
    {"localhost", "", "", CANON_OK, "127.0.0.1:3000"},
    {"127.0.0.1, 127.0.0.2", "", "", CANON_OK, "127.0.0.1:3000,127.0.0.2:3000"},
    {"0.0.0.0", "", "", CANON_EDENIED, ""},
    {"0.0.0.0", "", "1", CANON_EDENIED, ""},
    {"10.0.0.1", "https://id.example", "", CANON_EDENIED, ""},
    {"10.0.0.1", "https://id.example", "1", CANON_OK, "10.0.0.1:3000"},
    {"8443s", "", "", CANON_EINVAL, ""},
    {"127.0.0.1:80r", "", "", CANON_EINVAL, ""},
    {",", "", "", CANON_EINVAL, ""},
};

ParameterizedTestParameters(listen_addresses, are_safe)
{
    return cn_test_indexes(sizeof(listens) / sizeof(listens[0]));
}

/* All that a login needs, but for one setting. */
static void set_login(canon *c, const char *but)
{
    static const char *const settings[][2] = {
        {"OIDC_ISSUER", "https://id.example"},
        {"OIDC_CLIENT_ID", "client"},
        {"OIDC_CLIENT_SECRET", "secret"},
        {"OIDC_AUDIENCE", "https://api.example"},
        {"PLATFORM_URL", "https://canon.example"},
        {"ENVIRONMENT", "production"},
        {"APP_SECRET_KEY", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}};

    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
        if (strcmp(settings[i][0], but) != 0)
            cr_assert(
                eq(int, canon_set(c, settings[i][0], settings[i][1], NULL), 0));
}

static const char *const needed[] = {"OIDC_ISSUER",        "OIDC_CLIENT_ID",
                                     "OIDC_CLIENT_SECRET", "OIDC_AUDIENCE",
                                     "PLATFORM_URL",       "APP_SECRET_KEY"};

ParameterizedTestParameters(listen_addresses, need_a_complete_login)
{
    return cn_test_indexes(sizeof(needed) / sizeof(needed[0]));
}

ParameterizedTest(size_t *i, listen_addresses, need_a_complete_login)
{
    canon *c = open_engine();
    canon_buf out = CANON_BUF_INIT;
    canon_error err = {0, ""};

    set_login(c, needed[*i]);
    cr_assert(eq(int, canon_listen_addresses(c, &out, &err), CANON_EINVAL),
              "%s", needed[*i]);
    cr_assert_not_null(strstr(err.text, needed[*i]), "%s", err.text);
    cr_assert(eq(int, canon_check(c, &out, &err), CANON_EINVAL));
    cr_assert_null(out.data);
    canon_close(c);
}

ParameterizedTest(size_t *i, listen_addresses, are_safe)
{
    canon *c = open_engine();
    canon_buf out = CANON_BUF_INIT;
    canon_error err = {0, ""};

    cr_assert(eq(int, canon_set(c, "LISTEN", listens[*i].listen, NULL), 0));
    if (*listens[*i].issuer)
        set_login(c, "");
    cr_assert(
        eq(int, canon_set(c, "CANON_INSECURE", listens[*i].insecure, NULL), 0));
    cr_assert(eq(int, canon_listen_addresses(c, &out, &err), listens[*i].rc),
              "%s: %s", listens[*i].listen, err.text);
    if (!listens[*i].rc)
        cr_assert_str_eq(out.data, listens[*i].addresses);
    canon_buf_free(&out);
    canon_close(c);
}

Test(log_json, is_one_line_whatever_the_text_holds)
{
    canon_log_event e = {CANON_LOG_WARN, "test", "a \"quoted\" \\ \x01 line",
                         "id", 1790000000000000};
    char line[CANON_LOG_JSON_MIN];
    size_t len = canon_log_json(&e, line, sizeof(line));

    cr_assert(gt(sz, len, 10));
    cr_assert(eq(chr, line[len - 1], '\n'));
    cr_assert_null(memchr(line, '\x01', len));
    cr_assert_not_null(strstr(line, "a \\\"quoted\\\" \\\\"));
    cr_assert(eq(sz, canon_log_json(&e, line, 16), 0));
}

Test(log_json, cuts_a_long_text_and_stays_json)
{
    canon_log_event e = {CANON_LOG_INFO, "test", NULL, "", 1};
    char *text = malloc(100001);
    char line[CANON_LOG_JSON_MIN];
    size_t len;

    memset(text, '"', 100000);
    text[100000] = '\0';
    e.text = text;
    len = canon_log_json(&e, line, sizeof(line));
    cr_assert(le(sz, len, sizeof(line)));
    cr_assert_str_eq(line + len - 3, "\"}\n");
    free(text);
}

Test(check, tells_of_a_database_and_that_there_is_none_yet)
{
    char *folder = test_folder();
    canon_options o = CANON_OPTIONS_INIT;
    canon_buf out = CANON_BUF_INIT;
    canon_error err;
    canon *c = NULL;
    char url[600];

    snprintf(url, sizeof(url), "sqlite:%s/canon.db", folder);
    o.database_url = url;
    cr_assert(eq(int, canon_open(&o, &c, &err), CANON_OK));
    cr_assert(eq(int, canon_check(c, &out, &err), CANON_OK), "%s", err.text);
    cr_assert_not_null(strstr(out.data, "canon.db yet, the first start"));
    cr_assert(eq(str, (char *)canon_missing_file(c), url + 7));
    cr_assert(eq(int, canon_prepare(c, &err), CANON_OK), "%s", err.text);
    cr_assert_null(canon_missing_file(c));
    cr_assert(eq(int, canon_check(c, &out, &err), CANON_OK), "%s", err.text);
    cr_assert_not_null(strstr(out.data, "database: good"));
    canon_buf_free(&out);
    canon_close(c);
    test_folder_remove(folder);
}

/* --- files of the application -------------------------------------------- */

static const canon_asset assets[] = {
    {"/static/assets/a-1f.js", (const unsigned char *)"a plain script", 14},
    {"/static/assets/a-1f.js.gz", (const unsigned char *)"packed", 6},
    {"/static/assets/a-1f.json", (const unsigned char *)"{}", 2},
    {"/static/theme.js", (const unsigned char *)"theme", 5},
    {"/static/index.html", (const unsigned char *)"<!doctype html>", 15},
    {NULL, NULL, 0}};

static char sent[4096]; /* what the client has got */

static int take(void *user, const void *data, size_t len)
{
    size_t at = strlen(sent);

    (void)user;
    cr_assert(lt(sz, at + len, sizeof(sent)));
    memcpy(sent + at, data, len);
    sent[at + len] = '\0';
    return 0;
}

static int no_body(void *user, void *out, size_t cap)
{
    (void)user;
    (void)out;
    (void)cap;
    return 0;
}

/* The answer to a request for an asset; accept: Accept-Encoding, or NULL. */
static const char *fetch(const char *method, const char *path,
                         const char *accept)
{
    static char out[16384];
    canon_options options = CANON_OPTIONS_INIT;
    canon_header headers[] = {{"Host", "localhost"},
                              {"Accept-Encoding", accept}};
    canon_request request = CANON_REQUEST_INIT;
    canon_wire wire = {.size = sizeof(wire),
                       .read = no_body,
                       .write = take,
                       .out = out,
                       .out_cap = sizeof(out),
                       .version = "1.1",
                       .assets = assets};
    canon_conn *conn = NULL;
    canon_error err;
    canon *c = NULL;

    options.database_url = "sqlite::memory:";
    cr_assert(eq(int, canon_open(&options, &c, &err), CANON_OK));
    cr_assert(eq(int, canon_connect(c, &conn, &err), CANON_OK));
    request.method = method;
    request.target = path;
    request.headers = headers;
    request.header_count = accept ? 2 : 1;
    request.remote_addr = "127.0.0.1";
    sent[0] = '\0';
    cr_assert(eq(int, canon_serve(c, conn, &request, &wire), 1));
    canon_disconnect(conn);
    canon_close(c);
    return sent;
}

static bool got(const char *text)
{
    return strstr(sent, text) != NULL;
}

static const struct {
    const char *accept;
    int packed;
} codings[] = {
    {NULL, 0},
    {"", 0},
    {"gzip", 1},
    {"GZIP", 1},
    {"x-gzip", 1},
    {"gzip, deflate, br", 1},
    {"br;q=1.0, gzip;q=0.5, *;q=0", 1},
    {"deflate,gzip ; q=0.001", 1},
    {"gzip;q=1", 1},
    {"*", 1},
    {"br, *;q=0.1", 1},
    {"gzip;q=0", 0},
    {"gzip;q=0.0", 0},
    {"gzip; Q=0.000 , br", 0},
    {"gzip;level=1;q=0", 0},
    {"gzip;q=0, *", 0},
    {"*, gzip;q=0", 0},
    {"*;q=0", 0},
    {"br, deflate", 0},
    {"identity", 0},
    {"gzipped, notgzip", 0},
    {"deflate;x=gzip", 0},
    {",,;,", 0},
};

ParameterizedTestParameters(assets, are_packed_for_who_takes_that)
{
    return cn_test_indexes(sizeof(codings) / sizeof(codings[0]));
}

ParameterizedTest(size_t *i, assets, are_packed_for_who_takes_that)
{
    fetch("GET", "/static/assets/a-1f.js", codings[*i].accept);
    cr_assert(got("HTTP/1.1 200 OK\r\n"), "%s", sent);
    cr_assert(got("Content-Type: text/javascript; charset=utf-8\r\n"));
    cr_assert(got("Vary: Accept-Encoding\r\n"));
    cr_assert(got("Cache-Control: public, max-age=31536000, immutable\r\n"));
    cr_assert(eq(int, got("Content-Encoding: gzip\r\n"), codings[*i].packed),
              "%s", codings[*i].accept);
    cr_assert(
        got(codings[*i].packed ? "\r\n\r\npacked" : "\r\n\r\na plain script"));
    cr_assert(got(codings[*i].packed ? "Content-Length: 6\r\n"
                                     : "Content-Length: 14\r\n"));
}

Test(assets, tell_the_same_of_themselves_to_head)
{
    fetch("HEAD", "/static/assets/a-1f.js", "gzip");
    cr_assert(got("Content-Encoding: gzip\r\n"));
    cr_assert(got("Vary: Accept-Encoding\r\n"));
    cr_assert(got("Content-Length: 6\r\n"));
    cr_assert_str_eq(sent + strlen(sent) - 4, "\r\n\r\n");
    fetch("HEAD", "/static/assets/a-1f.js", "gzip;q=0");
    cr_assert(eq(int, got("Content-Encoding"), 0));
    cr_assert(got("Content-Length: 14\r\n"));
}

Test(assets, vary_only_where_there_is_a_choice)
{
    fetch("GET", "/static/theme.js", "gzip");
    cr_assert(eq(int, got("Content-Encoding"), 0));
    cr_assert(eq(int, got("Vary"), 0));
    cr_assert(got("Cache-Control: public, max-age=3600\r\n"));
    fetch("GET", "/static/assets/a-1f.json", "gzip");
    cr_assert(eq(int, got("Content-Encoding"), 0));
    fetch("GET", "/static/theme.js.gz", "gzip");
    cr_assert(got("404 Not Found"));
}

Test(assets, are_no_pages)
{
    cr_assert_not_null(canon_asset_find(assets, "/static/index.html"));
    fetch("GET", "/static/index.html", NULL);
    cr_assert(got("404 Not Found"));
    cr_assert(got("Cache-Control: no-store\r\n"));
    fetch("HEAD", "/static/index.html?x=y", NULL);
    cr_assert(got("404 Not Found"));
}
