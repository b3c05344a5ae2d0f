/*
 * Documents as JSON: the whole, and the view of an editor.
 */
#include "spec_parts.h"

#include "fail.h"

/* JSON is larger than what it describes: escapes, names of members, and each
 * section's text once in its content, once in the prose and once in raw. */
#define LARGEST (SIZE_MAX / 4)

void cn_spec_write_evidence(cn_json *w, const char *key,
                            const canon_evidence *evidence, size_t count)
{
    cn_json_array(w, key);
    for (size_t i = 0; i < count; i++) {
        cn_json_object(w, NULL);
        if (evidence[i].pr_number)
            cn_json_int(w, "pr_number", evidence[i].pr_number);
        else
            cn_json_null(w, "pr_number");
        cn_json_str(w, "file_path", evidence[i].file_path);
        cn_json_str(w, "lines", evidence[i].lines);
        cn_json_end_object(w);
    }
    cn_json_end_array(w);
}

static void write_list(cn_json *w, const char *key, const char *const *items,
                       size_t count)
{
    cn_json_array(w, key);
    for (size_t i = 0; i < count; i++)
        cn_json_str(w, NULL, items[i]);
    cn_json_end_array(w);
}

void cn_spec_write_meta(cn_json *w, const char *key,
                        const canon_spec_meta *meta)
{
    cn_json_object(w, key);
    cn_json_str(w, "title", meta->title);
    cn_json_str(w, "status", meta->status);
    cn_json_str(w, "owner", meta->owner);
    cn_json_str(w, "team", meta->team);
    cn_json_str(w, "ticket_project", meta->ticket_project);
    cn_json_str(w, "created", meta->created);
    cn_json_str(w, "updated", meta->updated);
    write_list(w, "tags", meta->tags, meta->tag_count);
    cn_json_str(w, "doc_type", meta->doc_type);
    write_list(w, "depends_on", meta->depends_on, meta->depends_on_count);
    cn_json_str(w, "supersedes", meta->supersedes);
    cn_json_str(w, "review_status", meta->review_status);
    cn_json_end_object(w);
}

static void write_ticket(cn_json *w, const canon_section *s)
{
    cn_json_object(w, "ticket_link");
    cn_json_str(w, "system", s->ticket_system);
    cn_json_str(w, "ticket_id", s->ticket_id);
    cn_json_end_object(w);
}

/* A name that is null when it is empty. */
static void write_name(cn_json *w, const char *key, const char *name)
{
    cn_json_str(w, key, *name ? name : NULL);
}

static void write_criterion(cn_json *w, const canon_criterion *c)
{
    cn_json_object(w, NULL);
    cn_json_str(w, "text", c->text);
    cn_json_bool(w, "checked", c->checked);
    cn_json_int(w, "line", (int64_t)c->line);
    cn_spec_write_evidence(w, "realized_in", c->evidence, c->evidence_count);
    write_name(w, "strength", canon_strength_name(c->strength));
    cn_json_end_object(w);
}

static void write_scenarios(cn_json *w, const canon_section *s)
{
    cn_json_array(w, "scenarios");
    for (size_t i = 0; i < s->scenario_count; i++) {
        const canon_scenario *scenario = &s->scenarios[i];

        cn_json_object(w, NULL);
        cn_json_str(w, "name", scenario->name);
        cn_json_array(w, "steps");
        for (size_t k = 0; k < scenario->step_count; k++) {
            const canon_step *step = &scenario->steps[k];

            cn_json_object(w, NULL);
            cn_json_str(w, "keyword", step->keyword);
            cn_json_str(w, "text", step->text);
            write_name(w, "strength", canon_strength_name(step->strength));
            cn_json_int(w, "line", (int64_t)step->line);
            cn_json_end_object(w);
        }
        cn_json_end_array(w);
        cn_json_int(w, "start_line", (int64_t)scenario->start_line);
        cn_json_int(w, "end_line", (int64_t)scenario->end_line);
        cn_json_end_object(w);
    }
    cn_json_end_array(w);
}

/* The members in front of the children. */
static void open_section(cn_json *w, const canon_spec *spec, size_t index)
{
    const canon_section *s = &spec->sections[index];

    cn_json_object(w, NULL);
    cn_json_str(w, "id", s->id);
    cn_json_str(w, "section_number", s->number);
    cn_json_str(w, "title", s->title);
    cn_json_int(w, "depth", s->depth);
    cn_json_str(w, "content", s->content);
    if (s->ticket_id)
        write_ticket(w, s);
    else
        cn_json_null(w, "ticket_link");
    cn_json_object(w, "status");
    cn_json_str(w, "state", canon_state_name(s->state));
    cn_json_str(w, "blocked_by", s->blocked_by);
    cn_json_end_object(w);
    cn_json_array(w, "acceptance_criteria");
    for (size_t i = 0; i < s->criterion_count; i++)
        write_criterion(w, &s->criteria[i]);
    cn_json_end_array(w);
    write_scenarios(w, s);
    write_name(w, "delta", canon_delta_name(s->delta));
    cn_spec_write_evidence(w, "realized_in", s->evidence, s->evidence_count);
    cn_json_int(w, "start_line", (int64_t)s->start_line);
    cn_json_int(w, "end_line", (int64_t)s->end_line);
    cn_json_array(w, "children");
}

static void write_editor_criterion(cn_json *w, const canon_criterion *c)
{
    cn_json_object(w, NULL);
    cn_json_str(w, "text", c->text);
    cn_json_bool(w, "checked", c->checked);
    cn_json_int(w, "line", (int64_t)c->line);
    cn_spec_write_evidence(w, "realized_in", c->evidence, c->evidence_count);
    if (c->strength)
        cn_json_str(w, "strength", canon_strength_name(c->strength));
    cn_json_end_object(w);
}

static void write_prose(cn_json *w, const canon_spec *spec, size_t index)
{
    cn_buf prose = CN_BUF_INIT(LARGEST);

    cn_spec_prose(spec, index, &prose);
    if (prose.rc) {
        /* the writer's own error tells */
        cn_buf_free(w->out);
        w->out->rc = prose.rc;
    }
    cn_json_str(w, "prose_content", cn_buf_text(&prose));
    cn_buf_free(&prose);
}

static void open_editor_section(cn_json *w, const canon_spec *spec,
                                size_t index)
{
    const canon_section *s = &spec->sections[index];

    cn_json_object(w, NULL);
    cn_json_str(w, "id", s->id);
    cn_json_str(w, "section_number", s->number);
    cn_json_str(w, "title", s->title);
    cn_json_int(w, "depth", s->depth);
    cn_json_str(w, "content", s->content);
    write_prose(w, spec, index);
    cn_json_str(w, "status", canon_state_name(s->state));
    cn_json_array(w, "acceptance_criteria");
    for (size_t i = 0; i < s->criterion_count; i++)
        write_editor_criterion(w, &s->criteria[i]);
    cn_json_end_array(w);
    if (s->ticket_id)
        write_ticket(w, s);
    if (s->blocked_by)
        cn_json_str(w, "blocked_by", s->blocked_by);
    if (s->delta)
        cn_json_str(w, "delta", canon_delta_name(s->delta));
    if (s->scenario_count)
        write_scenarios(w, s);
    cn_json_int(w, "start_line", (int64_t)s->start_line);
    cn_json_int(w, "end_line", (int64_t)s->end_line);
    cn_json_array(w, "children");
}

typedef void open_fn(cn_json *w, const canon_spec *spec, size_t index);

static void close_sections(cn_json *w, size_t count)
{
    while (count-- > 0) {
        cn_json_end_array(w);
        cn_json_end_object(w);
    }
}

/* Sections first to end - 1; depth is bounded by the levels of headings, and
 * the stack of open ones is the chain of parents. */
static void write_range(cn_json *w, const canon_spec *spec, size_t first,
                        size_t end, open_fn *open)
{
    size_t ends[8]; /* of the open sections */
    size_t count = 0;

    for (size_t i = first; i < end; i++) {
        size_t before = count;

        while (count && ends[count - 1] <= i)
            count--;
        close_sections(w, before - count);
        open(w, spec, i);
        ends[count++] = i + spec->sections[i].subtree;
    }
    close_sections(w, count);
}

void cn_spec_write_section(cn_json *w, const canon_spec *spec, size_t index)
{
    write_range(w, spec, index, index + spec->sections[index].subtree,
                open_section);
}

static void write_sections(cn_json *w, const canon_spec *spec, open_fn *open)
{
    cn_json_array(w, "sections");
    write_range(w, spec, 0, spec->section_count, open);
    cn_json_end_array(w);
}

static void write_diagnostics(cn_json *w, const char *key,
                              const canon_spec *spec)
{
    cn_json_array(w, key);
    for (size_t i = 0; i < spec->diagnostic_count; i++) {
        const canon_diagnostic *d = &spec->diagnostics[i];

        cn_json_object(w, NULL);
        cn_json_str(w, "severity", canon_severity_name(d->severity));
        cn_json_str(w, "code", d->code);
        cn_json_str(w, "message", d->message);
        if (d->line)
            cn_json_int(w, "line", (int64_t)d->line);
        else
            cn_json_null(w, "line");
        write_name(w, "file_path", spec->file_path);
        cn_json_end_object(w);
    }
    cn_json_end_array(w);
}

int canon_spec_json(const canon_spec *spec, canon_buf *out, canon_error *err)
{
    cn_buf b;
    cn_json w;

    cn_buf_adopt(&b, out, LARGEST);
    w = cn_json_to(&b);
    cn_json_object(&w, NULL);
    cn_json_str(&w, "file_path", spec->file_path);
    cn_spec_write_meta(&w, "frontmatter", &spec->meta);
    write_sections(&w, spec, open_section);
    cn_json_slice(&w, "raw", cn_slice_of(spec->text, spec->len));
    cn_json_end_object(&w);
    return cn_buf_export(&b, out, err);
}

int canon_spec_editor_json(const canon_spec *spec, canon_buf *out,
                           canon_error *err)
{
    cn_buf b;
    cn_json w;

    cn_buf_adopt(&b, out, LARGEST);
    w = cn_json_to(&b);
    cn_json_object(&w, NULL);
    cn_json_bool(&w, "ok", true);
    write_sections(&w, spec, open_editor_section);
    cn_spec_write_meta(&w, "frontmatter", &spec->meta);
    write_diagnostics(&w, "diagnostics", spec);
    cn_json_end_object(&w);
    return cn_buf_export(&b, out, err);
}

int canon_spec_diagnostics_json(const canon_spec *spec, canon_buf *out,
                                canon_error *err)
{
    cn_buf b;
    cn_json w;

    cn_buf_adopt(&b, out, LARGEST);
    w = cn_json_to(&b);
    write_diagnostics(&w, NULL, spec);
    return cn_buf_export(&b, out, err);
}
