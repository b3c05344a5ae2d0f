/*
 * Which files may be edited.
 */
#include "canon/editor.h"

#include "check.h"

int canon_editor_path_check(const char *path)
{
    static const char *const closed[] = {".git", ".github"};
    cn_slice all = cn_str(path);
    cn_slice rest = all;
    cn_slice first;

    if (!path || !cn_path_ok(all))
        return 0;
    first = cn_slice_cut(&rest, '/');
    for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++) {
        /* a file system may not care about letter case */
        if (cn_slice_is_nocase(first, closed[i]))
            return 0;
    }
    return cn_slice_is(all, "CANON.yaml") ||
           cn_slice_is(all, "SPECWRIGHT.yaml") ||
           (cn_slice_ends(all, ".md") && all.len > 3);
}
