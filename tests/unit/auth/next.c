#include "fake_provider.h"

#include <criterion/new/assert.h>
#include <string.h>

static fake_provider f;
static char kept[4096];

/* The cookie for a path, in kept. */
static void remember(const char *path)
{
    canon_cookie cookie;

    assert_ok(&f.t, canon_next_remember(f.t.conn, path, &cookie));
    cr_assert(eq(str, cookie.name, (char *)canon_next_cookie(f.t.engine)));
    cr_assert(eq(str, (char *)cookie.path, "/"));
    cr_assert(eq(i64, cookie.max_age_s, 600));
    cr_assert(lt(sz, strlen(cookie.value), sizeof(kept)));
    strcpy(kept, cookie.value);
}

/* The path of a cookie; NULL: it is none. */
static const char *recall(const char *cookie)
{
    const char *path = "x";
    int rc = canon_next_recall(f.t.conn, cookie, &path);

    cr_assert(eq(int, rc, path ? CANON_OK : CANON_ENOTFOUND));
    return path;
}

Test(next, a_path_is_remembered_for_ten_minutes)
{
    fake_start(&f, 0, NULL);
    cr_assert(
        eq(str, (char *)canon_next_cookie(f.t.engine), "__Host-canon_next"));
    remember("/app/acme/search?q=\"a\"&b=%20");
    cr_assert_null(strstr(kept, "acme"));
    cr_assert(eq(str, (char *)recall(kept), "/app/acme/search?q=\"a\"&b=%20"));
    f.t.now_us += 600 * SECOND - 1;
    cr_assert_not_null(recall(kept));
    f.t.now_us += 1;
    cr_assert_null(recall(kept));
    fake_stop(&f);
}

Test(next, a_path_that_leads_away_is_not_remembered)
{
    canon_cookie cookie;
    char path[1100];

    fake_start(&f, 0, NULL);
    cr_assert(eq(int, canon_next_remember(f.t.conn, "//evil.test", &cookie),
                 CANON_EINVAL));
    memset(path, 'a', sizeof(path));
    path[0] = '/';
    path[1025] = '\0';
    cr_assert(
        eq(int, canon_next_remember(f.t.conn, path, &cookie), CANON_EINVAL));
    path[1024] = '\0';
    remember(path);
    cr_assert(eq(str, (char *)recall(kept), path));
    memset(path + 1, '"', 1023);
    remember(path);
    cr_assert(eq(str, (char *)recall(kept), path), "it fits into a cookie");
    fake_stop(&f);
}

/* The same key seals other things for other places. */
Test(next, threat_sealed_value_in_another_place)
{
    static const char *const purposes[] = {"session", "oauth-state"};
    cn_seal_place place = {NULL, "__Host-canon_session"};

    fake_start(&f, 0, NULL);
    cr_assert_null(recall(""));
    cr_assert_null(recall("/app/acme"));
    remember("/app");
    kept[10] = kept[10] == 'A' ? 'B' : 'A';
    cr_assert_null(recall(kept));
    for (size_t i = 0; i < 2; i++) {
        cn_buf plain = CN_BUF_INIT(256);
        cn_buf sealed = CN_BUF_INIT(1024);

        cn_buf_puts(&plain, "{\"next\":\"/app\",\"exp\":99999999999}");
        place.purpose = purposes[i];
        assert_ok(&f.t, cn_auth_seal(f.t.conn, &place, &plain, &sealed));
        cr_assert_null(recall(cn_buf_text(&sealed)), "%zu", i);
        cn_buf_free(&sealed);
    }
    fake_stop(&f);
}

Test(next, a_sealed_path_that_leads_away_is_none)
{
    const cn_seal_place place = {"oauth-state", "__Host-canon_next"};
    cn_buf plain = CN_BUF_INIT(256);
    cn_buf sealed = CN_BUF_INIT(1024);

    fake_start(&f, 0, NULL);
    cn_buf_puts(&plain, "{\"next\":\"//evil.test\",\"exp\":99999999999}");
    assert_ok(&f.t, cn_auth_seal(f.t.conn, &place, &plain, &sealed));
    cr_assert_null(recall(cn_buf_text(&sealed)));
    cn_buf_free(&sealed);
    fake_stop(&f);
}

/* Whoever asks without end for pages that need a login fills no memory. */
Test(next, threat_memory_filled_by_strangers)
{
    size_t before;

    fake_start(&f, 0, NULL);
    remember("/app/acme/search");
    before = f.t.conn->arena.total;
    for (int i = 0; i < 1000; i++) {
        remember("/app/acme/search");
        cr_assert_not_null(recall(kept));
    }
    cr_assert(eq(sz, f.t.conn->arena.total, before));
    fake_stop(&f);
}

static int there_and_back(void *user)
{
    canon_conn *conn = NULL;
    canon_cookie cookie;
    const char *path;
    canon_error err;
    int rc = canon_connect(f.t.engine, &conn, &err);

    (void)user;
    if (!rc)
        rc = canon_next_remember(conn, "/app/acme/", &cookie);
    if (!rc)
        rc = canon_next_recall(conn, cookie.value, &path);
    canon_disconnect(conn);
    return rc;
}

Test(next, survives_every_failed_allocation)
{
    fake_start(&f, 0, NULL);
    cr_assert(eq(int, there_and_back(NULL), CANON_OK));
    cr_assert(gt(sz, torture(TORTURE_ONCE, there_and_back, NULL), 3));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, there_and_back, NULL), 3));
    fake_stop(&f);
}
