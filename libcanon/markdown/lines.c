/*
 * Texts as lines. The second half reads blocks by the rules of fences,
 * comments, headings, rules and list items alone, for texts on which cmark
 * would stall; nobody writes such a text by accident.
 */
#include "lines.h"

#include "array.h"
#include "fail.h"

/* The next place of a byte that makes a flag, if what follows it is right. */
typedef struct finder {
    char byte;
    const char *with; /* what must follow */
    uint32_t flag;
    const char *at; /* the next one; the end of the text when there is none */
} finder;

static const char *find(const char *from, const char *end, char byte)
{
    const char *at =
        from < end ? memchr(from, byte, (size_t)(end - from)) : NULL;

    return at ? at : end;
}

/* The flag, when there is such a place before line_end. */
static uint32_t look(finder *f, const char *line_end, const char *end)
{
    uint32_t flag = 0;
    size_t len = strlen(f->with);

    while (f->at < line_end) {
        if ((size_t)(end - f->at) > len &&
            memcmp(f->at + 1, f->with, len) == 0) {
            flag = f->flag;
            f->at = line_end - 1;
        }
        f->at = find(f->at + 1, end, f->byte);
    }
    return flag;
}

/* The flags of all finders; next becomes the first place of them all. */
static uint32_t look_all(finder *finders, size_t count, const char *line_end,
                         const char *end, const char **next)
{
    uint32_t flags = 0;

    *next = end;
    for (size_t i = 0; i < count; i++) {
        flags |= look(&finders[i], line_end, end);
        if (finders[i].at < *next)
            *next = finders[i].at;
    }
    return flags;
}

/* The next line ends, as far as they have been looked for. */
typedef struct breaks {
    const char *newline;
    const char *carriage;
} breaks;

static const char *line_end(breaks *b, const char *start, const char *end)
{
    if (b->newline < start)
        b->newline = find(start, end, '\n');
    if (b->carriage < start)
        b->carriage = find(start, end, '\r');
    return b->carriage < b->newline ? b->carriage : b->newline;
}

size_t cn_lines_split(cn_slice text, size_t at, cn_line *lines, size_t cap)
{
    finder finders[] = {
        {'<', "!--", CN_LINE_COMMENT, NULL},
        {'>', "", CN_LINE_END_TAG, NULL},
        {']', ":", CN_LINE_REFERENCE, NULL},
        {'!', "[", CN_LINE_IMAGE, NULL},
    };
    const size_t most = sizeof(finders) / sizeof(finders[0]);
    const char *start = text.ptr + at;
    const char *end = text.ptr + text.len;
    breaks b = {find(start, end, '\n'), find(start, end, '\r')};
    const char *next = start;
    size_t count = 0;

    for (size_t i = 0; i < most; i++)
        finders[i].at = find(start, end, finders[i].byte);
    while (start < end) {
        const char *stop = line_end(&b, start, end);
        uint32_t flags = 0;

        if (next < stop)
            flags = look_all(finders, most, stop, end, &next);
        if (count < cap)
            lines[count] = (cn_line){(uint32_t)(start - text.ptr),
                                     (uint32_t)(stop - text.ptr), flags};
        count++;
        if (stop + 1 < end && stop[0] == '\r' && stop[1] == '\n')
            stop++;
        start = stop + 1;
    }
    return count;
}

typedef struct line_reader {
    const char *text;
    const cn_line *lines;
    cn_array blocks;
    char fence; /* byte of the open fence, or 0 */
    size_t fence_len;
    bool comment;   /* inside an HTML comment block */
    bool paragraph; /* the line before was text of a paragraph */
    bool failed;
} line_reader;

static cn_outline_block *add(line_reader *r, cn_outline_kind kind, size_t i,
                             size_t column)
{
    static cn_outline_block lost;
    cn_outline_block *block = cn_array_push(&r->blocks);

    r->paragraph = false;
    if (!block) {
        r->failed = true;
        return &lost;
    }
    block->kind = kind;
    block->line = (uint32_t)i + 1;
    block->last = block->line;
    block->column = (uint32_t)column;
    block->parent = CN_OUTLINE_TOP;
    block->end = (uint32_t)r->blocks.count;
    return block;
}

static size_t run_of(cn_slice s, char c)
{
    size_t n = 0;

    while (n < s.len && s.ptr[n] == c)
        n++;
    return n;
}

static size_t blanks(cn_slice s)
{
    size_t n = 0;

    while (n < s.len && cn_is_blank(s.ptr[n]))
        n++;
    return n;
}

/* Lines of code, and of comments over several lines. */
static bool is_inside(line_reader *r, cn_slice rest, size_t indent)
{
    size_t n;

    if (r->comment) {
        cn_outline_block *block = cn_array_at(&r->blocks, r->blocks.count - 1);

        block->last++;
        r->comment = cn_slice_find_text(rest, cn_str("-->")) == rest.len;
        return true;
    }
    if (!r->fence)
        return false;
    n = run_of(rest, r->fence);
    if (indent < 4 && n >= r->fence_len &&
        blanks(cn_slice_from(rest, n)) == rest.len - n)
        r->fence = 0;
    return true;
}

static bool opens_fence(line_reader *r, cn_slice rest)
{
    char c = rest.ptr[0];
    size_t n = run_of(rest, c);
    cn_slice info = cn_slice_from(rest, n);

    if ((c != '`' && c != '~') || n < 3 ||
        (c == '`' && cn_slice_find(info, '`') != info.len))
        return false;
    r->fence = c;
    r->fence_len = n;
    return true;
}

/* Length of a list marker and the blanks behind it, or 0. */
static size_t marker_len(cn_slice rest)
{
    size_t n = 0;
    size_t space;

    if (rest.ptr[0] == '-' || rest.ptr[0] == '*' || rest.ptr[0] == '+') {
        n = 1;
    } else {
        while (n < rest.len && n < 9 && cn_is_digit(rest.ptr[n]))
            n++;
        if (n == 0 || n == rest.len || !strchr(".)", rest.ptr[n]))
            return 0;
        n++;
    }
    space = blanks(cn_slice_from(rest, n));
    return space && n + space < rest.len ? n + space : 0;
}

static void add_item(line_reader *r, size_t i, size_t at)
{
    uint32_t index = (uint32_t)r->blocks.count;
    cn_outline_block *block = add(r, CN_OUTLINE_ITEM, i, at);

    block->last = 0;
    block->end = index + 2;
    add(r, CN_OUTLINE_PARAGRAPH, i, at)->parent = index;
}

static void read_line(line_reader *r, size_t i)
{
    const cn_line *line = &r->lines[i];
    cn_slice all = cn_slice_of(r->text + line->start, line->end - line->start);
    size_t indent = blanks(all);
    cn_slice rest = cn_slice_from(all, indent);
    size_t level = run_of(rest, '#');
    size_t marker;

    if (is_inside(r, rest, indent))
        return;
    if (rest.len == 0) {
        r->paragraph = false;
        return;
    }
    marker = marker_len(rest);
    if (marker) {
        add_item(r, i, indent + marker);
    } else if (indent >= 4 || rest.ptr[0] == '>') {
        add(r, rest.ptr[0] == '>' ? CN_OUTLINE_QUOTE : CN_OUTLINE_CODE, i,
            indent);
    } else if (opens_fence(r, rest)) {
        add(r, CN_OUTLINE_CODE, i, indent);
    } else if (cn_slice_starts(rest, "<!--")) {
        add(r, CN_OUTLINE_HTML, i, indent);
        r->comment = cn_slice_find_text(rest, cn_str("-->")) == rest.len;
    } else if (level >= 1 && level <= 6 && level < rest.len &&
               cn_is_blank(rest.ptr[level])) {
        add(r, CN_OUTLINE_HEADING, i, indent)->level = (int)level;
    } else if (!r->paragraph) {
        add(r, CN_OUTLINE_PARAGRAPH, i, indent);
        r->paragraph = true;
    }
}

int cn_outline_by_lines(const char *text, const cn_line *lines, size_t first,
                        size_t count, cn_outline *out, canon_error *err)
{
    line_reader r = {.text = text, .lines = lines};

    r.blocks = (cn_array)CN_ARRAY_INIT(cn_outline_block);
    for (size_t i = first; i < count && !r.failed; i++)
        read_line(&r, i);
    out->blocks = r.blocks.items;
    out->count = r.blocks.count;
    return r.failed ? cn_fail_memory(err) : CANON_OK;
}
