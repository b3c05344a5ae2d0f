#include "permissions.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define READ  CANON_PERM_SPECS_READ
#define WRITE CANON_PERM_SPECS_WRITE

Test(permissions, a_role_has_what_the_table_says)
{
    cr_assert(eq(uint, canon_role_permissions("viewer"), READ));
    cr_assert(eq(uint, canon_role_permissions("editor"), READ | WRITE));
    cr_assert(
        eq(uint, canon_role_permissions("admin"),
           READ | WRITE | CANON_PERM_SPECS_ADMIN | CANON_PERM_ORG_MANAGE));
}

Test(permissions, an_unknown_role_is_a_viewer)
{
    cr_assert(eq(uint, canon_role_permissions("root"), READ));
    cr_assert(eq(uint, canon_role_permissions("Admin"), READ));
    cr_assert(eq(uint, canon_role_permissions(""), READ));
    cr_assert(eq(uint, canon_role_permissions(NULL), READ));
    cr_assert(not(cn_role_known("root")));
    cr_assert(not(cn_role_known("")));
    cr_assert(cn_role_known("editor"));
}

Test(permissions, words_and_bits_name_each_other)
{
    for (unsigned bit = 1; bit <= CANON_PERM_ALL; bit <<= 1)
        cr_assert(
            eq(uint, canon_permission_find(canon_permission_name(bit)), bit));
    cr_assert_null(canon_permission_name(0));
    cr_assert_null(canon_permission_name(3));
    cr_assert_null(canon_permission_name(32));
    cr_assert(eq(uint, canon_permission_find("specs:*"), 0));
    cr_assert(eq(uint, canon_permission_find("SPECS:READ"), 0));
    cr_assert(eq(uint, canon_permission_find(NULL), 0));
}

Test(permissions, a_list_is_sorted_and_reads_back)
{
    cn_buf out = CN_BUF_INIT(256);
    cn_json w = cn_json_to(&out);

    cn_scopes_write(&w, NULL, CANON_PERM_ALL);
    cr_assert(eq(str, (char *)cn_buf_text(&out),
                 "[\"org:manage\",\"platform:manage\",\"specs:admin\","
                 "\"specs:read\",\"specs:write\"]"));
    cr_assert(eq(uint, cn_scopes_read(cn_buf_text(&out)), CANON_PERM_ALL));
    cn_buf_free(&out);
}

Test(permissions, an_unknown_word_of_a_list_counts_for_nothing)
{
    cr_assert(eq(uint, cn_scopes_read("[]"), 0));
    cr_assert(eq(uint, cn_scopes_read("[\"specs:reader\",\"x\"]"), 0));
    cr_assert(eq(uint, cn_scopes_read("[\"specs:read\",\"x\"]"), READ));
}
