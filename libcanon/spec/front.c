/*
 * The front matter: where it is, and its fields.
 */
#include "reader.h"

#include "utf8.h"

#define MOST_BYTES (64 * 1024)
#define MOST_NODES 10000
#define MOST_DEPTH 32

static const char *const statuses[] = {
    "draft", "todo", "in_progress", "done", "blocked", "deprecated", NULL,
};
static const char *const types[] = {"spec", "proposal", "design", "adr", NULL};
static const char *const reviews[] = {"draft", "in_review", "approved", NULL};
static const char *const syncs[] = {"auto", "true", "false", NULL};
static const char *const exposures[] = {"full", "metadata", "none", NULL};

/* Three or more dashes from the first column, then only blanks. */
static bool is_delimiter(cn_slice line)
{
    size_t n = 0;
    size_t dashes;

    while (n < line.len && line.ptr[n] == '-')
        n++;
    dashes = n;
    while (n < line.len && cn_is_blank(line.ptr[n]))
        n++;
    return dashes >= 3 && n == line.len;
}

/* Sets open_line, close_line and the state. */
static void find(canon_spec *spec)
{
    cn_front *front = &spec->front;
    uint32_t i = 1;

    spec->body_line = 1;
    while (i <= spec->line_count && cn_line_is_blank(cn_spec_line(spec, i)))
        i++;
    if (i > spec->line_count || !is_delimiter(cn_spec_line(spec, i)))
        return;
    front->open_line = i;
    front->state = CN_FRONT_UNTERMINATED;
    for (i++; i <= spec->line_count; i++) {
        if (is_delimiter(cn_spec_line(spec, i))) {
            front->close_line = i;
            front->state = CN_FRONT_OK;
            spec->body_line = i + 1;
            return;
        }
    }
}

static void warn(cn_reader *r, const char *code, uint32_t line,
                 const char *message)
{
    cn_reader_report(r, CANON_SEVERITY_WARNING, code, line, message);
}

static void invalid(cn_reader *r, size_t line, const char *message)
{
    cn_front *front = &r->spec->front;

    front->state = CN_FRONT_INVALID;
    memset(&front->yaml, 0, sizeof(front->yaml));
    if (line < front->open_line)
        line = front->open_line + 1;
    cn_reader_report(r, CANON_SEVERITY_ERROR, "frontmatter.invalid_yaml",
                     (uint32_t)line, cn_arena_str(&r->spec->arena, message));
}

/* The YAML between the delimiters, read. */
static void load(cn_reader *r)
{
    static const cn_yaml_limits limits = {MOST_BYTES, MOST_NODES, MOST_DEPTH};
    canon_spec *spec = r->spec;
    cn_front *front = &spec->front;
    uint32_t first = spec->lines[front->open_line].start;
    cn_slice text = cn_slice_of(
        spec->text + first, spec->lines[front->close_line - 1].start - first);
    canon_error err = {0, ""};
    int rc;

    if (spec->repair)
        text = cn_str(cn_reader_str(r, text));
    if (r->failed)
        return;
    rc = cn_yaml_parse(&spec->arena, text, front->open_line + 1, &limits,
                       &front->yaml, &err);
    if (rc == CANON_ENOMEM)
        r->failed = true;
    else if (rc)
        invalid(r, front->yaml.error_line, err.text);
    else if (front->yaml.root && front->yaml.root->kind != CN_KIND_MAP)
        invalid(r, front->open_line + 1, "the front matter is not a mapping");
}

static const cn_member *member(const cn_reader *r, const char *key)
{
    const cn_value *root = r->spec->front.yaml.root;

    for (size_t i = 0; root && i < root->count; i++) {
        if (cn_slice_is(root->members[i].key, key))
            return &root->members[i];
    }
    return NULL;
}

static void wrong_type(cn_reader *r, const cn_member *m, size_t line)
{
    cn_reader_report_about(r, "frontmatter.wrong_type", (uint32_t)line,
                           "a value of the wrong type", m->key);
}

/* The text of a scalar that is not empty, else NULL. Texts of the YAML tree are
 * in the arena, terminated and clean. */
static const char *scalar(cn_reader *r, const char *key)
{
    const cn_member *m = member(r, key);

    if (!m || m->value.kind == CN_KIND_NULL)
        return NULL;
    if (m->value.kind != CN_KIND_TEXT) {
        wrong_type(r, m, m->line);
        return NULL;
    }
    return m->value.text.len ? m->value.text.ptr : NULL;
}

static const char *scalar_or(cn_reader *r, const char *key, const char *preset)
{
    const char *text = scalar(r, key);

    return text ? text : preset;
}

static bool is_one_of(const char *text, const char *const *words)
{
    for (; *words; words++) {
        if (strcmp(text, *words) == 0)
            return true;
    }
    return false;
}

/* A scalar that is one of words; else reported (when code is given) and NULL.
 */
static const char *word(cn_reader *r, const char *key, const char *const *words,
                        const char *code)
{
    const char *text = scalar(r, key);

    if (!text || is_one_of(text, words))
        return text;
    if (code)
        cn_reader_report_about(r, code, (uint32_t)member(r, key)->line,
                               "an unknown value", cn_str(text));
    return NULL;
}

/* Items of a scalar, split at commas. */
static size_t split(cn_reader *r, cn_slice text, const char **items)
{
    size_t count = 0;

    while (text.ptr) {
        cn_slice item = cn_slice_trim(cn_slice_cut(&text, ','));

        if (item.len)
            items[count++] = cn_reader_str(r, item);
    }
    return count;
}

static size_t pick(cn_reader *r, const cn_member *m, const char **items)
{
    size_t count = 0;

    for (size_t i = 0; i < m->value.count; i++) {
        const cn_value *item = &m->value.items[i];

        if (item->kind == CN_KIND_TEXT)
            items[count++] = item->text.ptr;
        else if (item->kind != CN_KIND_NULL)
            wrong_type(r, m, m->line);
    }
    return count;
}

static const char *const *list(cn_reader *r, const char *key, size_t *count_out)
{
    const cn_member *m = member(r, key);
    size_t most = 1;
    const char **items;

    *count_out = 0;
    if (!m || m->value.kind == CN_KIND_NULL)
        return NULL;
    if (m->value.kind == CN_KIND_MAP) {
        wrong_type(r, m, m->line);
        return NULL;
    }
    if (m->value.kind == CN_KIND_TEXT) {
        for (size_t i = 0; i < m->value.text.len; i++)
            most += m->value.text.ptr[i] == ',';
    } else {
        most = m->value.count;
    }
    items = cn_reader_array(r, most, sizeof(*items));
    if (!items)
        return NULL;
    *count_out = m->value.kind == CN_KIND_TEXT ? split(r, m->value.text, items)
                                               : pick(r, m, items);
    return items;
}

static void read_title(cn_reader *r)
{
    const cn_member *m = member(r, "title");
    canon_spec_meta *meta = &r->spec->meta;
    const char *title = scalar(r, "title");

    meta->has_title = title != NULL;
    meta->title = title ? title : "Untitled Spec";
    if (title ||
        (m && m->value.kind != CN_KIND_NULL && m->value.kind != CN_KIND_TEXT))
        return;
    warn(r, "frontmatter.missing_title", m ? (uint32_t)m->line : 0,
         "the front matter gives no title");
}

static void read_words(cn_reader *r)
{
    canon_spec_meta *meta = &r->spec->meta;
    const char *type = word(r, "type", types, "frontmatter.unknown_type");

    meta->status = scalar_or(r, "status", "draft");
    if (!is_one_of(meta->status, statuses))
        cn_reader_report_about(r, "frontmatter.unknown_status",
                               (uint32_t)member(r, "status")->line,
                               "an unknown value", cn_str(meta->status));
    meta->has_type = type != NULL;
    meta->doc_type = type ? type : types[0];
    meta->review_status =
        word(r, "review_status", reviews, "frontmatter.unknown_review_status");
    meta->sync = word(r, "sync", syncs, NULL);
    if (!meta->sync)
        meta->sync = syncs[0];
    meta->ai_exposure = word(r, "ai_exposure", exposures, NULL);
    if (!meta->ai_exposure)
        meta->ai_exposure = exposures[0];
}

static void read_fields(cn_reader *r)
{
    canon_spec_meta *meta = &r->spec->meta;

    read_words(r);
    meta->owner = scalar_or(r, "owner", "");
    meta->team = scalar_or(r, "team", "");
    meta->ticket_project = scalar(r, "ticket_project");
    meta->created = scalar(r, "created");
    meta->updated = scalar(r, "updated");
    meta->supersedes = scalar(r, "supersedes");
    meta->tags = list(r, "tags", &meta->tag_count);
    meta->depends_on = list(r, "depends_on", &meta->depends_on_count);
    meta->paths = list(r, "paths", &meta->path_count);
}

static void report_duplicates(cn_reader *r)
{
    const cn_yaml *yaml = &r->spec->front.yaml;

    for (size_t i = 0; i < yaml->duplicate_count; i++) {
        cn_reader_report_about(
            r, "frontmatter.duplicate_key", (uint32_t)yaml->duplicates[i].line,
            "a key that was given before", yaml->duplicates[i].key);
    }
}

void cn_reader_front(cn_reader *r)
{
    cn_front *front = &r->spec->front;

    find(r->spec);
    if (front->state == CN_FRONT_OK)
        load(r);
    if (front->state == CN_FRONT_UNTERMINATED)
        warn(r, "frontmatter.unterminated", front->open_line,
             "the front matter has no closing line of dashes");
    r->spec->meta.has_mapping =
        front->state == CN_FRONT_OK && front->yaml.root != NULL;
    read_fields(r);
    r->spec->meta.title = "Untitled Spec";
    if (front->state != CN_FRONT_INVALID)
        read_title(r);
    report_duplicates(r);
}
