/*
 * Names and paths from outside.
 */
#include "check.h"

#include "utf8.h"

#define MAX_SLUG   100
#define MAX_PATH   1024
#define MAX_BRANCH 244 /* "refs/heads/" and it fit a file name */

static bool is_dots(cn_slice s)
{
    return cn_slice_is(s, ".") || cn_slice_is(s, "..");
}

bool cn_slug_ok(cn_slice s)
{
    if (s.len == 0 || s.len > MAX_SLUG || is_dots(s))
        return false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];

        if (!cn_is_alpha(c) && !cn_is_digit(c) && c != '.' && c != '_' &&
            c != '-')
            return false;
    }
    return true;
}

bool cn_full_name_ok(cn_slice s)
{
    size_t at = cn_slice_find(s, '/');

    return at < s.len && cn_slug_ok(cn_slice_first(s, at)) &&
           cn_slug_ok(cn_slice_from(s, at + 1));
}

static bool has_control(cn_slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];

        if (c < ' ' || c == 0x7F)
            return true;
    }
    return false;
}

bool cn_path_ok(cn_slice path)
{
    cn_slice rest = path;

    if (path.len == 0 || path.len > MAX_PATH || has_control(path) ||
        !cn_utf8_ok(path) || cn_slice_find(path, '\\') < path.len)
        return false;
    while (rest.ptr) {
        cn_slice part = cn_slice_cut(&rest, '/');

        if (part.len == 0 || is_dots(part))
            return false;
    }
    return true;
}

/* A part of a branch's name between slashes. */
static bool branch_part_ok(cn_slice part)
{
    return part.len > 0 && part.ptr[0] != '.' && !cn_slice_ends(part, ".lock");
}

bool cn_branch_ok(cn_slice name)
{
    cn_slice rest = name;

    if (name.len == 0 || name.len > MAX_BRANCH || has_control(name) ||
        !cn_utf8_ok(name) || cn_slice_is(name, "@") ||
        cn_slice_is(name, "HEAD"))
        return false;
    if (name.ptr[0] == '-' || cn_slice_ends(name, ".") ||
        cn_slice_find_text(name, cn_str("..")) < name.len ||
        cn_slice_find_text(name, cn_str("@{")) < name.len)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        if (strchr(" ~^:?*[\\", name.ptr[i]))
            return false;
    }
    while (rest.ptr) {
        if (!branch_part_ok(cn_slice_cut(&rest, '/')))
            return false;
    }
    return true;
}
