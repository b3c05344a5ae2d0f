#include "store_test.h"

ParameterizedTestParameters(stamps, change_with_every_raise)
{
    return test_databases();
}

ParameterizedTest(size_t *which, stamps, change_with_every_raise)
{
    cn_db *db = store_test_start(*which);
    const cn_repo_row repo = {.org = "acme",
                              .full_name = "acme/web",
                              .owner = "acme",
                              .name = "web",
                              .source = "dir:/x",
                              .description = ""};
    int64_t first = -1;
    int64_t second = 0;
    canon_error err;

    cr_assert(eq(int, cn_store_stamp_get(db, "acme", &first, &err), CANON_OK));
    cr_assert(eq(i64, first, 0), "an organisation without repositories");
    cr_assert(eq(int, cn_store_repo_put(db, &repo, &err), CANON_OK), "%s",
              err.text);
    cr_assert(eq(int, cn_store_stamp_get(db, "acme", &first, &err), CANON_OK));
    cr_assert(eq(i64, first, 1), "nothing was raised yet");
    cr_assert(eq(int, cn_store_stamp_raise(db, "acme", T0, &err), CANON_OK));
    cr_assert(eq(int, cn_store_stamp_get(db, "acme", &first, &err), CANON_OK));
    cr_assert(eq(i64, first, T0), "the time, as no copy has it");
    cr_assert(
        eq(int, cn_store_stamp_raise(db, "acme", T0 - 5, &err), CANON_OK));
    cr_assert(eq(int, cn_store_stamp_get(db, "acme", &second, &err), CANON_OK));
    cr_assert(gt(i64, second, first), "also when the clock goes back");
    cr_assert(
        eq(int, cn_store_stamp_get(db, "other", &second, &err), CANON_OK));
    cr_assert(eq(i64, second, 0));
    store_test_stop(db);
}
