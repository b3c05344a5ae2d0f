#include "json.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static cn_arena arena = CN_ARENA_INIT;

static const cn_value *tree(void)
{
    static const char text[] =
        "{\"data\":{\"id\":7,\"name\":\"x\",\"on\":true,\"list\":[1]},"
        "\"none\":null}";
    const cn_value *value = NULL;

    cr_assert(eq(int, cn_json_parse(&arena, cn_str(text), &value, NULL, NULL),
                 CANON_OK));
    return value;
}

Test(json_value, is_found_by_a_dotted_path)
{
    const cn_value *v = tree();

    cr_assert(eq(i64, cn_value_int(v, "data.id", 0), 7));
    cr_assert(eq(str, (char *)cn_value_str(v, "data.name", ""), "x"));
    cr_assert(cn_value_bool(v, "data.on", false));
    cr_assert(eq(int, cn_value_get(v, "none")->kind, CN_KIND_NULL));
    cn_arena_free(&arena);
}

Test(json_value, is_null_when_something_is_missing_on_the_way)
{
    const cn_value *v = tree();

    cr_assert_null(cn_value_get(v, "data.nothing"));
    cr_assert_null(cn_value_get(v, "data.id.deeper"));
    cr_assert_null(cn_value_get(v, "data.list.0"));
    cr_assert_null(cn_value_get(v, "none.x"));
    cr_assert_null(cn_value_get(NULL, "data"));
    cn_arena_free(&arena);
}

Test(json_value, of_another_type_gives_the_default)
{
    const cn_value *v = tree();

    cr_assert(eq(str, (char *)cn_value_str(v, "data.id", "d"), "d"));
    cr_assert(eq(i64, cn_value_int(v, "data.name", -1), -1));
    cr_assert(cn_value_bool(v, "data.id", true));
    cr_assert(eq(str, (char *)cn_value_str(v, "none", "d"), "d"));
    cn_arena_free(&arena);
}
