/*
 * Which files may be edited.
 */
#include "canon/editor.h"

#include "check.h"

/* What git and its forge read from a repository themselves. File systems may
 * not care about letter case. */
static bool is_closed(cn_slice path)
{
    cn_slice rest = path;
    cn_slice part = cn_slice_cut(&rest, '/');

    if (cn_slice_is_nocase(part, ".github"))
        return true;
    while (rest.ptr && !cn_slice_is_nocase(part, ".git"))
        part = cn_slice_cut(&rest, '/');
    return cn_slice_is_nocase(part, ".git");
}

int canon_editor_path_check(const char *path)
{
    cn_slice all = cn_str(path);

    if (!path || !cn_path_ok(all) || is_closed(all))
        return 0;
    return cn_slice_is(all, "CANON.yaml") ||
           cn_slice_is(all, "SPECWRIGHT.yaml") ||
           (cn_slice_ends(all, ".md") && all.len > 3);
}
