/*
 * What a run has to do: the listing of the source and the stored documents,
 * both in byte order of their paths, are walked side by side.
 */
#include "index_parts.h"

#include "buf.h"
#include "check.h"
#include "fail.h"

#define MAX_PATH ((size_t)64 * 1024)

typedef struct planning {
    cn_plan *plan;
    const cn_plan_input *input;
    size_t at; /* next of input->known */
    int64_t wanted;
    cn_buf last; /* path that was listed */
    canon_error *err;
} planning;

/* A source that the host added may list in another order than it should; the
 * index would then lose documents. */
static int check_order(planning *p, const char *path)
{
    cn_slice next = cn_str(path);

    if (p->last.len > 0 && strcmp(p->last.data, path) >= 0)
        return cn_fail(p->err, CANON_EINVAL,
                       "the source does not list its files in byte order: "
                       "%.80s behind %.80s",
                       path, p->last.data);
    cn_buf_reset(&p->last);
    cn_buf_add(&p->last, next.ptr, next.len);
    return cn_buf_check(&p->last, p->err);
}

static int add_gone(planning *p, const cn_known_doc *known)
{
    int64_t *id = cn_array_push(&p->plan->gone);

    if (!id)
        return cn_fail_memory(p->err);
    *id = known->id;
    return CANON_OK;
}

/* Stored documents before path are not in the source any more. With path NULL
 * all that are left. */
static int skip_to(planning *p, const char *path, const cn_known_doc **found)
{
    const cn_known_docs *known = p->input->known;
    int order = -1;
    int rc = CANON_OK;

    *found = NULL;
    while (!rc && p->at < known->count) {
        if (path)
            order = strcmp(known->items[p->at].path, path);
        if (order > 0)
            return CANON_OK;
        if (order == 0) {
            *found = &known->items[p->at++];
            return CANON_OK;
        }
        rc = add_gone(p, &known->items[p->at++]);
    }
    return rc;
}

/* Could other patterns have changed what the document is? */
static bool is_reclassified(const planning *p, const cn_known_doc *known)
{
    const cn_patterns *patterns = p->input->patterns;
    bool matches = canon_spec_classify(known->path, patterns->items,
                                       patterns->count) == CANON_KIND_SPEC;

    return p->input->reclassify && matches != known->is_spec;
}

static bool is_forced(const planning *p, const cn_known_doc *known)
{
    return p->input->force || known->parser_version != CN_PARSER_VERSION ||
           is_reclassified(p, known);
}

static bool is_unchanged(const cn_known_doc *known, const canon_file *file)
{
    if (*file->blob)
        return strcmp(file->blob, known->blob_sha) == 0;
    return *file->stamp && strcmp(file->stamp, known->stamp) == 0;
}

static int add_file(planning *p, const canon_file *file,
                    const cn_known_doc *known, bool again)
{
    cn_planned *planned = cn_array_push(&p->plan->files);
    cn_arena *a = &p->plan->arena;

    if (!planned)
        return cn_fail_memory(p->err);
    planned->path = cn_arena_str(a, file->path);
    planned->blob = cn_arena_str(a, file->blob);
    planned->stamp = cn_arena_str(a, file->stamp);
    planned->len = file->len;
    planned->time_us = file->time_us;
    planned->known = known;
    planned->again = again;
    if (!planned->path || !planned->blob || !planned->stamp)
        return cn_fail_memory(p->err);
    return CANON_OK;
}

static int on_file(const canon_file *file, void *user)
{
    planning *p = user;
    const cn_known_doc *known;
    bool again;
    int rc;

    if (!cn_path_ok(cn_str(file->path))) {
        p->plan->bad_paths++;
        return CANON_OK;
    }
    rc = check_order(p, file->path);
    if (rc)
        return rc;
    if (!cn_index_wanted(file->path, p->input->patterns))
        return CANON_OK;
    if (p->wanted >= CN_REPO_DOCS) {
        p->plan->left_out++;
        return CANON_OK;
    }
    p->wanted++;
    rc = skip_to(p, file->path, &known);
    if (rc)
        return rc;
    again = known && is_forced(p, known);
    if (known && !again && is_unchanged(known, file)) {
        p->plan->unchanged++;
        return CANON_OK;
    }
    return add_file(p, file, known, again);
}

int cn_plan_make(cn_plan *out, const cn_plan_input *input, canon_error *err)
{
    const cn_known_doc *none;
    canon_error why = {0};
    planning p = {out, input, 0, 0, CN_BUF_INIT(MAX_PATH), &why};
    int rc;

    memset(out, 0, sizeof(*out));
    out->files.size = sizeof(cn_planned);
    out->gone.size = sizeof(int64_t);
    rc = canon_source_list(input->source, input->at, on_file, &p);
    if (!rc)
        rc = skip_to(&p, NULL, &none);
    cn_buf_free(&p.last);
    /* a listing that we stopped reports that only */
    return why.code ? cn_fail_copy(err, &why) : rc;
}

void cn_plan_free(cn_plan *plan)
{
    cn_arena_free(&plan->arena);
    cn_array_free(&plan->files);
    cn_array_free(&plan->gone);
}
