/*
 * The writer: whatever operation on whatever document, the result says exactly
 * what was asked and nothing else that is new, and asking again changes not one
 * byte. The first three bytes choose the operation, its target and argument.
 */
#include "canon/spec.h"

#include "fuzz.h"

#include <stdbool.h>
#include <string.h>

enum { STATUS, TICKET, NO_TICKET, DELTA, NO_DELTA, TICK, EVIDENCE, META, OPS };

typedef struct edit {
    int op;
    unsigned target;
    unsigned choice;
    size_t section;   /* index */
    size_t criterion; /* index in the section */
} edit;

static const char *const systems[] = {"jira", "linear", "github", "asana"};
static const char *const tickets[] = {"PAY-1", "acme/web#7", "42", "x_y:z"};
static const char *const reasons[] = {NULL, "PAY-290", "a:b", "#9"};
static const char *const fields[] = {"title", "status", "owner", "tags"};
static const char *const values[] = {
    NULL, "no", "A: \"b\" # c", "in_progress", "\xC3\xA9 d", "12", "", "a\nb"};
static const char *const items[] = {"a", "b, c", "null"};

static const canon_evidence proofs[] = {
    {7, "src/a.c", "1-3,7"},
    {0, "tests/a b.c", ""}, /* refused: a blank */
    {999999999, "C:\\m.c", "3"},
    {1, "x::y.rs", "7"},
};

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static const char *wanted_reason(const edit *e)
{
    return e->choice % CANON_STATE_COUNT == CANON_STATE_BLOCKED
               ? reasons[e->choice / CANON_STATE_COUNT % 4]
               : NULL;
}

static int wanted_delta(const edit *e)
{
    return (int)(e->choice % 3) + CANON_DELTA_ADDED;
}

static canon_meta_value wanted_value(const edit *e)
{
    canon_meta_value v = {values[e->choice % 8], items, e->choice % 4,
                          e->choice & 32};

    return v;
}

static canon_criterion_ref wanted_criterion(const canon_spec *spec,
                                            const edit *e)
{
    const canon_section *s = canon_spec_section(spec, e->section);
    canon_criterion_ref ref = {s->criteria[e->criterion].text, s->id};

    return ref;
}

static int run_on_criterion(const canon_spec *spec, const edit *e,
                            canon_buf *out, int *changed)
{
    canon_criterion_ref ref = wanted_criterion(spec, e);

    if (e->op == TICK)
        return canon_spec_set_criterion(spec, &ref, e->choice & 1, out, changed,
                                        NULL);
    return canon_spec_add_evidence(spec, &ref, &proofs[e->choice % 4], out,
                                   changed, NULL);
}

static int run(const canon_spec *spec, const edit *e, canon_buf *out,
               int *changed)
{
    const canon_section *s = canon_spec_section(spec, e->section);
    canon_meta_value value = wanted_value(e);

    switch (e->op) {
    case STATUS:
        return canon_spec_set_status(spec, s->id,
                                     (int)(e->choice % CANON_STATE_COUNT),
                                     wanted_reason(e), out, changed, NULL);
    case TICKET:
        return canon_spec_set_ticket(spec, s->id, systems[e->choice % 4],
                                     tickets[e->choice / 4 % 4], out, changed,
                                     NULL);
    case NO_TICKET:
        return canon_spec_remove_ticket(spec, s->id, out, changed, NULL);
    case DELTA:
        return canon_spec_set_delta(spec, s->id, wanted_delta(e), out, changed,
                                    NULL);
    case NO_DELTA:
        return canon_spec_clear_delta(spec, e->choice & 1 ? s->id : NULL, out,
                                      changed, NULL);
    case META:
        return canon_spec_set_meta(spec, fields[e->target % 4], &value, out,
                                   changed, NULL);
    default:
        return run_on_criterion(spec, e, out, changed);
    }
}

static void check_meta(const canon_spec *a, const canon_spec *b, const edit *e)
{
    const canon_meta_value v = wanted_value(e);
    const canon_meta_value none = {0};
    const canon_meta_value *w = e->op == META ? &v : &none;
    const char *field = e->op == META ? fields[e->target % 4] : "";
    const canon_spec_meta *x = canon_spec_meta_of(a);
    const canon_spec_meta *y = canon_spec_meta_of(b);

    check(same(x->title, y->title) || same(field, "title"));
    check(same(x->status, y->status) || same(field, "status"));
    check(same(x->owner, y->owner) || same(field, "owner"));
    check(same(x->team, y->team));
    check(same(x->created, y->created));
    check(same(x->doc_type, y->doc_type));
    check(x->depends_on_count == y->depends_on_count);
    check(x->tag_count == y->tag_count || same(field, "tags"));
    if (w->text && !w->is_list && w->text[0] && same(field, "owner"))
        check(same(y->owner, w->text));
    if (w->is_list && same(field, "tags"))
        check(y->tag_count == w->item_count);
}

static bool same_proof(const canon_evidence *a, const canon_evidence *b)
{
    return a->pr_number == b->pr_number && same(a->file_path, b->file_path) &&
           same(a->lines, b->lines);
}

/* All of a in b, in order, and one more where that was asked. */
static void check_evidence(const canon_evidence *a, size_t a_count,
                           const canon_evidence *b, size_t b_count,
                           const canon_evidence *added)
{
    size_t i = 0;
    bool found = !added;

    for (size_t k = 0; k < b_count; k++) {
        if (i < a_count && same_proof(&a[i], &b[k])) {
            found = found || (a_count == b_count && same_proof(&b[k], added));
            i++;
        } else {
            check(!found && same_proof(&b[k], added));
            found = true;
        }
    }
    check(i == a_count && found);
}

static void check_criteria(const canon_section *a, const canon_section *b,
                           const edit *e, bool target)
{
    check(a->criterion_count == b->criterion_count);
    for (size_t i = 0; i < a->criterion_count; i++) {
        const canon_criterion *x = &a->criteria[i];
        const canon_criterion *y = &b->criteria[i];
        bool meant = target && i == e->criterion;
        int checked =
            meant && e->op == TICK ? (int)(e->choice & 1) : x->checked;

        check(same(x->text, y->text) && x->strength == y->strength);
        check(!y->checked == !checked);
        check_evidence(
            x->evidence, x->evidence_count, y->evidence, y->evidence_count,
            meant && e->op == EVIDENCE ? &proofs[e->choice % 4] : NULL);
    }
}

static void check_state(const canon_section *a, const canon_section *b,
                        const edit *e, bool target)
{
    bool status = target && e->op == STATUS;
    bool ticket = target && e->op == TICKET;
    bool delta = target && e->op == DELTA;
    bool no_delta = e->op == NO_DELTA && (target || !(e->choice & 1));
    bool no_ticket = target && e->op == NO_TICKET;

    check(b->state ==
          (status ? (int)(e->choice % CANON_STATE_COUNT) : a->state));
    check(same(b->blocked_by, status ? wanted_reason(e) : a->blocked_by));
    check(same(b->ticket_system, no_ticket ? NULL
                                 : ticket  ? systems[e->choice % 4]
                                           : a->ticket_system));
    check(same(b->ticket_id, no_ticket ? NULL
                             : ticket  ? tickets[e->choice / 4 % 4]
                                       : a->ticket_id));
    check(b->delta == (no_delta ? CANON_DELTA_NONE
                       : delta  ? wanted_delta(e)
                                : a->delta));
}

static void check_scenarios(const canon_section *a, const canon_section *b)
{
    check(a->scenario_count == b->scenario_count);
    for (size_t i = 0; i < a->scenario_count; i++) {
        const canon_scenario *x = &a->scenarios[i];
        const canon_scenario *y = &b->scenarios[i];

        check(same(x->name, y->name) && x->step_count == y->step_count);
        for (size_t k = 0; k < x->step_count; k++)
            check(same(x->steps[k].text, y->steps[k].text));
    }
}

static void check_sections(const canon_spec *a, const canon_spec *b,
                           const edit *e)
{
    size_t count = canon_spec_section_count(a);

    check(canon_spec_section_count(b) == count);
    for (size_t i = 0; i < count; i++) {
        const canon_section *x = canon_spec_section(a, i);
        const canon_section *y = canon_spec_section(b, i);
        bool target = i == e->section;

        check(same(x->id, y->id) && same(x->number, y->number));
        check(same(x->title, y->title) && x->depth == y->depth);
        check(x->parent == y->parent && x->subtree == y->subtree);
        check_state(x, y, e, target);
        check_criteria(x, y, e, target);
        check_scenarios(x, y);
        check_evidence(x->evidence, x->evidence_count, y->evidence,
                       y->evidence_count, NULL);
    }
}

static int read_again(const canon_buf *text, canon_spec **out)
{
    canon_spec_options o = CANON_SPEC_OPTIONS_INIT;

    o.max_len = text->len + 1;
    return canon_spec_parse(text->data, text->len, &o, out, NULL);
}

static void check_result(const canon_spec *spec, const edit *e,
                         const canon_buf *out, int changed)
{
    canon_spec *after = NULL;
    canon_buf twice = CANON_BUF_INIT;
    const char *text;
    size_t len;
    int again = -1;

    text = canon_spec_text(spec, &len);
    check(!changed == (len == out->len && !memcmp(text, out->data, len)));
    check(!read_again(out, &after));
    check_sections(spec, after, e);
    check_meta(spec, after, e);
    check(!run(after, e, &twice, &again));
    check(!again && twice.len == out->len);
    check(!memcmp(twice.data, out->data, out->len));
    canon_buf_free(&twice);
    canon_spec_free(after);
}

/* Something to work on: false when the document has no such thing. */
static bool choose(const canon_spec *spec, edit *e)
{
    size_t count = canon_spec_section_count(spec);
    const canon_section *s;

    if (e->op == META || (e->op == NO_DELTA && !(e->choice & 1)))
        return true;
    if (!count)
        return false;
    e->section = e->target % count;
    for (size_t i = 0; i < count && (e->op == TICK || e->op == EVIDENCE); i++) {
        s = canon_spec_section(spec, e->section);
        if (s->criterion_count)
            break;
        e->section = (e->section + 1) % count;
    }
    s = canon_spec_section(spec, e->section);
    if (e->op != TICK && e->op != EVIDENCE)
        return true;
    e->criterion = s->criterion_count ? e->target / 8 % s->criterion_count : 0;
    return s->criterion_count > 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    edit e = {0};
    canon_spec *spec = NULL;
    canon_buf out = CANON_BUF_INIT;
    int changed = -1;
    int rc;

    if (size < 3)
        return 0;
    e.op = data[0] % OPS;
    e.target = data[1];
    e.choice = data[2];
    e.section = SIZE_MAX;
    rc = canon_spec_parse((const char *)data + 3, size - 3, NULL, &spec, NULL);
    if (!rc && choose(spec, &e)) {
        rc = run(spec, &e, &out, &changed);
        check(rc == CANON_OK || rc == CANON_EINVAL || rc == CANON_EAMBIGUOUS);
        if (!rc)
            check_result(spec, &e, &out, changed);
    }
    canon_buf_free(&out);
    canon_spec_free(spec);
    return 0;
}
