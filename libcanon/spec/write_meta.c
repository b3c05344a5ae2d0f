/*
 * The front matter: setting and removing a field. What the bytes of a field are
 * is found by looking at the lines; that the result says what was asked, and
 * nothing else changed, is checked by reading it.
 */
#include "write.h"

#include "fail.h"
#include "utf8.h"

#include <stdint.h>

typedef struct job {
    const canon_spec *spec;
    cn_slice field;
    const canon_meta_value *value; /* NULL: remove */
    canon_error *err;
} job;

/* The parts of a line "key:  value  # comment". */
typedef struct field_line {
    size_t colon; /* behind the colon */
    size_t start; /* of the value */
    size_t end;
} field_line;

static bool is_field_name(cn_slice s)
{
    if (!s.len || !(cn_is_alpha(s.ptr[0]) || s.ptr[0] == '_'))
        return false;
    for (size_t i = 1; i < s.len; i++) {
        char c = s.ptr[i];

        if (!cn_is_alpha(c) && !cn_is_digit(c) && c != '_' && c != '-')
            return false;
    }
    return true;
}

static int check_arguments(const job *j)
{
    const canon_meta_value *v = j->value;

    if (!is_field_name(j->field))
        return cn_fail(j->err, CANON_EINVAL, "field is no name");
    if (v && !v->is_list && !cn_utf8_ok(cn_str(v->text)))
        return cn_fail(j->err, CANON_EINVAL, "the value is not valid UTF-8");
    for (size_t i = 0; v && v->is_list && i < v->item_count; i++) {
        if (!cn_utf8_ok(cn_str(v->items[i])))
            return cn_fail(j->err, CANON_EINVAL,
                           "an item of the value is not valid UTF-8");
    }
    return CANON_OK;
}

static const cn_value *find_value(const canon_spec *spec, cn_slice field)
{
    const cn_value *root = spec->front.yaml.root;
    const cn_value *found = NULL;

    for (size_t i = 0; root && root->kind == CN_KIND_MAP && i < root->count;
         i++) {
        if (cn_slice_eq(root->members[i].key, field))
            found = &root->members[i].value;
    }
    return found;
}

static bool is_text(const cn_value *v, cn_slice text)
{
    text = cn_slice_trim(text);
    if (v->kind == CN_KIND_NULL)
        return text.len == 0;
    return v->kind == CN_KIND_TEXT && cn_slice_eq(cn_slice_trim(v->text), text);
}

static bool is_sequence(const cn_value *v, const canon_meta_value *wanted)
{
    size_t n = 0;

    for (size_t i = 0; i < v->count; i++) {
        if (v->items[i].kind == CN_KIND_NULL)
            continue;
        if (n == wanted->item_count ||
            !is_text(&v->items[i], cn_str(wanted->items[n])))
            return false;
        n++;
    }
    return n == wanted->item_count;
}

/* "tags: a, b" is a list for the two fields that are lists. */
static bool is_comma_list(cn_slice text, const canon_meta_value *wanted)
{
    size_t n = 0;

    while (text.ptr) {
        cn_slice part = cn_slice_trim(cn_slice_cut(&text, ','));

        if (!part.len)
            continue;
        if (n == wanted->item_count ||
            !cn_slice_eq(part, cn_slice_trim(cn_str(wanted->items[n]))))
            return false;
        n++;
    }
    return n == wanted->item_count;
}

static bool says(const job *j, const cn_value *v)
{
    bool is_list =
        cn_slice_is(j->field, "tags") || cn_slice_is(j->field, "depends_on");

    if (!v || !j->value)
        return !v && !j->value;
    if (!j->value->is_list)
        return is_text(v, cn_str(j->value->text));
    if (v->kind == CN_KIND_LIST)
        return is_sequence(v, j->value);
    if (v->kind == CN_KIND_NULL)
        return is_list && j->value->item_count == 0;
    return is_list && v->kind == CN_KIND_TEXT &&
           is_comma_list(v->text, j->value);
}

static void put_value(const job *j, bool quoted, cn_buf *out)
{
    const canon_meta_value *v = j->value;

    if (!v->is_list) {
        cn_slice text = cn_slice_trim(cn_str(v->text));

        if (quoted)
            cn_write_quoted(out, text);
        else
            cn_write_scalar(out, text);
        return;
    }
    cn_buf_putc(out, '[');
    for (size_t i = 0; i < v->item_count; i++) {
        cn_buf_puts(out, i ? ", " : "");
        cn_write_scalar(out, cn_slice_trim(cn_str(v->items[i])));
    }
    cn_buf_putc(out, ']');
}

/* Length of the key with its colon when the line begins with this key. */
static size_t key_len(cn_slice line, cn_slice field)
{
    char quote = line.len && (line.ptr[0] == '"' || line.ptr[0] == '\'')
                     ? line.ptr[0]
                     : '\0';
    size_t at = quote ? 1 : 0;

    if (!cn_slice_eq(cn_slice_first(cn_slice_from(line, at), field.len), field))
        return 0;
    at += field.len;
    if (quote && (at >= line.len || line.ptr[at++] != quote))
        return 0;
    while (at < line.len && cn_is_blank(line.ptr[at]))
        at++;
    if (at >= line.len || line.ptr[at] != ':' ||
        (at + 1 < line.len && !cn_is_blank(line.ptr[at + 1])))
        return 0;
    return at + 1;
}

static cn_slice front_line(const canon_spec *spec, uint32_t n)
{
    return cn_spec_line(spec, n);
}

/* A line that belongs to the field above it. */
static bool continues(cn_slice line)
{
    return !line.len || cn_is_blank(line.ptr[0]) || cn_line_is_blank(line) ||
           (line.ptr[0] == '-' && (line.len == 1 || cn_is_blank(line.ptr[1])));
}

/* The last line of the field on line n, blank lines at the end left out. */
static uint32_t last_line(const canon_spec *spec, uint32_t n)
{
    uint32_t last = n;

    for (uint32_t i = n + 1; i < spec->front.close_line; i++) {
        cn_slice line = front_line(spec, i);

        if (!continues(line))
            break;
        if (!cn_line_is_blank(line))
            last = i;
    }
    return last;
}

/* Behind the value that starts with a quote. */
static size_t quoted_end(cn_slice line, size_t at)
{
    char quote = line.ptr[at++];

    while (at < line.len) {
        if (quote == '"' && line.ptr[at] == '\\')
            at++;
        else if (line.ptr[at] == quote && quote == '\'' && at + 1 < line.len &&
                 line.ptr[at + 1] == quote)
            at++;
        else if (line.ptr[at] == quote)
            return at + 1;
        at++;
    }
    return line.len;
}

/* Behind the value that starts with a bracket. */
static size_t flow_end(cn_slice line, size_t at)
{
    size_t depth = 0;

    while (at < line.len) {
        char c = line.ptr[at];

        if (c == '"' || c == '\'') {
            at = quoted_end(line, at);
            continue;
        }
        depth += c == '[' || c == '{';
        depth -= (c == ']' || c == '}') && depth;
        at++;
        if (depth == 0)
            return at;
    }
    return line.len;
}

static size_t plain_end(cn_slice line, size_t at)
{
    size_t end = at;

    for (; at < line.len; at++) {
        if (line.ptr[at] == '#' && at > 0 && cn_is_blank(line.ptr[at - 1]))
            break;
        if (!cn_is_blank(line.ptr[at]))
            end = at + 1;
    }
    return end;
}

static field_line read_field(cn_slice line, size_t colon)
{
    field_line f = {colon, colon, colon};
    char first;

    while (f.start < line.len && cn_is_blank(line.ptr[f.start]))
        f.start++;
    first = f.start < line.len ? line.ptr[f.start] : '#';
    if (first == '#' && f.start < line.len)
        f.start = colon; /* only a comment: the value goes before it */
    f.end = f.start;
    if (first == '"' || first == '\'')
        f.end = quoted_end(line, f.start);
    else if (first == '[' || first == '{')
        f.end = flow_end(line, f.start);
    else if (first != '#')
        f.end = plain_end(line, f.start);
    return f;
}

/* The key stays as it is spelt, and so does a comment behind the value. */
static void replace_field(const job *j, uint32_t n, size_t colon, cn_buf *out)
{
    const canon_spec *spec = j->spec;
    cn_slice line = front_line(spec, n);
    uint32_t last = last_line(spec, n);
    field_line f = read_field(line, colon);
    bool quoted = f.end > f.start &&
                  (line.ptr[f.start] == '"' || line.ptr[f.start] == '\'');
    size_t start = spec->lines[n - 1].start;

    if (last > n)
        f.start = colon;
    cn_buf_add(out, spec->text, start + f.start);
    if (f.start == colon)
        cn_buf_putc(out, ' ');
    put_value(j, quoted, out);
    start = last > n ? spec->lines[last - 1].end : start + f.end;
    cn_buf_add(out, spec->text + start, spec->len - start);
}

/* The last line that begins with the field; 0: none. */
static uint32_t find_field(const job *j, size_t *colon_out)
{
    const cn_front *front = &j->spec->front;
    uint32_t found = 0;

    for (uint32_t n = front->open_line + 1; n < front->close_line; n++) {
        size_t colon = key_len(front_line(j->spec, n), j->field);

        if (colon) {
            found = n;
            *colon_out = colon;
        }
    }
    return found;
}

static void remove_field(const job *j, cn_buf *out)
{
    const canon_spec *spec = j->spec;
    size_t from = 0;

    for (uint32_t n = spec->front.open_line + 1; n < spec->front.close_line;
         n++) {
        if (!key_len(front_line(spec, n), j->field))
            continue;
        cn_buf_add(out, spec->text + from, spec->lines[n - 1].start - from);
        n = last_line(spec, n);
        from = spec->lines[n].start;
    }
    cn_buf_add(out, spec->text + from, spec->len - from);
}

static void put_field(const job *j, cn_slice end, cn_buf *out)
{
    cn_buf_slice(out, j->field);
    cn_buf_puts(out, ": ");
    put_value(j, false, out);
    cn_buf_slice(out, end);
}

/* Directly above the closing delimiter. */
static void add_field(const job *j, cn_buf *out)
{
    const canon_spec *spec = j->spec;
    const cn_line *open = &spec->lines[spec->front.open_line - 1];
    size_t at = spec->lines[spec->front.close_line - 1].start;

    cn_buf_add(out, spec->text, at);
    put_field(j, cn_slice_of(spec->text + open->end, open[1].start - open->end),
              out);
    cn_buf_add(out, spec->text + at, spec->len - at);
}

static void create_front(const job *j, cn_buf *out)
{
    const canon_spec *spec = j->spec;
    cn_slice end = cn_write_line_end(spec);
    cn_slice rest =
        cn_slice_from(cn_slice_of(spec->text, spec->len), spec->bom);
    cn_slice first = cn_str("");

    if (spec->line_count)
        first = cn_slice_of(rest.ptr, spec->lines[0].end - spec->bom);
    cn_buf_add(out, spec->text, spec->bom);
    cn_buf_puts(out, "---");
    cn_buf_slice(out, end);
    put_field(j, end, out);
    cn_buf_puts(out, "---");
    cn_buf_slice(out, end);
    if (!cn_line_is_blank(first))
        cn_buf_slice(out, end);
    cn_buf_slice(out, rest);
}

static void edit(const job *j, const cn_value *old, cn_buf *out)
{
    size_t colon = 0;
    uint32_t line =
        j->spec->front.state == CN_FRONT_OK && old ? find_field(j, &colon) : 0;

    if (j->spec->front.state == CN_FRONT_NONE)
        create_front(j, out);
    else if (!old)
        add_field(j, out);
    else if (!j->value)
        remove_field(j, out);
    else if (line)
        replace_field(j, line, colon, out);
    else /* not a line of its own: the check will refuse it */
        cn_buf_add(out, j->spec->text, j->spec->len);
}

/* Depth is at most 32: the reader refuses more. */
static bool same_value(const cn_value *a, const cn_value *b)
{
    if (a->kind != b->kind || a->count != b->count ||
        !cn_slice_eq(a->text, b->text))
        return false;
    for (size_t i = 0; a->kind == CN_KIND_LIST && i < a->count; i++) {
        if (!same_value(&a->items[i], &b->items[i]))
            return false;
    }
    for (size_t i = 0; a->kind == CN_KIND_MAP && i < a->count; i++) {
        if (!cn_slice_eq(a->members[i].key, b->members[i].key) ||
            !same_value(&a->members[i].value, &b->members[i].value))
            return false;
    }
    return true;
}

/* All fields but the one of the job, in their order. */
static bool same_others(const job *j, const canon_spec *other)
{
    const cn_value *a = j->spec->front.yaml.root;
    const cn_value *b = other->front.yaml.root;
    size_t i = 0;
    size_t k = 0;

    for (;;) {
        while (a && i < a->count && cn_slice_eq(a->members[i].key, j->field))
            i++;
        while (b && k < b->count && cn_slice_eq(b->members[k].key, j->field))
            k++;
        if (!a || i == a->count || !b || k == b->count)
            return (!a || i == a->count) && (!b || k == b->count);
        if (!cn_slice_eq(a->members[i].key, b->members[k].key) ||
            !same_value(&a->members[i].value, &b->members[k].value))
            return false;
        i++;
        k++;
    }
}

static int check_result(const job *j, cn_slice text)
{
    canon_spec *result = NULL;
    bool ok = false;
    int rc = cn_write_reparse(j->spec, text, &result, j->err);

    if (!rc)
        ok = result->front.state == CN_FRONT_OK &&
             says(j, find_value(result, j->field)) && same_others(j, result) &&
             result->section_count == j->spec->section_count;
    canon_spec_free(result);
    if (!rc && !ok)
        rc = cn_fail(j->err, CANON_EINVAL,
                     "this front matter cannot be edited line by line");
    return rc;
}

int canon_spec_set_meta(const canon_spec *spec, const char *field,
                        const canon_meta_value *value, canon_buf *out,
                        int *changed_out, canon_error *err)
{
    cn_written to = {out, changed_out, err};
    bool removes = !value || (!value->text && !value->is_list);
    job j = {spec, cn_str(field), removes ? NULL : value, err};
    cn_buf b = CN_BUF_INIT(spec->len + CN_WRITE_ROOM);
    const cn_value *old = find_value(spec, j.field);
    int rc = check_arguments(&j);

    canon_buf_free(out);
    if (!rc && (spec->front.state == CN_FRONT_INVALID ||
                spec->front.state == CN_FRONT_UNTERMINATED))
        rc = cn_fail(err, CANON_EINVAL, "the front matter cannot be read");
    if (rc)
        return rc;
    if (says(&j, old))
        return cn_write_change(spec, NULL, to);
    edit(&j, old, &b);
    rc = cn_buf_check(&b, err);
    if (!rc)
        rc = check_result(&j, cn_buf_all(&b));
    if (!rc)
        rc = cn_write_finish(spec, &b, to);
    cn_buf_free(&b);
    return rc;
}
