/*
 * API keys over HTTP: made by somebody who has signed in, used by a program.
 */
#include "people.h"

#include "database.h"
#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYS "/app/acme/settings/api-keys/"

static fixture f;
static browser b;

static void begin(void)
{
    people_open(&f, 0, false);
    people_sign_in(&f, &b, "acme", "admin");
}

static void end(void)
{
    people_close(&f);
}

TestSuite(api_keys, .init = begin, .fini = end);

static bool detail_is(const char *text)
{
    char expected[256];

    snprintf(expected, sizeof(expected), "{\"detail\":\"%s\"}", text);
    return strcmp(body_of(&f), expected) == 0;
}

/* The key of the last answer, as a header; its id. */
static long take_key(char header[64])
{
    const char *at = strstr(body_of(&f), "\"key\":\"sw_");
    const char *id = strstr(body_of(&f), "\"id\":");

    cr_assert(at && id, "%s", body_of(&f));
    snprintf(header, 64, "Bearer %.46s", at + 7);
    return strtol(id + 5, NULL, 10);
}

static int with_key(const char *key, const char *method, const char *path,
                    const char *body)
{
    const char *headers[] = {"Authorization", key, "Content-Type",
                             "application/json", NULL};

    return ask(&f, method, path, headers, body);
}

ParameterizedTestParameters(keys, are_made_used_and_revoked)
{
    return test_databases();
}

ParameterizedTest(size_t *which, keys, are_made_used_and_revoked)
{
    char key[64];
    char path[128];
    long id;

    people_open(&f, *which, false);
    people_sign_in(&f, &b, "acme", "admin");
    cr_assert(eq(int, browse(&f, &b, "GET", KEYS, NULL), 200));
    cr_assert(eq(str, (char *)body_of(&f), "{\"keys\":[]}"));
    cr_assert(eq(int,
                 browse(&f, &b, "POST", KEYS,
                        "{\"label\":\"ci\",\"scopes\":[\"specs:write\","
                        "\"specs:read\",\"specs:write\"],"
                        "\"expires_in_days\":\"7\"}"),
                 201),
              "%s", body_of(&f));
    id = take_key(key);
    cr_assert(body_has(&f, "\"label\":\"ci\",\"scopes\":[\"specs:read\","
                           "\"specs:write\"],\"expires_at\":\"2026-03-08T"),
              "%s", body_of(&f));
    cr_assert(eq(str, (char *)header_of(&f, "Cache-Control"), "no-store"));
    cr_assert(eq(int, with_key(key, "GET", "/app/ACME/api/tasks", NULL), 200));
    cr_assert(
        eq(int, with_key(key, "GET", "/app/acme/api/profile", NULL), 200));
    cr_assert(body_has(&f, "\"auth_method\":\"api_key\""));
    cr_assert(body_has(&f, "\"picture\":\"\""));
    cr_assert(eq(int, browse(&f, &b, "GET", KEYS, NULL), 200));
    cr_assert(body_has(&f, "\"last_used_at\":\"2026-03-01T"), "%s",
              body_of(&f));
    cr_assert(body_lacks(&f, key + 7));
    snprintf(path, sizeof(path), KEYS "%ld", id);
    cr_assert(eq(int, browse(&f, &b, "DELETE", path, NULL), 200));
    cr_assert(eq(str, (char *)body_of(&f), "{\"ok\":true}"));
    cr_assert(eq(int, browse(&f, &b, "DELETE", path, NULL), 404));
    cr_assert(detail_is("API key not found or already revoked"));
    cr_assert(eq(int, with_key(key, "GET", "/app/acme/api/tasks", NULL), 401));
    cr_assert(detail_is("API key has been revoked"));
    people_close(&f);
}

Test(api_keys, expire)
{
    char key[64];

    browse(&f, &b, "POST", KEYS, "{\"expires_in_days\":1}");
    take_key(key);
    cr_assert(eq(int, with_key(key, "GET", "/app/acme/api/tasks", NULL), 200));
    f.now_us += INT64_C(86400000000);
    cr_assert(eq(int, with_key(key, "GET", "/app/acme/api/tasks", NULL), 401));
    cr_assert(detail_is("API key has expired"));
}

Test(api_keys, read_by_default_and_never_end)
{
    cr_assert(eq(int, browse(&f, &b, "POST", KEYS, "{}"), 201));
    cr_assert(body_has(&f, "\"label\":\"\",\"scopes\":[\"specs:read\"],"
                           "\"expires_at\":null"),
              "%s", body_of(&f));
}

Test(api_keys, threat_key_that_makes_keys)
{
    char key[64];

    browse(&f, &b, "POST", KEYS,
           "{\"scopes\":[\"specs:read\",\"specs:admin\"]}");
    take_key(key);
    cr_assert(eq(int, with_key(key, "GET", KEYS, NULL), 200));
    cr_assert(eq(int, with_key(key, "POST", KEYS, "{}"), 403));
    cr_assert(detail_is("An API key cannot create API keys"));
}

Test(api_keys, threat_privilege_persistence)
{
    char key[64];

    browse(&f, &b, "POST", KEYS, "{\"scopes\":[\"specs:write\"]}");
    take_key(key);
    cr_assert(eq(
        int, with_key(key, "POST", "/app/acme/api/tickets/create", "{}"), 501));
    {
        canon_users *users = NULL;
        canon_user user = {.size = sizeof(user),
                           .sub = idp.sub,
                           .role = "viewer",
                           .email = "",
                           .name = ""};

        cr_assert_eq(canon_user_list(f.conn, idp.sub, 0, 1, &users), 0);
        cr_assert_eq(canon_user_put(f.conn, &user, NULL), 0);
        canon_users_free(users);
    }
    cr_assert(eq(
        int, with_key(key, "POST", "/app/acme/api/tickets/create", "{}"), 403));
    f.now_us += INT64_C(16) * 60 * 1000000;
    cr_assert(eq(int, browse(&f, &b, "GET", KEYS, NULL), 403));
}

/* clang-format off */
static const struct {
    const char *body;
    int status;
    const char *text;
} orders[] = {
    {"", 422, "\"type\":\"missing\",\"loc\":[\"body\"]"},
    {"{\"label\":7}", 422, "\"loc\":[\"body\",\"label\"],\"msg\":\"Input should be a valid string\",\"input\":7"},
    {"{\"label\":\"a\\u0007b\"}", 422, "value_error"},
    {"{\"label\":\"a\\nb\"}", 422, "value_error"},
    {"{\"scopes\":\"specs:read\"}", 422, "\"type\":\"list_type\""},
    {"{\"scopes\":[\"specs:read\",7]}", 422, "\"loc\":[\"body\",\"scopes\",1]"},
    {"{\"scopes\":[\"specs:fly\"]}", 400, "{\"detail\":\"Invalid scope: specs:fly\"}"},
    {"{\"scopes\":[\"\"]}", 400, "{\"detail\":\"Invalid scope: \"}"},
    {"{\"scopes\":[\"platform:manage\"]}", 403, "Cannot grant scope you don't have: platform:manage"},
    {"{\"expires_in_days\":0}", 422, "\"ctx\":{\"ge\":1}"},
    {"{\"expires_in_days\":366}", 422, "\"ctx\":{\"le\":365}"},
    {"{\"expires_in_days\":1.5}", 422, "int_from_float"},
    {"{\"expires_in_days\":1e300}", 422, "int_from_float"},
    {"{\"expires_in_days\":\"x\"}", 422, "int_parsing"},
    {"{\"expires_in_days\":true}", 422, "int_type"},
    {"{\"expires_in_days\":3.0}", 201, "\"expires_at\":\"2026-03-04T"},
    {"{\"expires_in_days\":null}", 201, "\"expires_at\":null"},
    {"{\"label\":1,\"expires_in_days\":0}", 422, "},{\"type\":\"greater_than_equal\""},
};
/* clang-format on */

Test(api_keys, are_refused_with_what_is_wrong)
{
    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
        f.now_us += INT64_C(200) * 1000000; /* no limit is met */
        cr_assert(eq(int, browse(&f, &b, "POST", KEYS, orders[i].body),
                     orders[i].status),
                  "%s: %s", orders[i].body, body_of(&f));
        cr_assert(body_has(&f, orders[i].text), "%s: %s", orders[i].body,
                  body_of(&f));
    }
}

Test(api_keys, have_labels_of_a_hundred_characters)
{
    char body[512] = "{\"label\":\"";
    size_t len = strlen(body);

    for (int i = 0; i < 100; i++)
        memcpy(body + len + 2 * i, "\xc3\xa4", 2);
    strcpy(body + len + 200, "\"}");
    cr_assert(eq(int, browse(&f, &b, "POST", KEYS, body), 201));
    strcpy(body + len + 200, "x\"}");
    cr_assert(eq(int, browse(&f, &b, "POST", KEYS, body), 422));
    cr_assert(body_has(&f, "string_too_long"));
}

Test(api_keys, are_found_by_number)
{
    cr_assert(eq(int, browse(&f, &b, "DELETE", KEYS "x", NULL), 422));
    cr_assert(body_has(&f, "\"loc\":[\"path\",\"key_id\"]"));
    cr_assert(eq(
        int, browse(&f, &b, "DELETE", KEYS "99999999999999999999", NULL), 422));
    cr_assert(eq(int, browse(&f, &b, "DELETE", KEYS "12345", NULL), 404));
    cr_assert(eq(int, browse(&f, &b, "DELETE", KEYS "-1", NULL), 404));
}

Test(api_keys, of_somebody_else_do_not_exist)
{
    browser other = {0};
    char key[64];
    char path[128];
    long id;

    browse(&f, &b, "POST", KEYS, "{}");
    id = take_key(key);
    idp.sub = "auth0|other";
    idp.email = "other@acme.test";
    people_sign_in(&f, &other, "acme", "admin");
    snprintf(path, sizeof(path), KEYS "%ld", id);
    cr_assert(eq(int, browse(&f, &other, "DELETE", path, NULL), 404));
    browse(&f, &other, "GET", KEYS, NULL);
    cr_assert(eq(str, (char *)body_of(&f), "{\"keys\":[]}"));
    cr_assert(eq(int, with_key(key, "GET", "/app/acme/api/tasks", NULL), 200));
}

Test(api_keys, are_made_twenty_times_an_hour)
{
    for (int i = 0; i < 20; i++)
        cr_assert(eq(int, browse(&f, &b, "POST", KEYS, "{}"), 201));
    cr_assert(eq(int, browse(&f, &b, "POST", KEYS, "{}"), 429));
    cr_assert(body_has(&f, "\"retry_after\":3600"), "%s", body_of(&f));
    f.now_us += INT64_C(3600000000);
    cr_assert(eq(int, browse(&f, &b, "POST", KEYS, "{}"), 201));
}

Test(api_keys, are_fifty_at_a_time)
{
    for (int i = 0; i < 50; i++) {
        f.now_us += INT64_C(200) * 1000000;
        cr_assert(eq(int, browse(&f, &b, "POST", KEYS, "{}"), 201));
    }
    f.now_us += INT64_C(200) * 1000000;
    cr_assert(eq(int, browse(&f, &b, "POST", KEYS, "{}"), 400));
    cr_assert(detail_is("Too many active API keys"));
}

Test(api_keys, need_a_stored_user)
{
    static const canon_caller admin = {sizeof(canon_caller),
                                       "github|9",
                                       NULL,
                                       NULL,
                                       "acme",
                                       CANON_PERM_ALL &
                                           ~CANON_PERM_PLATFORM_MANAGE};

    f.caller = &admin;
    cr_assert(eq(int, get(&f, KEYS), 200));
    cr_assert(eq(str, (char *)body_of(&f), "{\"keys\":[]}"));
    cr_assert(eq(int, post(&f, KEYS, "{}"), 400));
    cr_assert(detail_is("User not found in database"));
    cr_assert(eq(int, ask(&f, "DELETE", KEYS "1", NULL, NULL), 400));
}

Test(api_keys, belong_to_a_user_whom_the_host_names)
{
    canon_caller admin = {sizeof(canon_caller),
                          idp.sub,
                          NULL,
                          NULL,
                          "acme",
                          CANON_PERM_ALL & ~CANON_PERM_PLATFORM_MANAGE};

    f.caller = &admin;
    cr_assert(eq(int, post(&f, KEYS, "{\"label\":\"h\"}"), 201));
    cr_assert(eq(int, get(&f, KEYS), 200));
    cr_assert(body_has(&f, "\"label\":\"h\""));
}

Test(api_keys, tell_the_host_but_no_secrets)
{
    char key[64];
    char path[128];
    char expected[128];
    long id;

    browse(&f, &b, "POST", KEYS, "{\"label\":\"Secret label\"}");
    id = take_key(key);
    snprintf(path, sizeof(path), KEYS "%ld", id);
    browse(&f, &b, "DELETE", path, NULL);
    snprintf(expected, sizeof(expected),
             "auth.api_key_created acme {\"key_id\":%ld,\"scopes\":"
             "[\"specs:read\"]}\n",
             id);
    cr_assert_not_null(strstr(f.events, expected), "%s", f.events);
    snprintf(expected, sizeof(expected),
             "auth.api_key_revoked acme {\"key_id\":%ld}\n", id);
    cr_assert_not_null(strstr(f.events, expected), "%s", f.events);
    cr_assert_null(strstr(f.log, key + 7), "%s", f.log);
    cr_assert_null(strstr(f.events, key + 7));
    cr_assert_null(strstr(f.log, "Secret label"));
}
