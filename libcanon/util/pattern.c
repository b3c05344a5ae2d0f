/*
 * Globs. A pattern becomes a list of segments; a set of places in that list is
 * carried from one segment of the path to the next.
 */
#include "pattern.h"

#include "utf8.h"

/* a pattern of slashes only has one more segment than bytes, and "*" */
#define MAX_SEGMENTS (CN_PATTERN_MAX + 2)

/* Two pointers: behind the last '*' the text may be cut later and later. */
static bool segment_match(cn_slice pattern, cn_slice text)
{
    cn_slice retry_pattern = {NULL, 0};
    cn_slice retry_text = {NULL, 0};

    while (text.len) {
        cn_slice next = text;
        char p = 0;

        if (pattern.len)
            p = pattern.ptr[0];
        (void)cn_utf8_next(&next); /* an invalid byte is a character, too */
        if (pattern.len && p == '*') {
            pattern = cn_slice_from(pattern, 1);
            retry_pattern = pattern;
            retry_text = text;
        } else if (pattern.len && p == '?') {
            pattern = cn_slice_from(pattern, 1);
            text = next;
        } else if (pattern.len && p == text.ptr[0]) {
            pattern = cn_slice_from(pattern, 1);
            text = cn_slice_from(text, 1);
        } else if (retry_pattern.ptr) {
            (void)cn_utf8_next(&retry_text);
            pattern = retry_pattern;
            text = retry_text;
        } else {
            return false;
        }
    }
    while (pattern.len && pattern.ptr[0] == '*')
        pattern = cn_slice_from(pattern, 1);
    return pattern.len == 0;
}

/* A place before "**" is also one behind it. */
static void skip_stars(const cn_slice *segments, size_t count, bool *places)
{
    for (size_t i = 0; i < count; i++) {
        if (places[i] && cn_slice_is(segments[i], "**"))
            places[i + 1] = true;
    }
}

/* Go one segment of the path further; false when nothing is left. */
static bool step(const cn_slice *segments, size_t count, bool *places,
                 cn_slice part)
{
    bool any = false;

    /* from the end, so that the set can be changed in place */
    for (size_t i = count + 1; i > 0; i--) {
        bool stays =
            i <= count && places[i - 1] && cn_slice_is(segments[i - 1], "**");
        bool comes = i > 1 && places[i - 2] &&
                     !cn_slice_is(segments[i - 2], "**") &&
                     segment_match(segments[i - 2], part);

        places[i - 1] = stays || comes;
        any = any || places[i - 1];
    }
    skip_stars(segments, count, places);
    return any;
}

static size_t cut_segments(cn_slice pattern, cn_slice *segments)
{
    size_t count = 0;

    do {
        segments[count++] = cn_slice_cut(&pattern, '/');
    } while (pattern.ptr);
    /* at the end it stands for what is below, not for the folder itself */
    if (cn_slice_is(segments[count - 1], "**"))
        segments[count++] = cn_str("*");
    return count;
}

bool cn_glob_match(cn_slice pattern, cn_slice path)
{
    cn_slice segments[MAX_SEGMENTS];
    bool places[MAX_SEGMENTS + 1] = {false};
    size_t count;

    if (pattern.len == 0 || pattern.len > CN_PATTERN_MAX || path.len == 0)
        return false;
    count = cut_segments(pattern, segments);
    places[0] = true;
    skip_stars(segments, count, places);
    while (path.ptr) {
        if (!step(segments, count, places, cn_slice_cut(&path, '/')))
            return false;
    }
    return places[count];
}

bool cn_glob_ok(cn_slice pattern)
{
    cn_slice rest = pattern;

    if (pattern.len == 0 || pattern.len > CN_PATTERN_MAX ||
        pattern.ptr[0] == '/' || !cn_utf8_ok(pattern))
        return false;
    for (size_t i = 0; i < pattern.len; i++) {
        unsigned char c = (unsigned char)pattern.ptr[i];

        if (c < ' ' || c == 0x7F || c == '\\')
            return false;
    }
    while (rest.ptr) {
        cn_slice part = cn_slice_cut(&rest, '/');

        if (cn_slice_is(part, ".") || cn_slice_is(part, ".."))
            return false;
    }
    return true;
}
