/*
 * The events of libyaml become a tree. Line numbers are counted here: libyaml
 * takes U+0085, U+2028 and U+2029 for line ends, too, and counts characters
 * where we count bytes.
 */
#include "yaml.h"

#include "array.h"
#include "fail.h"
#include "map.h"
#include "utf8.h"

#include <yaml.h> /* NOLINT(readability-duplicate-include): the system's */

/* A place in the text. */
typedef struct place {
    size_t index; /* in characters, as libyaml counts */
    size_t byte;
    size_t line;
} place;

/* A list or map whose end has not come yet. */
typedef struct frame {
    bool is_map;
    bool flow;
    bool has_key; /* the next node is its value */
    size_t line;
    cn_member member; /* with the key; of a list, the value only */
    cn_array parts;   /* cn_value or cn_member */
} frame;

typedef struct builder {
    cn_arena *arena;
    cn_slice text;
    const cn_yaml_limits *limits;
    cn_yaml *out;
    canon_error *err;
    size_t nodes;
    place at;      /* where the current event starts */
    size_t end;    /* the byte where it ends */
    cn_array open; /* of frame */
    cn_array duplicates;
    const cn_value *root;
} builder;

static int fail_at(builder *b, size_t line, const char *problem)
{
    b->out->error_line = line;
    return cn_fail(b->err, CANON_EINVAL, "line %zu: %s", line, problem);
}

static int fail_here(builder *b, const char *problem)
{
    return fail_at(b, b->at.line, problem);
}

/* Go on from a place to the character with an index. */
static place place_of(cn_slice text, place p, size_t index)
{
    while (p.index < index && p.byte < text.len) {
        cn_slice rest = cn_slice_from(text, p.byte);
        char c = rest.ptr[0];

        (void)cn_utf8_next(&rest); /* the text is valid */
        p.byte = text.len - rest.len;
        p.index++;
        if (c == '\n' || (c == '\r' && !(rest.len && rest.ptr[0] == '\n')))
            p.line++;
    }
    return p;
}

static frame *innermost(const builder *b)
{
    return b->open.count ? cn_array_at(&b->open, b->open.count - 1) : NULL;
}

/* The scalar of the current event stands where a key is expected. */
static bool is_key(const builder *b)
{
    const frame *top = innermost(b);

    return top && top->is_map && !top->has_key;
}

/* "? key", or a key whose colon stands on another line. */
static bool is_explicit_key(const builder *b)
{
    cn_slice before = cn_slice_first(b->text, b->at.byte);
    cn_slice behind = cn_slice_from(b->text, b->end);

    while (before.len && cn_is_blank(before.ptr[before.len - 1]))
        before.len--;
    while (behind.len && cn_is_blank(behind.ptr[0]))
        behind = cn_slice_from(behind, 1);
    if (before.len < b->at.byte && cn_slice_ends(before, "?"))
        return true;
    return !innermost(b)->flow && !cn_slice_starts(behind, ":");
}

/* A finished node goes to where it belongs. */
static int place_value(builder *b, const cn_value *value)
{
    frame *top = innermost(b);
    void *part;

    if (!top) {
        cn_value *root = cn_arena_array(b->arena, 1, sizeof(*root));

        if (!root)
            return cn_fail_memory(b->err);
        *root = *value;
        b->root = root;
        return CANON_OK;
    }
    part = cn_array_push(&top->parts);
    if (!part)
        return cn_fail_memory(b->err);
    if (top->is_map) {
        top->member.value = *value;
        memcpy(part, &top->member, sizeof(top->member));
        top->has_key = false;
    } else {
        memcpy(part, value, sizeof(*value));
    }
    return CANON_OK;
}

/* What stands for "nothing" when it is not quoted. */
static bool is_null(cn_slice s)
{
    return s.len == 0 || cn_slice_is(s, "~") || cn_slice_is(s, "null") ||
           cn_slice_is(s, "Null") || cn_slice_is(s, "NULL");
}

static int copy(builder *b, cn_slice s, cn_slice *out)
{
    const char *ptr = cn_arena_copy(b->arena, s);

    if (!ptr)
        return cn_fail_memory(b->err);
    *out = cn_slice_of(ptr, s.len);
    return CANON_OK;
}

static int on_key(builder *b, cn_slice text)
{
    frame *top = innermost(b);

    if (is_explicit_key(b))
        return fail_here(b, "a key marked with ? is not supported");
    top->has_key = true;
    top->member.line = b->at.line;
    return copy(b, text, &top->member.key);
}

static int on_scalar(builder *b, const yaml_event_t *event)
{
    cn_value value = {0};
    cn_slice text = cn_slice_trim(cn_slice_of(
        (const char *)event->data.scalar.value, event->data.scalar.length));
    int rc;

    if (cn_slice_find(text, '\0') < text.len)
        return fail_here(b, "U+0000 is not allowed");
    if (is_key(b))
        return on_key(b, text);
    value.line = b->at.line;
    value.plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (value.plain && is_null(text))
        return place_value(b, &value);
    value.kind = CN_KIND_TEXT;
    rc = copy(b, text, &value.text);
    return rc ? rc : place_value(b, &value);
}

static int on_open(builder *b, bool is_map, bool flow)
{
    frame *top;

    if (is_key(b))
        return fail_here(b, "a list or mapping as a key is not supported");
    if (b->open.count >= b->limits->max_depth)
        return fail_here(b, "nested too deeply");
    top = cn_array_push(&b->open);
    if (!top)
        return cn_fail_memory(b->err);
    top->is_map = is_map;
    top->flow = flow;
    top->line = b->at.line;
    top->parts.size = is_map ? sizeof(cn_member) : sizeof(cn_value);
    return CANON_OK;
}

static int note_duplicate(builder *b, const cn_member *member)
{
    cn_yaml_duplicate *duplicate = cn_array_push(&b->duplicates);

    if (!duplicate)
        return cn_fail_memory(b->err);
    duplicate->key = member->key;
    duplicate->line = member->line;
    return CANON_OK;
}

/* Of equal keys the last one stays, in the place of the first. */
static int drop_duplicates(builder *b, cn_array *members)
{
    cn_map seen = CN_MAP_INIT;
    size_t count = 0;
    int rc = CANON_OK;

    for (size_t i = 0; i < members->count && !rc; i++) {
        const cn_member *member = cn_array_at(members, i);
        cn_member *first = cn_map_get(&seen, member->key);

        if (first) {
            rc = note_duplicate(b, member);
            *first = *member;
            continue;
        }
        first = cn_array_at(members, count++);
        *first = *member;
        rc = cn_map_put(&seen, first->key, first);
        if (rc)
            rc = cn_fail_memory(b->err);
    }
    members->count = count;
    cn_map_free(&seen);
    return rc;
}

static int on_close(builder *b)
{
    frame *top = innermost(b);
    cn_value value = {0};
    void *parts;
    int rc = top->is_map ? drop_duplicates(b, &top->parts) : CANON_OK;

    if (rc)
        return rc;
    parts = cn_arena_array(b->arena, top->parts.count, top->parts.size);
    if (!parts)
        return cn_fail_memory(b->err);
    if (top->parts.count)
        memcpy(parts, top->parts.items, top->parts.count * top->parts.size);
    value.kind = top->is_map ? CN_KIND_MAP : CN_KIND_LIST;
    value.line = top->line;
    value.count = top->parts.count;
    if (top->is_map)
        value.members = parts;
    else
        value.items = parts;
    cn_array_free(&top->parts);
    cn_array_pop(&b->open);
    return place_value(b, &value);
}

/* Anchors and tags; "!" alone leaves a trace in the text only. */
static int check_properties(builder *b, const yaml_char_t *anchor,
                            const yaml_char_t *tag)
{
    if (++b->nodes > b->limits->max_nodes)
        return fail_here(b, "too many values");
    if (anchor)
        return fail_here(b, "anchors are not supported");
    if (tag || cn_slice_starts(cn_slice_from(b->text, b->at.byte), "!"))
        return fail_here(b, "tags are not supported");
    return CANON_OK;
}

static int on_document(builder *b, const yaml_event_t *event)
{
    if (b->root)
        return fail_here(b, "several documents are not supported");
    if (event->data.document_start.version_directive ||
        event->data.document_start.tag_directives.start !=
            event->data.document_start.tag_directives.end)
        return fail_here(b, "directives are not supported");
    return CANON_OK;
}

static int on_event(builder *b, const yaml_event_t *event)
{
    int rc = CANON_OK;

    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return on_document(b, event);
    case YAML_ALIAS_EVENT:
        return fail_here(b, "aliases are not supported");
    case YAML_SCALAR_EVENT:
        rc = check_properties(b, event->data.scalar.anchor,
                              event->data.scalar.tag);
        return rc ? rc : on_scalar(b, event);
    case YAML_SEQUENCE_START_EVENT:
        rc = check_properties(b, event->data.sequence_start.anchor,
                              event->data.sequence_start.tag);
        return rc ? rc : on_open(b, false, false);
    case YAML_MAPPING_START_EVENT:
        rc = check_properties(b, event->data.mapping_start.anchor,
                              event->data.mapping_start.tag);
        return rc ? rc
                  : on_open(b, true,
                            event->data.mapping_start.style ==
                                YAML_FLOW_MAPPING_STYLE);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return on_close(b);
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        return CANON_OK;
    }
    return CANON_OK;
}

/* What libyaml found wrong. */
static int fail_parser(builder *b, const yaml_parser_t *parser, place start)
{
    place p;

    if (parser->error == YAML_MEMORY_ERROR)
        return cn_fail_memory(b->err);
    if (parser->error == YAML_READER_ERROR)
        p = place_of(cn_slice_first(b->text, parser->problem_offset), start,
                     SIZE_MAX);
    else
        p = place_of(b->text, start, parser->problem_mark.index);
    return fail_at(b, p.line,
                   parser->problem ? parser->problem : "not readable");
}

static int read_events(builder *b, yaml_parser_t *parser)
{
    place start = b->at;
    yaml_event_type_t type = YAML_NO_EVENT;
    int rc = CANON_OK;

    while (!rc && type != YAML_STREAM_END_EVENT) {
        yaml_event_t event;

        if (!yaml_parser_parse(parser, &event))
            return fail_parser(b, parser, start);
        type = event.type;
        /* an empty node may lie a little before the event behind it */
        if (event.start_mark.index < b->at.index)
            b->at = start;
        b->at = place_of(b->text, b->at, event.start_mark.index);
        b->end = place_of(b->text, b->at, event.end_mark.index).byte;
        rc = on_event(b, &event);
        yaml_event_delete(&event);
    }
    return rc;
}

static int keep_result(builder *b)
{
    size_t count = b->duplicates.count;
    cn_yaml_duplicate *duplicates =
        cn_arena_array(b->arena, count, sizeof(*duplicates));

    if (!duplicates)
        return cn_fail_memory(b->err);
    if (count)
        memcpy(duplicates, b->duplicates.items, count * sizeof(*duplicates));
    b->out->root = b->root;
    b->out->duplicates = duplicates;
    b->out->duplicate_count = count;
    return CANON_OK;
}

static int check_text(builder *b)
{
    size_t valid;

    if (b->text.len > b->limits->max_len) {
        b->out->error_line = b->at.line;
        return cn_fail(b->err, CANON_EINVAL, "more than %zu bytes",
                       b->limits->max_len);
    }
    valid = cn_utf8_valid_prefix(b->text);
    if (valid < b->text.len) {
        cn_slice good = cn_slice_first(b->text, valid);

        return fail_at(b, place_of(good, b->at, SIZE_MAX).line,
                       "not valid UTF-8");
    }
    return CANON_OK;
}

static void free_builder(builder *b)
{
    cn_array_each (frame, f, &b->open)
        cn_array_free(&f->parts);
    cn_array_free(&b->open);
    cn_array_free(&b->duplicates);
}

int cn_yaml_parse(cn_arena *a, cn_slice text, size_t first_line,
                  const cn_yaml_limits *limits, cn_yaml *out, canon_error *err)
{
    static const cn_yaml nothing;
    builder b = {.arena = a,
                 .text = text,
                 .limits = limits,
                 .out = out,
                 .err = err,
                 .at = {0, 0, first_line},
                 .open = CN_ARRAY_INIT(frame),
                 .duplicates = CN_ARRAY_INIT(cn_yaml_duplicate)};
    yaml_parser_t parser;
    int rc;

    *out = nothing;
    if (cn_slice_starts(text, "\xef\xbb\xbf"))
        b.text = cn_slice_from(text, 3);
    rc = check_text(&b);
    if (rc)
        return rc;
    if (!yaml_parser_initialize(&parser))
        return cn_fail_memory(err);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(
        &parser, (const unsigned char *)(b.text.len ? b.text.ptr : ""),
        b.text.len);
    rc = read_events(&b, &parser);
    if (!rc)
        rc = keep_result(&b);
    yaml_parser_delete(&parser);
    free_builder(&b);
    return rc;
}
