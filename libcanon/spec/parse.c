/*
 * From text to a document: the steps of the parser, and its memory.
 */
#include "reader.h"

#include "fail.h"
#include "mem.h"
#include "utf8.h"

#define LONGEST     ((size_t)INT32_MAX / 4)
#define LEAST_DEPTH 2
#define MOST_DEPTH  6
#define MARK        "\xef\xbb\xbf" /* the byte order mark */

/* The first version had all members. */
#define OLDEST_SIZE sizeof(canon_spec_options)

static int load_options(canon_spec_options *out, const canon_spec_options *in,
                        canon_error *err)
{
    canon_spec_options o = CANON_SPEC_OPTIONS_INIT;

    if (in && in->size < OLDEST_SIZE)
        return cn_fail(err, CANON_EINVAL,
                       "canon_spec_options not initialised with "
                       "CANON_SPEC_OPTIONS_INIT");
    if (in)
        memcpy(&o, in, in->size < sizeof(o) ? in->size : sizeof(o));
    if (!o.file_path)
        o.file_path = "";
    if (!o.max_len)
        o.max_len = CN_SPEC_MAX_LEN;
    if (o.max_len > LONGEST)
        o.max_len = LONGEST;
    if (!o.max_section_depth)
        o.max_section_depth = 3;
    if (o.max_section_depth < LEAST_DEPTH || o.max_section_depth > MOST_DEPTH)
        return cn_fail(err, CANON_EINVAL,
                       "max_section_depth %d is not from %d to %d",
                       o.max_section_depth, LEAST_DEPTH, MOST_DEPTH);
    *out = o;
    return CANON_OK;
}

/* The document lives in its own arena. */
static canon_spec *new_spec(void)
{
    cn_arena arena = CN_ARENA_INIT;
    canon_spec *spec = cn_arena_array(&arena, 1, sizeof(*spec));

    if (spec)
        spec->arena = arena;
    else
        cn_arena_free(&arena);
    return spec;
}

void canon_spec_free(canon_spec *spec)
{
    cn_arena arena;

    if (!spec)
        return;
    arena = spec->arena;
    cn_arena_free(&arena);
}

static void start(cn_reader *r, cn_slice text, const canon_spec_options *o)
{
    canon_spec *spec = r->spec;

    r->diagnostics = (cn_array)CN_ARRAY_INIT(canon_diagnostic);
    r->sections = (cn_array)CN_ARRAY_INIT(canon_section);
    r->section_parts = (cn_array)CN_ARRAY_INIT(cn_section_parts);
    r->criteria = (cn_array)CN_ARRAY_INIT(canon_criterion);
    r->criterion_parts = (cn_array)CN_ARRAY_INIT(cn_criterion_parts);
    r->directives = (cn_array)CN_ARRAY_INIT(cn_directive);
    r->scenarios = (cn_array)CN_ARRAY_INIT(cn_scenario_parts);
    r->steps = (cn_array)CN_ARRAY_INIT(canon_step);
    r->criterion = CN_SPEC_NONE;
    spec->text = cn_arena_copy(&spec->arena, text);
    spec->len = text.len;
    spec->bom = cn_slice_starts(text, MARK) ? 3 : 0;
    spec->file_path = cn_arena_str(&spec->arena, o->file_path);
    spec->max_depth = o->max_section_depth;
    r->failed = !spec->text || !spec->file_path;
}

/* A guess of the number of lines that is seldom too small. */
static size_t guess(size_t len)
{
    return len / 24 + 64;
}

static void read_lines(cn_reader *r)
{
    canon_spec *spec = r->spec;
    cn_slice text = cn_slice_of(spec->text, spec->len);
    size_t cap = guess(spec->len);
    cn_line *lines = cn_arena_alloc(&spec->arena, cap * sizeof(*lines));
    size_t count = lines ? cn_lines_split(text, spec->bom, lines, cap) : 0;

    if (count > cap) {
        lines = cn_arena_alloc(&spec->arena, count * sizeof(*lines));
        if (lines)
            cn_lines_split(text, spec->bom, lines, count);
    }
    spec->lines = lines;
    spec->line_count = (uint32_t)count;
    r->failed = !lines;
}

/* Nothing but ASCII, as most documents? Eight bytes at a time. */
static bool is_plain(cn_slice text)
{
    uint64_t high = 0;
    size_t i = 0;

    for (; i + 8 <= text.len; i += 8) {
        uint64_t bytes;

        memcpy(&bytes, text.ptr + i, 8);
        high |= bytes;
    }
    for (; i < text.len; i++)
        high |= (unsigned char)text.ptr[i];
    return !(high & 0x8080808080808080u) && !memchr(text.ptr, 0, text.len);
}

/* Bytes that are no UTF-8 are repaired in every string of the result. */
static void check_encoding(cn_reader *r)
{
    canon_spec *spec = r->spec;
    cn_slice text = cn_slice_of(spec->text, spec->len);
    size_t good = is_plain(text) ? text.len : cn_utf8_valid_prefix(text);

    if (good == text.len)
        return;
    spec->repair = true;
    cn_reader_report(r, CANON_SEVERITY_WARNING, "encoding.invalid_utf8",
                     cn_spec_line_at(spec, (uint32_t)good),
                     "bytes that are not UTF-8, or U+0000");
}

static int read_outline(cn_reader *r, canon_error *err)
{
    const canon_spec *spec = r->spec;

    return cn_outline_read(spec->text, spec->lines, spec->body_line - 1,
                           spec->line_count, &r->outline, err);
}

static void read_contents(cn_reader *r, bool wanted)
{
    canon_spec *spec = r->spec;
    uint32_t end = spec->section_count ? spec->section_parts[0].heading - 1
                                       : spec->line_count;

    spec->preamble = cn_reader_lines(r, spec->body_line, end);
    for (size_t i = 0; wanted && i < spec->section_count && !r->failed; i++) {
        canon_section *s = &spec->sections[i];

        s->content = cn_reader_lines(r, spec->section_parts[i].body,
                                     (uint32_t)s->end_line);
    }
}

static int read_body(cn_reader *r, const canon_spec_options *o,
                     canon_error *err)
{
    int rc = read_outline(r, err);

    if (rc)
        return rc;
    cn_reader_blocks(r);
    if (!r->failed)
        cn_reader_finish_sections(r);
    if (!r->failed)
        cn_reader_resolve(r);
    if (!r->failed)
        cn_reader_finish_criteria(r);
    if (!r->failed)
        cn_reader_finish_scenarios(r);
    if (!r->failed)
        read_contents(r, !o->no_content);
    if (!r->failed)
        cn_reader_sort_diagnostics(r);
    return CANON_OK;
}

static void finish(cn_reader *r)
{
    cn_outline_free(&r->outline);
    cn_array_free(&r->diagnostics);
    cn_array_free(&r->sections);
    cn_array_free(&r->section_parts);
    cn_array_free(&r->criteria);
    cn_array_free(&r->criterion_parts);
    cn_array_free(&r->directives);
    cn_array_free(&r->scenarios);
    cn_array_free(&r->steps);
    cn_map_free(&r->ids);
}

static int read_all(cn_reader *r, cn_slice text, const canon_spec_options *o,
                    canon_error *err)
{
    int rc = CANON_OK;

    start(r, text, o);
    if (!r->failed)
        read_lines(r);
    if (!r->failed)
        check_encoding(r);
    if (!r->failed)
        cn_reader_front(r);
    if (!r->failed)
        rc = read_body(r, o, err);
    if (!rc && r->failed)
        rc = cn_fail_memory(err);
    finish(r);
    return rc;
}

int canon_spec_parse(const char *text, size_t len,
                     const canon_spec_options *options, canon_spec **out,
                     canon_error *err)
{
    canon_spec_options o = CANON_SPEC_OPTIONS_INIT;
    cn_reader r = {.failed = false};
    int rc = load_options(&o, options, err);

    *out = NULL;
    if (rc)
        return rc;
    if (len > o.max_len)
        return cn_fail(err, CANON_ETOOBIG,
                       "a document of %zu bytes; the limit is %zu", len,
                       o.max_len);
    r.spec = new_spec();
    if (!r.spec)
        return cn_fail_memory(err);
    rc = read_all(&r, cn_slice_of(text, len), &o, err);
    if (rc)
        canon_spec_free(r.spec);
    else
        *out = r.spec;
    return rc;
}
