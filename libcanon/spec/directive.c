/*
 * The comments that carry the state of a document: their grammar. It is in
 * libcanon/docs/spec-format.md under "Directives".
 */
#include "reader.h"

#define MOST_DIGITS 9 /* of a pull request's number */

static const char unknown[] = "directive.unknown";
static const char malformed[] = "directive.malformed";
static const char unknown_status[] = "directive.unknown_status";
static const char unknown_system[] = "directive.unknown_ticket_system";

static const char *const systems[] = {"jira", "linear", "github", "asana"};

const char *cn_ticket_system_name(int index)
{
    return index >= 0 && index < 4 ? systems[index] : NULL;
}

int cn_ticket_system_find(cn_slice name)
{
    for (int i = 0; i < 4; i++) {
        if (cn_slice_is_nocase(name, systems[i]))
            return i;
    }
    return -1;
}

/* The next word behind white space; empty at the end. */
static cn_slice next_token(cn_slice *rest)
{
    cn_slice token;
    size_t n = 0;

    *rest = cn_slice_trim_start(*rest);
    while (n < rest->len && !cn_is_space(rest->ptr[n]))
        n++;
    token = cn_slice_first(*rest, n);
    *rest = cn_slice_from(*rest, n);
    return token;
}

static bool cut_prefix(cn_slice *s, const char *prefix)
{
    if (!cn_slice_starts(*s, prefix))
        return false;
    *s = cn_slice_from(*s, strlen(prefix));
    return true;
}

static bool is_state(cn_slice word, int *state_out)
{
    for (int i = 0; i < CANON_STATE_COUNT; i++) {
        if (cn_slice_is(word, canon_state_name(i))) {
            *state_out = i;
            return true;
        }
    }
    return false;
}

/* ID status:STATE */
static const char *parse_system(cn_directive *d, cn_slice id, cn_slice rest)
{
    cn_slice state = next_token(&rest);

    if (id.len == 0 || next_token(&rest).len ||
        !cut_prefix(&state, "status:") || state.len == 0)
        return malformed;
    d->id = id;
    if (cut_prefix(&state, "blocked:")) {
        d->value = CANON_STATE_BLOCKED;
        d->reason = state;
        return NULL;
    }
    return is_state(state, &d->value) ? NULL : unknown_status;
}

/* SYSTEM:ID [url:URL] */
static const char *parse_ticket(cn_directive *d, cn_slice what, cn_slice rest)
{
    cn_slice system = cn_slice_cut(&what, ':');
    cn_slice url = next_token(&rest);

    if (system.len == 0 || what.len == 0 || next_token(&rest).len ||
        (url.len && (!cut_prefix(&url, "url:") || url.len == 0)))
        return malformed;
    d->value = cn_ticket_system_find(system);
    d->id = what;
    return d->value < 0 ? unknown_system : NULL;
}

/* PR#N or audit */
static bool parse_source(cn_slice source, int *number_out)
{
    int64_t n;

    *number_out = 0;
    if (cn_slice_is(source, "audit"))
        return true;
    if (!cut_prefix(&source, "PR#") || source.len > MOST_DIGITS ||
        source.len == 0 || !cn_is_digit(source.ptr[0]) ||
        !cn_slice_int(source, 1, 999999999, &n))
        return false;
    *number_out = (int)n;
    return true;
}

/* SOURCE [file:]FILE[:LINES] */
static const char *parse_evidence(cn_directive *d, cn_slice source,
                                  cn_slice rest)
{
    cn_slice file = next_token(&rest);
    bool named = cut_prefix(&file, "file:");

    if (next_token(&rest).len || !parse_source(source, &d->value) ||
        (file.len == 0 && (named || d->value == 0)))
        return malformed;
    cn_evidence_split(file, &d->file, &d->lines);
    return NULL;
}

static const char *parse_delta(cn_directive *d, cn_slice kind, cn_slice rest)
{
    if (next_token(&rest).len)
        return malformed;
    for (int i = CANON_DELTA_ADDED; i <= CANON_DELTA_REMOVED; i++) {
        if (cn_slice_is(kind, canon_delta_name(i))) {
            d->value = i;
            return NULL;
        }
    }
    return malformed;
}

/* By cn_directive_kind. */
static const struct {
    const char *word;
    const char *(*parse)(cn_directive *d, cn_slice what, cn_slice rest);
} kinds[] = {
    [CN_DIRECTIVE_SYSTEM] = {"system", parse_system},
    [CN_DIRECTIVE_TICKET] = {"ticket", parse_ticket},
    [CN_DIRECTIVE_EVIDENCE] = {"realized-in", parse_evidence},
    [CN_DIRECTIVE_DELTA] = {"delta", parse_delta},
};

static const char *parse_kind(cn_slice rest, cn_directive *d)
{
    cn_slice what = next_token(&rest);
    cn_slice word = cn_slice_cut(&what, ':');

    if (word.len == 0)
        return malformed;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (cn_slice_is(word, kinds[i].word)) {
            d->kind = (cn_directive_kind)i;
            return kinds[i].parse(d, what, rest);
        }
    }
    return unknown;
}

bool cn_directive_parse(cn_slice inside, cn_directive *out,
                        const char **fault_out)
{
    inside = cn_slice_trim(inside);
    if (!cut_prefix(&inside, "canon:") && !cut_prefix(&inside, "specwright:"))
        return false;
    out->kind = CN_DIRECTIVE_UNKNOWN;
    *fault_out = parse_kind(inside, out);
    out->valid = !*fault_out;
    return true;
}

/* The start of the digits (and the L in front) that end at end; end itself when
 * there are none. */
static size_t number_start(cn_slice s, size_t end)
{
    size_t i = end;

    while (i > 0 && cn_is_digit(s.ptr[i - 1]))
        i--;
    if (i < end && i > 0 && s.ptr[i - 1] == 'L')
        i--;
    return i;
}

/* Where the lines of a token begin, as in a.py:1-3,7; s.len: nowhere. */
static size_t lines_start(cn_slice s)
{
    size_t found = s.len;
    size_t end = s.len;

    for (;;) {
        size_t start = number_start(s, end);

        if (start == end || start < 2 || !strchr(":,-", s.ptr[start - 1]))
            return found;
        if (s.ptr[start - 1] == ':')
            found = start;
        end = start - 1;
    }
}

void cn_evidence_split(cn_slice token, cn_slice *file_out, cn_slice *lines_out)
{
    size_t at = lines_start(token);
    size_t colon = cn_slice_rfind(token, ':');
    cn_slice behind = cn_slice_from(token, colon + 1);

    if (at == token.len && colon > 0 && behind.len &&
        cn_slice_find(behind, '/') == behind.len &&
        cn_slice_find(behind, '\\') == behind.len)
        at = colon + 1;
    *lines_out = cn_slice_from(token, at);
    *file_out = at < token.len ? cn_slice_first(token, at - 1) : token;
}

bool cn_evidence_lines_ok(cn_slice lines)
{
    size_t end = lines.len;

    for (;;) {
        size_t start = number_start(lines, end);

        if (start == end)
            return false;
        if (start == 0)
            return true;
        if (!strchr(":,-", lines.ptr[start - 1]))
            return false;
        end = start - 1;
    }
}
