/*
 * Results of a search as they are handed out.
 */
#include "search_result.h"

#include "buf.h"
#include "json.h"
#include "mem.h"

#define MAX_JSON ((size_t)64 * 1024 * 1024)

int64_t canon_search_total(const canon_search_result *result)
{
    return result->total;
}

size_t canon_search_count(const canon_search_result *result)
{
    return result->count;
}

const canon_search_hit *canon_search_hit_at(const canon_search_result *result,
                                            size_t i)
{
    return i < result->count ? &result->hits[i] : NULL;
}

void canon_search_free(canon_search_result *result)
{
    if (!result)
        return;
    cn_arena_free(&result->arena);
    cn_free(result);
}

static void put_hit(cn_json *w, const canon_search_hit *hit)
{
    cn_json_object(w, NULL);
    cn_json_str(w, "file_path", hit->file_path);
    cn_json_str(w, "title", hit->title);
    cn_json_str(w, "status", hit->status);
    cn_json_str(w, "owner", hit->owner);
    cn_json_str(w, "team", hit->team);
    cn_json_str(w, "repo_full_name", hit->repo_full_name);
    cn_json_str(w, "repo_owner", hit->repo_owner);
    cn_json_str(w, "repo_name", hit->repo_name);
    cn_json_array(w, "tags");
    for (size_t i = 0; i < hit->tag_count; i++)
        cn_json_str(w, NULL, hit->tags[i]);
    cn_json_end_array(w);
    cn_json_str(w, "heading", hit->heading);
    cn_json_str(w, "snippet", hit->snippet_html);
    cn_json_double(w, "score", hit->score);
    cn_json_str(w, "doc_type", hit->doc_type);
    cn_json_str(w, "review_status", hit->review_status);
    cn_json_end_object(w);
}

static void put_facets(cn_json *w, const canon_search_result *result)
{
    static const char *const names[CN_FACET_COUNT] = {"status", "repo", "team",
                                                      "tag"};

    cn_json_object(w, "facets");
    for (size_t f = 0; f < CN_FACET_COUNT; f++) {
        cn_json_object(w, names[f]);
        for (size_t i = 0; i < result->facet_counts[f]; i++) {
            cn_json_key(w, cn_str(result->facets[f][i].name));
            cn_json_int(w, NULL, result->facets[f][i].count);
        }
        cn_json_end_object(w);
    }
    cn_json_end_object(w);
}

int canon_search_json(const canon_search_result *result, canon_buf *out,
                      canon_error *err)
{
    cn_buf text;
    cn_json w;

    cn_buf_adopt(&text, out, MAX_JSON);
    w = cn_json_to(&text);
    cn_json_object(&w, NULL);
    cn_json_array(&w, "results");
    for (size_t i = 0; i < result->count; i++)
        put_hit(&w, &result->hits[i]);
    cn_json_end_array(&w);
    cn_json_int(&w, "total", result->total);
    put_facets(&w, result);
    cn_json_end_object(&w);
    return cn_buf_export(&text, out, err);
}
