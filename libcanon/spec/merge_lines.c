/*
 * Lines of a document, as merging sees them: what each is, what makes it the
 * line it is, and which of its parts can change by themselves.
 */
#include "merge_parts.h"

#include "mem.h"

#define MOST_ABOUT  200 /* of a title that tells directives apart */
#define MOST_DIGITS 9   /* of the number of an item */

/* What the lines before a line say about it. */
typedef struct reader {
    cn_slice front; /* what is left of the front matter */
    char fence;     /* of the code at hand, or 0 */
    size_t fence_len;
    bool in_comment; /* that began on an earlier line */
    cn_slice title;  /* of the section at hand */
    cn_slice words;  /* of the criterion at hand */
} reader;

/* The line at the start of rest, with its end. */
static cn_slice cut_line(cn_slice *rest, uint8_t *end_len)
{
    size_t end = 0;
    cn_slice line;

    while (end < rest->len && rest->ptr[end] != '\n' && rest->ptr[end] != '\r')
        end++;
    *end_len = 0;
    if (end < rest->len)
        *end_len = rest->ptr[end] == '\r' && end + 1 < rest->len &&
                           rest->ptr[end + 1] == '\n'
                       ? 2
                       : 1;
    line = cn_slice_first(*rest, end + *end_len);
    *rest = cn_slice_from(*rest, line.len);
    return line;
}

/* "---", three or more. */
static bool is_dashes(cn_slice line)
{
    cn_slice text = cn_slice_trim_end(line);
    size_t n = 0;

    while (n < text.len && text.ptr[n] == '-')
        n++;
    return n >= 3 && n == text.len;
}

/* The front matter with both its lines of dashes; empty: there is none. */
static cn_slice find_front(cn_slice text)
{
    cn_slice rest = text;
    uint8_t end;

    while (rest.len > 0) {
        cn_slice line = cut_line(&rest, &end);

        if (cn_slice_trim(line).len == 0)
            continue;
        if (!is_dashes(line))
            break;
        while (rest.len > 0)
            if (is_dashes(cut_line(&rest, &end)))
                return cn_slice_first(text, (size_t)(rest.ptr - text.ptr));
        break;
    }
    return cn_slice_of(NULL, 0);
}

static size_t skip_blanks(cn_slice text, size_t i)
{
    while (i < text.len && cn_is_blank(text.ptr[i]))
        i++;
    return i;
}

/* Where the text of a list item begins; 0: it is none. */
static size_t find_item(cn_slice line, size_t i)
{
    size_t digits = i;

    while (digits < line.len && cn_is_digit(line.ptr[digits]))
        digits++;
    if (digits > i && digits - i <= MOST_DIGITS && digits < line.len &&
        (line.ptr[digits] == '.' || line.ptr[digits] == ')'))
        i = digits + 1;
    else if (i < line.len &&
             (line.ptr[i] == '-' || line.ptr[i] == '*' || line.ptr[i] == '+'))
        i++;
    else
        return 0;
    return i == line.len || cn_is_blank(line.ptr[i]) ? skip_blanks(line, i) : 0;
}

/* Where the words behind a box begin; 0: there is no box at i. */
static size_t find_words(cn_slice line, size_t i)
{
    size_t words;

    if (i + 3 >= line.len || line.ptr[i] != '[' || line.ptr[i + 2] != ']' ||
        !cn_is_blank(line.ptr[i + 3]) ||
        !(line.ptr[i + 1] == ' ' || cn_lower(line.ptr[i + 1]) == 'x'))
        return 0;
    words = skip_blanks(line, i + 3);
    return words < line.len ? words : 0;
}

/* Behind the number of a section. */
static size_t skip_number(cn_slice line, size_t i)
{
    size_t end = i;

    while (end < line.len &&
           (cn_is_digit(line.ptr[end]) || line.ptr[end] == '.'))
        end++;
    if (end == i || !cn_is_digit(line.ptr[i]) || end == line.len ||
        !cn_is_blank(line.ptr[end]))
        return i;
    return skip_blanks(line, end);
}

/* Where a heading's hashes and the blanks behind them end; 0: it is none. */
static size_t skip_hashes(cn_slice line, size_t indent)
{
    size_t i = indent;

    while (i < line.len && line.ptr[i] == '#')
        i++;
    if (i == indent || i - indent > 6 || indent > 3 || i == line.len ||
        !cn_is_blank(line.ptr[i]))
        return 0;
    i = skip_blanks(line, i);
    return i < line.len ? i : 0;
}

/* The inside of a comment that is all of a line and begins with our prefix. */
static cn_slice find_directive(cn_slice line)
{
    static const char *const prefixes[] = {"canon:", "specwright:"};
    cn_slice text = cn_slice_trim(line);

    if (text.len < 7 || !cn_slice_starts(text, "<!--") ||
        !cn_slice_ends(text, "-->"))
        return cn_slice_of(NULL, 0);
    text = cn_slice_trim(cn_slice_of(text.ptr + 4, text.len - 7));
    if (cn_slice_find_text(text, cn_str("-->")) < text.len)
        return cn_slice_of(NULL, 0);
    for (int i = 0; i < 2; i++)
        if (cn_slice_starts(text, prefixes[i]))
            return cn_slice_from(text, strlen(prefixes[i]));
    return cn_slice_of(NULL, 0);
}

/* Length of the name in front of a field's colon; 0: it is no field. */
static size_t field_name(cn_slice line)
{
    size_t i = 0;

    while (i < line.len &&
           (cn_is_alpha(line.ptr[i]) || cn_is_digit(line.ptr[i]) ||
            line.ptr[i] == '_' || line.ptr[i] == '-'))
        i++;
    return i < line.len && line.ptr[i] == ':' ? i : 0;
}

/* Code between fences: the fences are part of it. */
static bool is_code(reader *r, cn_slice text)
{
    size_t n = 0;

    while (n < text.len && text.ptr[n] == text.ptr[0])
        n++;
    if (r->fence) {
        if (n >= r->fence_len && n == text.len && text.ptr[0] == r->fence)
            r->fence = 0;
        return true;
    }
    if (n < 3 || (text.ptr[0] != '`' && text.ptr[0] != '~') ||
        (text.ptr[0] == '`' &&
         cn_slice_find(cn_slice_from(text, n), '`') < text.len - n))
        return false;
    r->fence = text.ptr[0];
    r->fence_len = n;
    return true;
}

/* A comment over several lines. */
static bool is_comment(reader *r, cn_slice text)
{
    bool was_in = r->in_comment;
    size_t end = cn_slice_find_text(text, cn_str("-->"));

    if (!was_in && !cn_slice_starts(text, "<!--"))
        return false;
    r->in_comment = end == text.len;
    return was_in || r->in_comment;
}

static void set_body(cn_merge_line *line, int kind, size_t at, size_t len)
{
    line->kind = (uint8_t)kind;
    line->body = (uint32_t)at;
    line->body_len = (uint32_t)len;
}

static void read_heading(reader *r, cn_merge_line *line, cn_slice text,
                         size_t at)
{
    at = skip_number(text, at);
    set_body(line, CN_LINE_HEADING, at, text.len - at);
    r->title = cn_merge_body(line);
    r->words = cn_slice_of(NULL, 0);
}

static void read_directive(const reader *r, cn_merge_line *line, cn_slice text)
{
    cn_slice about;

    set_body(line, CN_LINE_DIRECTIVE, line->indent,
             cn_slice_trim_end(text).len - line->indent);
    about = r->title;
    if (cn_slice_is(cn_merge_name(line), CN_EVIDENCE) && r->words.ptr)
        about = r->words;
    about = cn_slice_first(about, MOST_ABOUT);
    if (about.ptr) {
        line->about = (uint32_t)(line->ptr - about.ptr);
        line->about_len = (uint32_t)about.len;
    }
}

static void read_item(reader *r, cn_merge_line *line, cn_slice text, size_t at)
{
    size_t words = find_words(text, at);

    set_body(line, words ? CN_LINE_CRITERION : CN_LINE_ITEM, words ? words : at,
             text.len - (words ? words : at));
    r->words = words ? cn_merge_body(line) : cn_slice_of(NULL, 0);
}

/* text: the line without its end */
static void read_line(reader *r, cn_merge_line *line, cn_slice text)
{
    cn_slice trimmed = cn_slice_trim(text);
    size_t indent = skip_blanks(text, 0);
    size_t at;

    line->indent = (uint16_t)(indent < UINT16_MAX ? indent : UINT16_MAX - 1);
    set_body(line, CN_LINE_TEXT, 0, text.len);
    if (r->front.len > 0) {
        r->front = cn_slice_from(r->front, line->len);
        if (field_name(text))
            line->kind = CN_LINE_FIELD;
        return;
    }
    if (trimmed.len == 0 && !r->fence && !r->in_comment) {
        line->kind = CN_LINE_BLANK;
        return;
    }
    if (trimmed.len == 0 || (!r->in_comment && is_code(r, trimmed)) ||
        is_comment(r, trimmed))
        return;
    at = skip_hashes(text, indent);
    if (at)
        read_heading(r, line, text, at);
    else if (find_directive(text).len && line->indent == indent)
        read_directive(r, line, text);
    else if (text.ptr[indent] == '|')
        line->kind = CN_LINE_ROW;
    else if (find_item(text, indent))
        read_item(r, line, text, find_item(text, indent));
}

int cn_merge_split(cn_slice text, cn_merge_lines *out)
{
    cn_array lines = CN_ARRAY_INIT(cn_merge_line);
    reader r = {.front = find_front(text)};

    while (text.len > 0) {
        cn_merge_line *line = cn_array_push(&lines);
        cn_slice whole;

        if (!line) {
            cn_array_free(&lines);
            return CANON_ENOMEM;
        }
        whole = cut_line(&text, &line->end_len);
        line->ptr = whole.ptr;
        line->len = (uint32_t)whole.len;
        read_line(&r, line, cn_slice_first(whole, whole.len - line->end_len));
    }
    out->items = lines.items;
    out->count = lines.count;
    return CANON_OK;
}

void cn_merge_set(cn_merge_line *line, cn_slice text)
{
    reader r = {.fence = 0};
    cn_slice rest = text;
    cn_slice whole = cut_line(&rest, &line->end_len);

    line->ptr = text.ptr;
    line->len = (uint32_t)text.len;
    line->about = 0;
    line->about_len = 0;
    read_line(&r, line, cn_slice_first(whole, whole.len - line->end_len));
}

cn_slice cn_merge_name(const cn_merge_line *line)
{
    cn_slice text = cn_merge_body(line);
    size_t n = 0;

    if (line->kind == CN_LINE_FIELD)
        return cn_slice_first(text, field_name(text));
    text = find_directive(text);
    while (n < text.len && text.ptr[n] != ':' && !cn_is_space(text.ptr[n]))
        n++;
    return cn_slice_first(text, n);
}

/* --- parts ---------------------------------------------------------------- */

/* Where the state of a criterion's box is. */
static size_t find_state(const cn_merge_line *line)
{
    size_t i = line->body - 1;

    while (line->ptr[i] != ']')
        i--;
    return i - 1;
}

/* A status directive by its words, each with the blanks before it. */
static size_t cut_words(cn_slice text, cn_slice parts[])
{
    size_t count = 0;

    while (text.len > 0) {
        size_t end = 0;

        while (end < text.len && cn_is_blank(text.ptr[end]))
            end++;
        while (end < text.len && !cn_is_blank(text.ptr[end]))
            end++;
        if (count == CN_LINE_PARTS - 2)
            end = text.len;
        parts[count++] = cn_slice_first(text, end);
        text = cn_slice_from(text, end);
    }
    return count;
}

size_t cn_merge_cut(const cn_merge_line *line, cn_slice parts[CN_LINE_PARTS])
{
    cn_slice text = cn_slice_of(line->ptr, line->len - line->end_len);
    size_t count = 0;
    size_t at = 0;

    if (line->kind == CN_LINE_CRITERION) {
        at = find_state(line);
        parts[count++] = cn_slice_first(text, at);
        parts[count++] = cn_slice_of(text.ptr + at, 1);
        at++;
    } else if (line->kind == CN_LINE_HEADING) {
        at = skip_hashes(text, line->indent);
        parts[count++] = cn_slice_first(text, at);
        parts[count++] = cn_slice_of(text.ptr + at, line->body - at);
        at = line->body;
    } else if (line->kind == CN_LINE_ITEM) {
        at = line->body;
        parts[count++] = cn_slice_first(text, at);
    }
    if (line->kind == CN_LINE_DIRECTIVE &&
        cn_slice_is(cn_merge_name(line), "system"))
        count = cut_words(text, parts);
    else
        parts[count++] = cn_slice_from(text, at);
    parts[count++] = cn_slice_from(cn_merge_text(line), text.len);
    return count;
}

bool cn_merge_choose(const cn_slice versions[3], cn_slice *out)
{
    bool ours = !cn_slice_eq(versions[CN_BASE], versions[CN_OURS]);
    bool theirs = !cn_slice_eq(versions[CN_BASE], versions[CN_THEIRS]);

    *out = versions[ours ? CN_OURS : CN_THEIRS];
    return !ours || !theirs ||
           cn_slice_eq(versions[CN_OURS], versions[CN_THEIRS]);
}

/* x and X are one state of a box. */
static bool is_same_state(cn_slice a, cn_slice b)
{
    return a.len == 1 && cn_slice_eq_nocase(a, b);
}

/* The chosen parts; false: both sides changed the same one. */
static bool choose_parts(const cn_merge_line *const lines[3],
                         cn_slice chosen[CN_LINE_PARTS], size_t *count_out)
{
    cn_slice parts[3][CN_LINE_PARTS];
    size_t count = cn_merge_cut(lines[CN_BASE], parts[CN_BASE]);

    for (int s = CN_OURS; s <= CN_THEIRS; s++)
        if (lines[s]->kind != lines[CN_BASE]->kind ||
            cn_merge_cut(lines[s], parts[s]) != count)
            return false;
    for (size_t i = 0; i < count; i++) {
        const cn_slice versions[3] = {parts[0][i], parts[1][i], parts[2][i]};

        if (!cn_merge_choose(versions, &chosen[i]) &&
            !(lines[CN_BASE]->kind == CN_LINE_CRITERION && i == 1 &&
              is_same_state(versions[CN_OURS], versions[CN_THEIRS])))
            return false;
    }
    *count_out = count;
    return true;
}

int cn_merge_line_parts(const cn_merge_line *const lines[3], cn_arena *arena,
                        cn_slice *out)
{
    const cn_slice whole[3] = {cn_merge_text(lines[0]), cn_merge_text(lines[1]),
                               cn_merge_text(lines[2])};
    cn_slice chosen[CN_LINE_PARTS];
    size_t count = 0;
    size_t len = 0;
    char *at;

    if (cn_merge_choose(whole, out))
        return CANON_OK;
    if (!choose_parts(lines, chosen, &count))
        return CANON_ECONFLICT;
    for (size_t i = 0; i < count; i++)
        len += chosen[i].len;
    at = cn_arena_alloc(arena, len + 1);
    if (!at)
        return CANON_ENOMEM;
    *out = cn_slice_of(at, len);
    for (size_t i = 0; i < count; i++) {
        if (chosen[i].len > 0)
            memcpy(at, chosen[i].ptr, chosen[i].len);
        at += chosen[i].len;
    }
    return CANON_OK;
}
