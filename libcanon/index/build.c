/*
 * From the bytes of a file to the rows of a document. Pure.
 */
#include "index_parts.h"

#include "fail.h"
#include "json.h"
#include "utf8.h"

#include <stdio.h>

#define MAX_META     (256 * 1024)               /* of a front matter as JSON */
#define MAX_REPAIRED (3 * CN_DOCUMENT_MAX + 16) /* a bad byte becomes three */

char *cn_criterion_norm(cn_arena *a, const char *text)
{
    cn_slice s = cn_slice_trim(cn_str(text));
    char *out = cn_arena_alloc(a, s.len + 1);
    size_t len = 0;
    size_t i;

    if (!out)
        return NULL;
    for (i = 0; i < s.len; i++) {
        if (!cn_is_space(s.ptr[i]))
            out[len++] = cn_lower(s.ptr[i]);
        else if (out[len - 1] != ' ')
            out[len++] = ' ';
    }
    out[len] = '\0';
    return out;
}

static void write_texts(cn_json *w, const char *key, const char *const *items,
                        size_t count)
{
    size_t i;

    cn_json_array(w, key);
    for (i = 0; i < count; i++)
        cn_json_str(w, NULL, items[i]);
    cn_json_end_array(w);
}

static void write_meta(cn_json *w, const canon_spec_meta *m)
{
    cn_json_object(w, NULL);
    cn_json_str(w, "title", m->title);
    cn_json_str(w, "status", m->status);
    cn_json_str(w, "owner", m->owner);
    cn_json_str(w, "team", m->team);
    cn_json_str(w, "ticket_project", m->ticket_project);
    cn_json_str(w, "created", m->created);
    cn_json_str(w, "updated", m->updated);
    write_texts(w, "tags", m->tags, m->tag_count);
    cn_json_str(w, "doc_type", m->doc_type);
    write_texts(w, "depends_on", m->depends_on, m->depends_on_count);
    cn_json_str(w, "supersedes", m->supersedes);
    cn_json_str(w, "review_status", m->review_status);
    cn_json_str(w, "sync", m->sync);
    cn_json_str(w, "ai_exposure", m->ai_exposure);
    write_texts(w, "paths", m->paths, m->path_count);
    cn_json_end_object(w);
}

/* Front matter and tags as JSON; too much of it is left out. */
static int set_meta(cn_doc_row *doc, cn_arena *a, const canon_spec_meta *m,
                    canon_error *err)
{
    cn_buf text = CN_BUF_INIT(MAX_META);
    cn_json w = cn_json_to(&text);
    const char **tags = cn_arena_array(a, m->tag_count, sizeof(*tags));
    size_t i;

    write_meta(&w, m);
    doc->frontmatter =
        text.rc == CANON_ETOOBIG ? "{}" : cn_arena_copy(a, cn_buf_all(&text));
    cn_buf_reset(&text);
    w = cn_json_to(&text);
    write_texts(&w, NULL, m->tags, m->tag_count);
    doc->tags =
        text.rc == CANON_ETOOBIG ? "[]" : cn_arena_copy(a, cn_buf_all(&text));
    i = text.rc == CANON_ENOMEM;
    cn_buf_free(&text);
    if (i || !tags || !doc->frontmatter || !doc->tags)
        return cn_fail_memory(err);
    for (i = 0; i < m->tag_count; i++) {
        char *tag = cn_arena_str(a, m->tags[i]);

        if (!tag)
            return cn_fail_memory(err);
        tags[i] = tag;
        for (; *tag; tag++)
            *tag = cn_lower(*tag);
    }
    doc->tag_list = tags;
    doc->tag_count = m->tag_count;
    return CANON_OK;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* Kind, title and the plain fields. */
static void set_fields(cn_built *b, const cn_patterns *patterns)
{
    const canon_spec_meta *m = canon_spec_meta_of(b->spec);
    const char *heading = canon_spec_heading(b->spec);
    cn_doc_row *doc = &b->doc;
    int kind = canon_spec_classify(doc->path, patterns->items, patterns->count);

    if (kind == CANON_KIND_SPEC &&
        !canon_spec_counts_as_spec(b->spec, doc->path))
        kind = canon_spec_classify(doc->path, NULL, 0);
    doc->is_spec = kind == CANON_KIND_SPEC;
    doc->doc_type = canon_kind_name(kind);
    doc->title = m->title;
    if (!doc->is_spec && heading && *heading)
        doc->title = heading;
    else if (!doc->is_spec && !m->has_title)
        doc->title = base_name(doc->path);
    doc->status = doc->is_spec || m->has_mapping ? m->status : "";
    doc->owner = m->owner;
    doc->team = m->team;
    doc->review_status = m->review_status;
    doc->ticket_project = m->ticket_project;
}

static int set_criteria(cn_section_row *row, cn_arena *a,
                        const canon_section *s, canon_error *err)
{
    cn_criterion_row *list =
        cn_arena_array(a, s->criterion_count, sizeof(*list));
    size_t len = 0;
    char *text;
    char *end;
    size_t i;

    for (i = 0; i < s->criterion_count; i++)
        len += strlen(s->criteria[i].text) + 1;
    text = cn_arena_alloc(a, len + 1);
    if (!list || !text)
        return cn_fail_memory(err);
    end = text;
    *end = '\0';
    for (i = 0; i < s->criterion_count; i++) {
        const canon_criterion *c = &s->criteria[i];

        list[i].text = c->text;
        list[i].norm = cn_criterion_norm(a, c->text);
        if (!list[i].norm)
            return cn_fail_memory(err);
        list[i].checked = c->checked != 0;
        list[i].line = (int64_t)c->line;
        list[i].strength =
            c->strength ? canon_strength_name(c->strength) : NULL;
        list[i].realized_inline = c->evidence_count > 0;
        row->done_ac += c->checked != 0;
        if (i > 0)
            *end++ = '\n';
        len = strlen(c->text);
        memcpy(end, c->text, len + 1);
        end += len;
    }
    row->criteria = list;
    row->total_ac = (int64_t)s->criterion_count;
    row->ac_text = text;
    return CANON_OK;
}

static int set_section(cn_section_row *row, cn_arena *a, const canon_section *s,
                       canon_error *err)
{
    row->parent_ord = s->parent == CANON_NO_SECTION ? -1 : (int64_t)s->parent;
    row->section_id = s->id;
    row->number = s->number;
    row->heading = s->title;
    row->label = s->number ? cn_arena_printf(a, "%s. %s", s->number, s->title)
                           : s->title;
    row->level = s->depth;
    row->body = s->content;
    row->status = canon_state_name(s->state);
    row->blocked_by = s->blocked_by;
    row->delta = s->delta ? canon_delta_name(s->delta) : NULL;
    row->ticket_system = s->ticket_system ? s->ticket_system : "";
    row->ticket_ref = s->ticket_id ? s->ticket_id : "";
    row->start_line = (int64_t)s->start_line;
    row->end_line = (int64_t)s->end_line;
    return row->label ? set_criteria(row, a, s, err) : cn_fail_memory(err);
}

static int set_sections(cn_built *b, cn_arena *a, canon_error *err)
{
    canon_spec_counts counts;
    size_t count = canon_spec_section_count(b->spec);
    size_t i;
    int rc = CANON_OK;

    b->sections = cn_arena_array(a, count, sizeof(*b->sections));
    if (!b->sections)
        return cn_fail_memory(err);
    for (i = 0; i < count && !rc; i++) {
        b->sections[i].ord = (int64_t)i;
        rc = set_section(&b->sections[i], a, canon_spec_section(b->spec, i),
                         err);
    }
    b->section_count = count;
    canon_spec_count(b->spec, &counts);
    b->doc.counts.total_sections = counts.total_sections;
    b->doc.counts.done_sections = counts.done_sections;
    b->doc.counts.total_ac = counts.total_ac;
    b->doc.counts.done_ac = counts.done_ac;
    b->doc.counts.realized_ac = counts.realized_ac;
    return rc;
}

/* Valid UTF-8 without byte order mark and U+0000; repaired has it when text
 * must be changed. */
static cn_slice clean_text(cn_slice text, cn_buf *repaired)
{
    if (cn_slice_starts(text, "\xEF\xBB\xBF"))
        text = cn_slice_from(text, 3);
    if (cn_utf8_ok(text))
        return text;
    cn_utf8_clean(repaired, text);
    return cn_buf_all(repaired);
}

static int set_hash(cn_doc_row *doc, cn_arena *a, canon_error *err)
{
    char hash[65];

    canon_sha256_hex(doc->raw.ptr, doc->raw.len, hash);
    doc->content_hash = cn_arena_str(a, hash);
    return doc->content_hash ? CANON_OK : cn_fail_memory(err);
}

static int parse(cn_built *out, const cn_source_text *source, canon_error *err)
{
    canon_spec_options options = CANON_SPEC_OPTIONS_INIT;
    cn_buf repaired = CN_BUF_INIT(MAX_REPAIRED);
    cn_slice text = clean_text(source->text, &repaired);
    int rc = cn_buf_check(&repaired, err);

    options.file_path = source->path;
    options.max_len = MAX_REPAIRED;
    if (!rc)
        rc = canon_spec_parse(text.ptr ? text.ptr : "", text.len, &options,
                              &out->spec, err);
    cn_buf_free(&repaired);
    if (!rc)
        out->doc.raw.ptr = canon_spec_text(out->spec, &out->doc.raw.len);
    return rc;
}

int cn_built_make(cn_built *out, cn_arena *a, const cn_source_text *source,
                  const cn_patterns *patterns, canon_error *err)
{
    int rc;

    memset(out, 0, sizeof(*out));
    out->doc.path = source->path;
    rc = parse(out, source, err);
    if (rc)
        return rc;
    set_fields(out, patterns);
    if (!source->text.ptr) {
        out->doc.title = base_name(source->path);
        snprintf(out->problem, sizeof(out->problem),
                 "%lld bytes are too many: only path and title are indexed",
                 (long long)source->len);
    }
    rc = set_meta(&out->doc, a, canon_spec_meta_of(out->spec), err);
    if (!rc)
        rc = set_sections(out, a, err);
    return rc ? rc : set_hash(&out->doc, a, err);
}

void cn_built_free(cn_built *built)
{
    canon_spec_free(built->spec);
    built->spec = NULL;
}

static int compare_verdict(const cn_verdict *v, const char *path,
                           const char *section, const char *norm)
{
    int order = strcmp(v->spec_path, path);

    if (order == 0)
        order = strcmp(v->section_id, section);
    return order ? order : strcmp(v->ac_norm, norm);
}

static const cn_verdict *find_verdict(const cn_verdicts *all, const char *path,
                                      const char *section, const char *norm)
{
    size_t low = 0;
    size_t high = all->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_verdict(&all->items[middle], path, section, norm);

        if (order == 0)
            return &all->items[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

int64_t cn_count_realized(const cn_verdicts *verdicts, const char *path,
                          const cn_section_row *sections, size_t count)
{
    int64_t realized = 0;
    size_t i;
    int64_t k;

    for (i = 0; i < count; i++) {
        for (k = 0; k < sections[i].total_ac; k++) {
            const cn_criterion_row *c = &sections[i].criteria[k];
            const cn_verdict *v =
                find_verdict(verdicts, path, sections[i].section_id, c->norm);

            realized += v ? v->realized : c->realized_inline;
        }
    }
    return realized;
}
