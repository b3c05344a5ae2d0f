/* A document's style, set aside for a merge. */
#include "merge_style.h"

#include "canon/spec.h"

static const char byte_order_mark[] = "\xEF\xBB\xBF";

enum { ENDS_NONE, ENDS_LF, ENDS_CRLF, ENDS_MIXED };

static bool ends_line(cn_slice text)
{
    return text.len > 0 &&
           (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == '\r');
}

static int line_ends(cn_slice text)
{
    int found = ENDS_NONE;

    for (size_t i = 0; i < text.len; i++) {
        int here;

        if (text.ptr[i] != '\r' && text.ptr[i] != '\n')
            continue;
        here = ENDS_MIXED;
        if (text.ptr[i] == '\n')
            here = ENDS_LF;
        else if (i + 1 < text.len && text.ptr[i + 1] == '\n')
            here = ENDS_CRLF;
        i += here == ENDS_CRLF;
        if (found != ENDS_NONE && found != here)
            return ENDS_MIXED;
        found = here;
    }
    return found;
}

/* One of three choices between two: what a side has changed. */
static bool pick(const bool choice[3])
{
    return choice[1] != choice[0] ? choice[1] : choice[2];
}

static const char *name_of(int ends)
{
    return ends == ENDS_CRLF ? "\r\n" : "\n";
}

/* A copy with other line ends; lines end with LF or CR LF. */
static int convert(cn_slice text, bool to_crlf, cn_arena *arena, cn_slice *out)
{
    size_t lines = 0;
    size_t len = 0;
    char *copy;

    for (size_t i = 0; i < text.len; i++)
        lines += text.ptr[i] == '\n';
    copy = cn_arena_alloc(arena, text.len + lines + 1);
    if (!copy)
        return CANON_ENOMEM;
    for (size_t i = 0; i < text.len; i++) {
        bool is_crlf =
            text.ptr[i] == '\r' && i + 1 < text.len && text.ptr[i + 1] == '\n';

        if (is_crlf)
            i++;
        if (text.ptr[i] == '\n' && to_crlf)
            copy[len++] = '\r';
        copy[len++] = text.ptr[i];
    }
    *out = cn_slice_of(copy, len);
    return CANON_OK;
}

/* A copy whose last line ends. */
static int close_last(cn_slice text, const char *line_end, cn_arena *arena,
                      cn_slice *out)
{
    char *copy = cn_arena_alloc(arena, text.len + 3);
    size_t len = text.len;

    if (!copy)
        return CANON_ENOMEM;
    if (len > 0)
        memcpy(copy, text.ptr, len);
    if (len > 0 && !ends_line(text)) {
        memcpy(copy + len, line_end, strlen(line_end));
        len += strlen(line_end);
    }
    *out = cn_slice_of(copy, len);
    return CANON_OK;
}

/* How the lines of the three versions end, and those of the result: a version
 * of one line goes along with the others, one that mixes them keeps its own. */
static int settle_ends(const cn_slice texts[3], int ends[3])
{
    for (int s = 0; s < 3; s++)
        ends[s] = line_ends(texts[s]);
    if (ends[0] == ENDS_NONE && (ends[1] == ENDS_NONE || ends[1] == ends[2]))
        ends[0] = ends[2];
    else if (ends[0] == ENDS_NONE)
        ends[0] = ends[2] == ENDS_NONE ? ends[1] : ENDS_MIXED;
    for (int s = 1; s < 3; s++)
        if (ends[s] == ENDS_NONE)
            ends[s] = ends[0];
    if (ends[0] == ENDS_MIXED)
        return ENDS_MIXED;
    return ends[1] != ends[0] && ends[1] != ENDS_MIXED ? ends[1] : ends[2];
}

int cn_merge_style_take(const cn_slice versions[3], cn_arena *arena,
                        cn_slice like[3], cn_merge_style *out)
{
    bool has_mark[3];
    bool is_closed[3];
    int ends[3];
    int result;
    int rc = CANON_OK;

    for (int s = 0; s < 3; s++) {
        like[s] = versions[s];
        has_mark[s] = cn_slice_starts(like[s], byte_order_mark);
        if (has_mark[s])
            like[s] = cn_slice_from(like[s], sizeof(byte_order_mark) - 1);
        is_closed[s] = like[s].len == 0 || ends_line(like[s]);
    }
    result = settle_ends(like, ends);
    out->has_mark = pick(has_mark);
    out->is_closed = pick(is_closed);
    out->is_changed = result != ENDS_MIXED && result != ENDS_NONE &&
                      ends[0] != ENDS_MIXED && result != ends[0];
    out->line_end = name_of(result == ENDS_MIXED ? ends[0] : result);
    for (int s = 0; !rc && s < 3; s++) {
        cn_slice text = like[s];

        if (ends[0] != ENDS_MIXED && ends[s] != ENDS_MIXED &&
            ends[s] != ends[0])
            rc = convert(text, ends[0] == ENDS_CRLF, arena, &text);
        if (!rc)
            rc = close_last(text, name_of(ends[ends[0] == ENDS_MIXED ? s : 0]),
                            arena, &like[s]);
    }
    return rc;
}

/* The result without the end of its last line, if that is settled. */
static void open_last(cn_array *parts)
{
    canon_merge_part *last;

    if (parts->count == 0)
        return;
    last = cn_array_at(parts, parts->count - 1);
    if (last->is_conflict || last->text_len == 0)
        return;
    if (last->text[last->text_len - 1] == '\n' && last->text_len > 1 &&
        last->text[last->text_len - 2] == '\r')
        last->text_len--;
    last->text_len--;
    if (last->text_len == 0)
        cn_array_pop(parts);
}

/* The first part begins with the mark. */
static int mark_first(cn_arena *arena, cn_array *parts)
{
    canon_merge_part *first = cn_array_push(parts);
    canon_merge_part mark = {0};
    char *copy = cn_arena_copy(arena, cn_str(byte_order_mark));

    if (!first || !copy)
        return CANON_ENOMEM;
    memmove((canon_merge_part *)parts->items + 1, parts->items,
            (parts->count - 1) * sizeof(mark));
    mark.text = copy;
    mark.text_len = sizeof(byte_order_mark) - 1;
    *(canon_merge_part *)parts->items = mark;
    return CANON_OK;
}

static int convert_part(canon_merge_part *part, bool to_crlf, cn_arena *arena)
{
    const char **texts[] = {&part->text, &part->base, &part->ours,
                            &part->theirs};
    size_t *lens[] = {&part->text_len, &part->base_len, &part->ours_len,
                      &part->theirs_len};
    int rc = CANON_OK;

    for (size_t i = 0; !rc && i < sizeof(texts) / sizeof(texts[0]); i++) {
        cn_slice text = cn_slice_of(*texts[i], *lens[i]);

        if (text.len == 0)
            continue;
        rc = convert(text, to_crlf, arena, &text);
        *texts[i] = text.ptr;
        *lens[i] = text.len;
    }
    return rc;
}

int cn_merge_style_give(const cn_merge_style *style, cn_arena *arena,
                        cn_array *parts)
{
    int rc = CANON_OK;

    if (style->is_changed)
        cn_array_each (canon_merge_part, part, parts)
            if (!rc)
                rc = convert_part(part, strlen(style->line_end) == 2, arena);
    if (!rc && !style->is_closed)
        open_last(parts);
    if (!rc && style->has_mark)
        rc = mark_first(arena, parts);
    return rc;
}
