#include "canon/settings.h"

#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <string.h>

static canon *open_engine(void)
{
    canon *c = NULL;
    canon_error err;

    cr_assert(eq(int, canon_open(NULL, &c, &err), CANON_OK), "%s", err.text);
    return c;
}

Test(settings, have_a_name_a_group_and_a_help_text_each)
{
    cr_assert(gt(sz, canon_setting_count(), 60));
    cr_assert_null(canon_setting_at(canon_setting_count()));
    for (size_t i = 0; i < canon_setting_count(); i++) {
        const canon_setting *s = canon_setting_at(i);

        cr_assert(ne(str, s->name, ""));
        cr_assert(ne(str, s->group, ""));
        cr_assert(ne(str, s->help, ""), "%s", s->name);
        for (size_t k = 0; k < i; k++)
            cr_assert(ne(str, s->name, canon_setting_at(k)->name));
    }
}

Test(settings, have_defaults_that_their_own_check_accepts)
{
    canon *c = open_engine();
    canon_error err;

    for (size_t i = 0; i < canon_setting_count(); i++) {
        const canon_setting *s = canon_setting_at(i);

        cr_assert(eq(int, canon_set(c, s->name, s->preset, &err), CANON_OK),
                  "%s", err.text);
        cr_assert(eq(str, canon_setting_text(c, s->name), s->preset));
    }
    canon_close(c);
}

static const struct {
    const char *name;
    const char *value;
    int rc;
    int64_t number;
} values[] = {
    {"PORT", "8080", CANON_OK, 8080},
    {"PORT", "", CANON_OK, 3000},
    {"PORT", "0", CANON_EINVAL, 3000},
    {"PORT", "65536", CANON_EINVAL, 3000},
    {"PORT", "80x", CANON_EINVAL, 3000},
    {"PORT", " 80", CANON_EINVAL, 3000},
    {"CANON_INSECURE", "yes", CANON_OK, 1},
    {"CANON_INSECURE", "Off", CANON_OK, 0},
    {"CANON_INSECURE", "maybe", CANON_EINVAL, 0},
    {"CANON_CACHE_BYTES", "1024", CANON_OK, 1024},
    {"CANON_CACHE_BYTES", "2 MiB", CANON_OK, 2 << 20},
    {"CANON_CACHE_BYTES", "1GiB", CANON_OK, 1 << 30},
    {"CANON_CACHE_BYTES", "99999999999GiB", CANON_EINVAL, 64 << 20},
    {"LOG_LEVEL", "debug", CANON_OK, 0},
    {"LOG_LEVEL", "loud", CANON_EINVAL, 0},
    {"LOG_LEVEL", "debug info", CANON_EINVAL, 0},
    {"NO_SUCH_SETTING", "1", CANON_ENOTFOUND, 0},
};

ParameterizedTestParameters(settings, check_their_values)
{
    return cn_test_indexes(sizeof(values) / sizeof(values[0]));
}

ParameterizedTest(size_t *i, settings, check_their_values)
{
    canon *c = open_engine();
    canon_error err;
    int rc = canon_set(c, values[*i].name, values[*i].value, &err);

    cr_assert(eq(int, rc, values[*i].rc), "%s", values[*i].name);
    cr_assert(
        eq(i64, canon_setting_int(c, values[*i].name), values[*i].number));
    if (rc)
        cr_assert_not_null(strstr(err.text, values[*i].name));
    canon_close(c);
}

Test(settings, of_auth_profiles_need_an_allowed_prefix)
{
    canon *c = open_engine();

    cr_assert(eq(int, canon_set(c, "CLOUD_HOST", "x", NULL), CANON_ENOTFOUND));
    cr_assert(eq(int, canon_set(c, "CANON_AUTH_PREFIXES", "CLOUD_, B_", NULL),
                 CANON_OK));
    cr_assert(eq(int, canon_set(c, "CLOUD_HOST", "x", NULL), CANON_OK));
    cr_assert(eq(str, canon_setting_text(c, "CLOUD_HOST"), "x"));
    cr_assert(eq(int, canon_set(c, "CLOUD_", "x", NULL), CANON_ENOTFOUND));
    canon_close(c);
}

Test(settings, cannot_change_once_the_engine_is_in_use)
{
    canon_options o = CANON_OPTIONS_INIT;
    canon_conn *conn = NULL;
    canon *c = NULL;

    o.database_url = "sqlite::memory:";
    cr_assert(eq(int, canon_open(&o, &c, NULL), CANON_OK));
    cr_assert(eq(int, canon_connect(c, &conn, NULL), CANON_OK));
    cr_assert(eq(int, canon_set(c, "PORT", "80", NULL), CANON_EBUSY));
    canon_disconnect(conn);
    canon_close(c);
}

Test(settings, of_a_login_provider_end_local_mode)
{
    canon *c = open_engine();

    cr_assert(eq(int, canon_local_mode(c), 1));
    cr_assert(eq(int, canon_set(c, "OIDC_ISSUER", "https://id.example", NULL),
                 CANON_OK));
    cr_assert(eq(int, canon_local_mode(c), 0));
    canon_close(c);
}
