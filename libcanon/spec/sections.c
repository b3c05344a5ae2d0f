/*
 * Sections: text of headings, numbers, titles, ids, extents and contents.
 */
#include "reader.h"

/* The first line behind the first that is only = or only -. */
static uint32_t underline_of(const canon_spec *spec, uint32_t line)
{
    for (line++; line <= spec->line_count; line++) {
        cn_slice s = cn_spec_line(spec, line);
        cn_slice rest = cn_slice_trim(s);
        size_t n = 0;

        if (rest.len == 0 || (size_t)(rest.ptr - s.ptr) > 3 ||
            (rest.ptr[0] != '=' && rest.ptr[0] != '-'))
            continue;
        while (n < rest.len && rest.ptr[n] == rest.ptr[0])
            n++;
        if (n == rest.len)
            break;
    }
    return line;
}

/* Without the closing row of #, which a blank or nothing stands before. */
static cn_slice without_closing(cn_slice s)
{
    size_t n = s.len;

    while (n > 0 && s.ptr[n - 1] == '#')
        n--;
    if (n > 0 && (n == s.len || !cn_is_blank(s.ptr[n - 1])))
        return s;
    return cn_slice_trim_end(cn_slice_first(s, n));
}

cn_span cn_reader_heading(const cn_reader *r, const cn_outline_block *block,
                          uint32_t *body_out)
{
    const canon_spec *spec = r->spec;
    cn_slice s = cn_slice_from(cn_spec_line(spec, block->line), block->column);
    cn_span span;
    size_t n = 0;

    while (n < s.len && s.ptr[n] == '#')
        n++;
    if (n >= 1 && n <= 6 && (n == s.len || cn_is_blank(s.ptr[n]))) {
        s = without_closing(cn_slice_trim(cn_slice_from(s, n)));
        span.start = (uint32_t)(s.ptr - spec->text);
        span.end = span.start + (uint32_t)s.len;
        *body_out = block->line + 1;
        return span;
    }
    *body_out = underline_of(spec, block->line) + 1;
    span.start = (uint32_t)(s.ptr - spec->text);
    span.end = spec->lines[*body_out - 3].end;
    return span;
}

bool cn_is_marker(cn_slice heading)
{
    cn_slice rest = cn_slice_from(heading, strlen("acceptance"));

    if (!cn_slice_starts_nocase(heading, "acceptance") || rest.len == 0 ||
        !cn_is_blank(rest.ptr[0]))
        return false;
    rest = cn_slice_trim(rest);
    if (cn_slice_ends(rest, ":"))
        rest = cn_slice_trim_end(cn_slice_first(rest, rest.len - 1));
    return cn_slice_is_nocase(rest, "criteria");
}

/* "2.1. Scope" is number 2.1 and title Scope; no number: the whole title. */
static cn_slice cut_number(cn_slice *title)
{
    cn_slice s = *title;
    size_t n = 0;
    size_t end;

    do {
        end = n;
        n += n > 0; /* the dot */
        while (n < s.len && cn_is_digit(s.ptr[n]))
            n++;
        if (n == 0 || !cn_is_digit(s.ptr[n - 1]))
            break;
        end = n;
    } while (n < s.len && s.ptr[n] == '.');
    n = end;
    if (n > 0 && n < s.len && s.ptr[n] == '.')
        n++;
    if (end == 0 || n == s.len || !cn_is_blank(s.ptr[n]))
        return cn_slice_of(NULL, 0);
    *title = cn_slice_trim(cn_slice_from(s, n));
    if (title->len)
        return cn_slice_first(s, end);
    *title = s;
    return cn_slice_of(NULL, 0);
}

static bool is_slug(char c)
{
    return cn_is_digit(c) || (c >= 'a' && c <= 'z');
}

static cn_slice make_slug(cn_reader *r, cn_slice title)
{
    char *slug = cn_arena_alloc(&r->spec->arena, title.len + 1);
    size_t len = 0;

    if (!slug) {
        r->failed = true;
        return cn_slice_of(NULL, 0);
    }
    for (size_t i = 0; i < title.len; i++) {
        char c = cn_lower(title.ptr[i]);

        if (is_slug(c))
            slug[len++] = c;
        else if (len && slug[len - 1] != '-')
            slug[len++] = '-';
    }
    if (len && slug[len - 1] == '-')
        len--;
    slug[len] = '\0';
    return cn_slice_of(slug, len);
}

static const char *plain_id(cn_reader *r, const canon_section *section,
                            cn_slice slug)
{
    size_t len;
    char *id;

    if (!section->number)
        return slug.len ? slug.ptr : "section";
    if (slug.len == 0)
        return section->number;
    len = strlen(section->number);
    id = cn_arena_alloc(&r->spec->arena, len + 1 + slug.len + 1);
    if (!id)
        return NULL;
    memcpy(id, section->number, len);
    id[len] = '-';
    memcpy(id + len + 1, slug.ptr, slug.len + 1);
    return id;
}

static const char *with_suffix(cn_reader *r, const char *id, uint32_t n)
{
    char digits[12];
    size_t at = sizeof(digits);
    size_t len = strlen(id);
    char *text;

    do {
        digits[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n);
    digits[--at] = '-';
    text = cn_arena_alloc(&r->spec->arena, len + sizeof(digits) - at + 1);
    if (!text)
        return NULL;
    memcpy(text, id, len);
    memcpy(text + len, digits + at, sizeof(digits) - at);
    text[len + sizeof(digits) - at] = '\0';
    return text;
}

/* The suffix to try next is kept, so that many equal headings stay cheap. */
static const char *unique_id(cn_reader *r, const char *id, uint32_t line)
{
    uint32_t *next = id ? cn_map_get(&r->ids, cn_str(id)) : NULL;
    const char *unique = id;
    uint32_t *own = cn_arena_alloc(&r->spec->arena, sizeof(*own));

    if (!id || !own) {
        r->failed = true;
        return "";
    }
    *own = 2;
    while (next && unique && cn_map_get(&r->ids, cn_str(unique)))
        unique = with_suffix(r, id, (*next)++);
    if (next)
        cn_reader_report_about(r, "section.duplicate_id", line,
                               "a section with the same id came before",
                               cn_str(id));
    if (!unique || cn_map_put(&r->ids, cn_str(unique), own)) {
        r->failed = true;
        return "";
    }
    return unique;
}

/* The nearest section before that is shallower and not closed by another. */
static size_t find_parent(const cn_reader *r, int depth)
{
    size_t i = r->sections.count;
    size_t parent = i ? i - 1 : CANON_NO_SECTION;

    while (parent != CANON_NO_SECTION) {
        const canon_section *s = cn_array_at(&r->sections, parent);

        if (s->depth < depth)
            break;
        parent = s->parent;
    }
    return parent;
}

static void fill_section(cn_reader *r, canon_section *section,
                         cn_section_parts *parts, const char *text)
{
    cn_slice title = cn_str(text);
    cn_slice number = cut_number(&title);

    if (number.len) {
        section->number = cn_arena_copy(&r->spec->arena, number);
        r->failed = r->failed || !section->number;
    }
    section->title = number.len ? title.ptr : text;
    parts->slug = make_slug(r, title);
    if (r->failed)
        return;
    section->id =
        unique_id(r, plain_id(r, section, parts->slug), parts->heading);
    if (section->parent == CANON_NO_SECTION && section->depth > 2)
        cn_reader_report(r, CANON_SEVERITY_WARNING, "section.orphan",
                         parts->heading,
                         "a subsection without a section above it");
}

void cn_reader_section(cn_reader *r, const cn_outline_block *block,
                       uint32_t body, const char *text)
{
    size_t parent = find_parent(r, block->level);
    canon_section *section = cn_array_push(&r->sections);
    cn_section_parts *parts = cn_array_push(&r->section_parts);

    if (!section || !parts) {
        r->failed = true;
        return;
    }
    parts->heading = block->line;
    parts->body = body;
    parts->criterion = (uint32_t)r->criteria.count;
    section->start_line = block->line;
    section->depth = block->level;
    section->parent = parent;
    section->content = "";
    fill_section(r, section, parts, text);
}

/* Counts of children and subtrees, from the last section to the first. */
static void link_sections(canon_spec *spec)
{
    for (size_t i = spec->section_count; i-- > 0;) {
        canon_section *s = &spec->sections[i];

        s->subtree++;
        if (s->parent != CANON_NO_SECTION) {
            spec->sections[s->parent].child_count++;
            spec->sections[s->parent].subtree += s->subtree;
        }
    }
}

static uint32_t last_line(const canon_spec *spec, uint32_t least)
{
    uint32_t n = spec->line_count;

    while (n > least && cn_line_is_blank(cn_spec_line(spec, n)))
        n--;
    return n;
}

static void set_extents(canon_spec *spec)
{
    for (size_t i = 0; i < spec->section_count; i++) {
        canon_section *s = &spec->sections[i];

        s->end_line = i + 1 < spec->section_count
                          ? spec->section_parts[i + 1].heading - 1
                          : last_line(spec, spec->section_parts[i].body - 1);
    }
}

static void move_sections(cn_reader *r)
{
    canon_spec *spec = r->spec;
    size_t count = r->sections.count;

    spec->sections = cn_reader_array(r, count, sizeof(*spec->sections));
    spec->section_parts =
        cn_reader_array(r, count, sizeof(*spec->section_parts));
    if (!spec->sections || !spec->section_parts)
        return;
    memcpy(spec->sections, r->sections.items, count * sizeof(*spec->sections));
    memcpy(spec->section_parts, r->section_parts.items,
           count * sizeof(*spec->section_parts));
    spec->section_count = count;
}

void cn_reader_finish_sections(cn_reader *r)
{
    canon_spec *spec = r->spec;

    move_sections(r);
    link_sections(spec);
    set_extents(spec);
}
