/*
 * Status, ticket link and change marker of a section: setting them.
 */
#include "write.h"

#include "fail.h"

/* The directive of a kind that counts for the section, or NULL. */
static const cn_directive *find_effective(const canon_spec *spec, size_t index,
                                          cn_directive_kind kind)
{
    const cn_section_parts *parts = &spec->section_parts[index];

    for (uint32_t i = 0; i < parts->directive_count; i++) {
        const cn_directive *d = &spec->directives[parts->directive + i];

        if (d->kind == kind && d->valid && d->effective)
            return d;
    }
    return NULL;
}

/* The last of the directive lines below the heading, or the heading itself. */
static uint32_t find_anchor(const canon_spec *spec, size_t index)
{
    const cn_section_parts *parts = &spec->section_parts[index];
    uint32_t end = (uint32_t)spec->sections[index].end_line;
    uint32_t anchor = parts->body - 1;
    size_t at = parts->directive;

    for (uint32_t n = parts->body; n <= end; n++) {
        if (cn_line_is_blank(cn_spec_line(spec, n)))
            continue;
        if (!cn_write_is_pure(spec, n, 3, &at))
            break;
        anchor = n;
    }
    return anchor;
}

/* Replace old, or insert below the heading. */
static int put_directive(const canon_spec *spec, size_t index,
                         const cn_directive *old, cn_buf *directive,
                         cn_written to)
{
    cn_change change = {0, 0, {NULL, 0}};
    int rc = cn_buf_check(directive, to.err);

    if (!rc && old) {
        change.start = old->span.start;
        change.end = old->span.end;
        change.text = cn_buf_all(directive);
        rc = cn_write_change(spec, &change, to);
    } else if (!rc) {
        rc = cn_write_line_after(spec, find_anchor(spec, index),
                                 cn_buf_all(directive), to);
    }
    cn_buf_free(directive);
    return rc;
}

static int check_state(int state, const char *blocked_by, canon_error *err)
{
    if (state < 0 || state >= CANON_STATE_COUNT)
        return cn_fail(err, CANON_EINVAL, "%d is no state", state);
    if (blocked_by && state != CANON_STATE_BLOCKED)
        return cn_fail(err, CANON_EINVAL,
                       "only a blocked section has something that blocks it");
    return blocked_by ? cn_write_check("blocked_by", blocked_by, err)
                      : CANON_OK;
}

int canon_spec_set_status(const canon_spec *spec, const char *section,
                          int state, const char *blocked_by, canon_buf *out,
                          int *changed_out, canon_error *err)
{
    cn_written to = {out, changed_out, err};
    cn_buf b = CN_BUF_INIT(CN_WRITE_ROOM + spec->len);
    const cn_directive *old;
    const canon_section *s;
    size_t index = 0;
    int rc = check_state(state, blocked_by, err);

    canon_buf_free(out);
    if (!rc)
        rc = cn_spec_locate(spec, section, &index, err);
    if (rc)
        return rc;
    s = &spec->sections[index];
    old = find_effective(spec, index, CN_DIRECTIVE_SYSTEM);
    if (old && old->value == state &&
        cn_slice_eq(old->reason, cn_str(blocked_by)))
        return cn_write_change(spec, NULL, to);
    cn_buf_puts(&b, "<!-- canon:system:");
    cn_buf_slice(&b, old ? old->id : cn_str(s->number ? s->number : s->id));
    cn_buf_puts(&b, " status:");
    cn_buf_puts(&b, canon_state_name(state));
    if (blocked_by) {
        cn_buf_putc(&b, ':');
        cn_buf_puts(&b, blocked_by);
    }
    cn_buf_puts(&b, " -->");
    return put_directive(spec, index, old, &b, to);
}

int canon_spec_set_ticket(const canon_spec *spec, const char *section,
                          const char *system, const char *ticket_id,
                          canon_buf *out, int *changed_out, canon_error *err)
{
    cn_written to = {out, changed_out, err};
    cn_buf b = CN_BUF_INIT(CN_WRITE_ROOM);
    int number = cn_ticket_system_find(cn_str(system));
    const cn_directive *old;
    size_t index = 0;
    int rc = cn_write_check("ticket_id", ticket_id, err);

    canon_buf_free(out);
    if (!rc && number < 0)
        rc = cn_fail(err, CANON_EINVAL,
                     "%s is no ticket system: jira, linear, github, asana",
                     system ? system : "nothing");
    if (!rc)
        rc = cn_spec_locate(spec, section, &index, err);
    if (rc)
        return rc;
    old = find_effective(spec, index, CN_DIRECTIVE_TICKET);
    if (old && old->value == number && cn_slice_is(old->id, ticket_id))
        return cn_write_change(spec, NULL, to);
    cn_buf_printf(&b, "<!-- canon:ticket:%s:%s -->",
                  cn_ticket_system_name(number), ticket_id);
    return put_directive(spec, index, old, &b, to);
}

/* The first marker stays where it is, all further ones go. */
static int replace_delta(const canon_spec *spec, size_t index,
                         const cn_directive *old, int delta, cn_written to)
{
    cn_buf kept = CN_BUF_INIT(spec->len + CN_WRITE_ROOM);
    cn_buf b = CN_BUF_INIT(spec->len + CN_WRITE_ROOM);
    int rc =
        cn_write_without(spec, CN_DIRECTIVE_DELTA, index, old, &kept, to.err);

    if (!rc && old->value == delta) {
        rc = cn_write_finish(spec, &kept, to);
    } else if (!rc) {
        cn_buf_add(&b, kept.data, old->span.start);
        cn_buf_printf(&b, "<!-- canon:delta:%s -->", canon_delta_name(delta));
        cn_buf_add(&b, kept.data + old->span.end, kept.len - old->span.end);
        rc = cn_write_finish(spec, &b, to);
    }
    cn_buf_free(&kept);
    return rc;
}

int canon_spec_set_delta(const canon_spec *spec, const char *section, int delta,
                         canon_buf *out, int *changed_out, canon_error *err)
{
    cn_written to = {out, changed_out, err};
    cn_buf b = CN_BUF_INIT(CN_WRITE_ROOM);
    const cn_directive *old;
    size_t index = 0;
    int rc = CANON_OK;

    canon_buf_free(out);
    if (delta == CANON_DELTA_NONE && section)
        return canon_spec_clear_delta(spec, section, out, changed_out, err);
    if (delta < CANON_DELTA_ADDED || delta > CANON_DELTA_REMOVED)
        return cn_fail(err, CANON_EINVAL, "%d is no delta", delta);
    rc = cn_spec_locate(spec, section, &index, err);
    if (rc)
        return rc;
    old = find_effective(spec, index, CN_DIRECTIVE_DELTA);
    if (old)
        return replace_delta(spec, index, old, delta, to);
    cn_buf_printf(&b, "<!-- canon:delta:%s -->", canon_delta_name(delta));
    return put_directive(spec, index, NULL, &b, to);
}
