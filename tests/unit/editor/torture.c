/* The editor without memory, and with a database that fails. */
#include "editor_test.h"

#include "db.h"
#include "torture.h"

static int load_once(void *user)
{
    canon_buf out = CANON_BUF_INIT;
    char blob[72];
    int rc = canon_editor_load(t.conn, "acme", "acme/api", SPEC, &out, blob);

    (void)user;
    canon_buf_free(&out);
    return rc;
}

static int list_once(void *user)
{
    canon_buf out = CANON_BUF_INIT;
    int rc = canon_editor_repos_json(t.conn, "acme", &out);

    (void)user;
    canon_buf_free(&out);
    return rc;
}

/* From one text to the other and back, whatever is there; the file is always
 * one of the two. */
static int save_once(void *user)
{
    char *now = test_file(user, NULL);
    bool is_one = strcmp(now, ONE) == 0;
    int rc;

    cr_assert(is_one || strcmp(now, TWO) == 0);
    rc = save(SPEC, blob_of(now), is_one ? TWO : ONE);
    free(now);
    return rc;
}

/* A conflict that cannot be shown for lack of memory is a conflict still. */
static int conflict_once(void *user)
{
    int rc = save(SPEC, "", TWO);

    (void)user;
    if (rc == CANON_ECONFLICT)
        cr_assert(shows(ONE) || shows(NULL));
    canon_buf_free(&conflict.text);
    return rc == CANON_ECONFLICT ? CANON_OK : rc;
}

DATABASE_TEST(editor_torture, survives_every_failed_allocation)
{
    char path[1024];

    open_repo(*which, false);
    snprintf(path, sizeof(path), "%s/%s", folder, SPEC);
    cr_assert(eq(int, load_once(NULL), CANON_OK));
    cr_assert(eq(int, list_once(NULL), CANON_OK));
    cr_assert(eq(int, conflict_once(NULL), CANON_OK));
    cr_assert(gt(sz, torture(TORTURE_ONCE, load_once, NULL), 3));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, load_once, NULL), 3));
    cr_assert(gt(sz, torture(TORTURE_ONCE, list_once, NULL), 1));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, list_once, NULL), 1));
    cr_assert(gt(sz, torture(TORTURE_ONCE, conflict_once, NULL), 3));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, conflict_once, NULL), 3));
    cr_assert(eq(int, save_once(path), CANON_OK));
    cr_assert(gt(sz, torture(TORTURE_ONCE, save_once, path), 10));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, save_once, path), 10));
    /* what an index without memory missed, the next save brings */
    cr_assert(eq(int, save_once(path), CANON_OK));
    cr_assert(eq(i64, hits("albatross") + hits("sparrow"), 1));
    close_repo();
}

static int calls_left;
static int call_count;

static int fail_call(void *user)
{
    (void)user;
    call_count++;
    return calls_left > 0 && --calls_left == 0 ? CANON_ESTORE : CANON_OK;
}

/* Fail the n-th call; how often did the operation fail? */
static int fail_each(int (*operation)(void *user), void *user)
{
    int failed = 0;
    int n = 0;

    cn_db_set_hook(fail_call, NULL);
    do {
        int rc;

        calls_left = ++n;
        call_count = 0;
        rc = operation(user);
        cr_assert(rc == CANON_OK || rc == CANON_ESTORE, "call %d: %d", n, rc);
        failed += rc != CANON_OK;
    } while (calls_left == 0);
    cn_db_set_hook(NULL, NULL);
    return failed;
}

/* A save that answers is in the file, whether or not the index could follow;
 * one that fails has not touched it. */
static int save_told(void *user)
{
    char *before = test_file(user, NULL);
    int rc = save_once(user);
    char *after = test_file(user, NULL);

    cr_assert(eq(int, strcmp(before, after) != 0, rc == CANON_OK));
    cr_assert(eq(int, canon_last_error(t.conn)->code, rc));
    free(before);
    free(after);
    return rc;
}

DATABASE_TEST(editor_torture, survives_every_failed_database_call)
{
    char path[1024];

    open_repo(*which, false);
    snprintf(path, sizeof(path), "%s/%s", folder, SPEC);
    cr_assert(gt(int, fail_each(load_once, NULL), 0));
    cr_assert(gt(int, fail_each(list_once, NULL), 0));
    cr_assert(gt(int, fail_each(conflict_once, NULL), 0));
    cr_assert(gt(int, fail_each(save_told, path), 0));
    cr_assert(gt(int, call_count, 5), "the index was asked, too");
    cr_assert(eq(int, save_once(path), CANON_OK));
    cr_assert(eq(i64, hits("albatross") + hits("sparrow"), 1));
    close_repo();
}
