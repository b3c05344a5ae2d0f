/*
 * The strict check of JSON before json-c reads it. json-c accepts more than
 * the standard does, silently keeps the last of two equal members and cuts
 * names at U+0000; behind this check it has no room for any of that.
 */
#include "json_parts.h"

#include "fail.h"
#include "utf8.h"

typedef struct scanner {
    cn_slice text;
    size_t at;
    const char *problem;
    cn_array *objects;
    size_t stack[CN_JSON_DEPTH]; /* of the object: its index + 1; list: 0 */
    size_t depth;
    size_t deepest; /* that is allowed */
} scanner;

static bool fail(scanner *s, const char *problem)
{
    if (!s->problem)
        s->problem = problem;
    return false;
}

/* The byte at the current place; 0 at the end (no text holds U+0000). */
static char peek(const scanner *s)
{
    if (s->at < s->text.len)
        return s->text.ptr[s->at];
    return '\0';
}

static bool eat(scanner *s, char c)
{
    if (peek(s) != c || s->at >= s->text.len)
        return false;
    s->at++;
    return true;
}

static void skip_space(scanner *s)
{
    char c = peek(s);

    while (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        s->at++;
        c = peek(s);
    }
}

static bool is_hex(char c)
{
    return cn_is_digit(c) || (cn_lower(c) >= 'a' && cn_lower(c) <= 'f');
}

/* Behind a backslash. */
static bool scan_escape(scanner *s)
{
    cn_slice rest = cn_slice_from(s->text, s->at);

    if (rest.len == 0)
        return fail(s, "unterminated string");
    if (rest.ptr[0] != 'u') {
        if (!strchr("\"\\/bfnrt", rest.ptr[0]))
            return fail(s, "unknown escape");
        s->at++;
        return true;
    }
    if (rest.len < 5 || !is_hex(rest.ptr[1]) || !is_hex(rest.ptr[2]) ||
        !is_hex(rest.ptr[3]) || !is_hex(rest.ptr[4]))
        return fail(s, "escape without four hexadecimal digits");
    if (cn_slice_starts(rest, "u0000"))
        return fail(s, "U+0000 is not allowed");
    s->at += 5;
    return true;
}

static bool scan_string(scanner *s)
{
    if (!eat(s, '"'))
        return fail(s, "string expected");
    while (s->at < s->text.len) {
        unsigned char c = (unsigned char)s->text.ptr[s->at];

        if (c < ' ')
            return fail(s, "control character in a string");
        s->at++;
        if (c == '"')
            return true;
        if (c == '\\' && !scan_escape(s))
            return false;
    }
    return fail(s, "unterminated string");
}

static bool scan_digits(scanner *s)
{
    if (!cn_is_digit(peek(s)))
        return fail(s, "digit expected");
    while (cn_is_digit(peek(s)))
        s->at++;
    return true;
}

/* Does a number without fraction and exponent fit into 64 bits? */
static bool fits(cn_slice digits)
{
    static const char most[] = "18446744073709551615";
    int64_t value;

    return cn_slice_int(digits, INT64_MIN, INT64_MAX, &value) ||
           (digits.ptr[0] != '-' &&
            (digits.len < sizeof(most) - 1 ||
             (digits.len == sizeof(most) - 1 &&
              cn_slice_cmp(digits, cn_str(most)) <= 0)));
}

static bool scan_number(scanner *s)
{
    size_t start = s->at;
    bool integer = true;

    (void)eat(s, '-');
    if (!eat(s, '0') && !scan_digits(s))
        return false;
    if (eat(s, '.')) {
        integer = false;
        if (!scan_digits(s))
            return false;
    }
    if (eat(s, 'e') || eat(s, 'E')) {
        integer = false;
        if (!eat(s, '-'))
            (void)eat(s, '+');
        if (!scan_digits(s))
            return false;
    }
    if (integer && !fits(cn_slice_of(s->text.ptr + start, s->at - start))) {
        s->at = start;
        return fail(s, "number out of range");
    }
    return true;
}

static bool scan_word(scanner *s, const char *word)
{
    if (!cn_slice_starts(cn_slice_from(s->text, s->at), word))
        return fail(s, "value expected");
    s->at += strlen(word);
    return true;
}

static bool scan_scalar(scanner *s)
{
    switch (peek(s)) {
    case '"':
        return scan_string(s);
    case 't':
        return scan_word(s, "true");
    case 'f':
        return scan_word(s, "false");
    case 'n':
        return scan_word(s, "null");
    default:
        if (peek(s) != '-' && !cn_is_digit(peek(s)))
            return fail(s, "value expected");
        return scan_number(s);
    }
}

/* Inside the innermost list or object? */
static bool in_object(const scanner *s)
{
    return s->depth && s->stack[s->depth - 1] > 0;
}

/* The name of a member and its colon. */
static bool scan_name(scanner *s)
{
    cn_json_braces *object =
        cn_array_at(s->objects, s->stack[s->depth - 1] - 1);

    object->members++;
    skip_space(s);
    if (!scan_string(s))
        return false;
    skip_space(s);
    return eat(s, ':') || fail(s, "colon expected");
}

/* Behind an opening bracket: CANON_ENOMEM, or CANON_OK. */
static int push(scanner *s, char open)
{
    cn_json_braces *object;

    if (s->depth == s->deepest) {
        fail(s, "nested too deeply");
        return CANON_OK;
    }
    s->stack[s->depth++] = open == '{' ? s->objects->count + 1 : 0;
    if (open == '[')
        return CANON_OK;
    object = cn_array_push(s->objects);
    if (!object)
        return CANON_ENOMEM;
    object->offset = s->at;
    return CANON_OK;
}

static bool eat_close(scanner *s)
{
    if (!s->depth || !eat(s, in_object(s) ? '}' : ']'))
        return false;
    s->depth--;
    return true;
}

/* Behind a value: close what ends here, and go to the next one. */
static bool next_value(scanner *s)
{
    for (;;) {
        skip_space(s);
        if (s->depth == 0)
            return true;
        if (eat(s, ','))
            return !in_object(s) || scan_name(s);
        if (!eat_close(s))
            return fail(s, "comma or closing bracket expected");
    }
}

/* One value and what is behind it up to the next. */
static int scan_value(scanner *s)
{
    char c;
    int rc;

    skip_space(s);
    c = peek(s);
    if (c != '{' && c != '[') {
        if (scan_scalar(s))
            (void)next_value(s);
        return CANON_OK;
    }
    rc = push(s, c);
    if (rc || s->problem)
        return rc;
    s->at++;
    skip_space(s);
    if (eat_close(s))
        (void)next_value(s);
    else if (in_object(s))
        (void)scan_name(s);
    return CANON_OK;
}

int cn_json_scan(const cn_json_source *from, cn_array *objects, size_t *offset,
                 canon_error *err)
{
    cn_slice text = from->text;
    scanner s = {.text = text, .objects = objects, .deepest = from->depth};
    size_t valid = cn_utf8_valid_prefix(text);
    int rc = CANON_OK;

    if (valid < text.len) {
        s.at = valid;
        fail(&s, "invalid UTF-8");
    }
    while (!s.problem) {
        rc = scan_value(&s);
        if (rc)
            return cn_fail_memory(err);
        if (s.depth == 0)
            break;
    }
    if (!s.problem && s.at < text.len)
        fail(&s, "text behind the value");
    if (!s.problem)
        return CANON_OK;
    *offset = s.at;
    return cn_fail(err, CANON_EINVAL, "%s at byte %zu", s.problem, s.at);
}
