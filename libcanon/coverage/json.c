#include "coverage.h"

#include "buf.h"
#include "date.h"
#include "json.h"

#define MAX_JSON (64 * 1024 * 1024) /* a million breakdowns are a mistake */

static void write_counters(cn_json *w, const canon_coverage_counts *c)
{
    cn_json_int(w, "total_sections", c->total_sections);
    cn_json_int(w, "done_sections", c->done_sections);
    cn_json_int(w, "total_ac", c->total_ac);
    cn_json_int(w, "done_ac", c->done_ac);
    cn_json_int(w, "realized_ac", c->realized_ac);
}

static void write_summary(cn_json *w, const char *key,
                          const canon_coverage_counts *c)
{
    cn_json_object(w, key);
    cn_json_int(w, "total_specs", c->total_specs);
    write_counters(w, c);
    cn_json_pct(w, "section_coverage_pct", c->section_pct);
    cn_json_pct(w, "ac_coverage_pct", c->ac_pct);
    cn_json_pct(w, "realization_rate_pct", c->realization_pct);
    cn_json_pct(w, "health_score", c->health);
    cn_json_end_object(w);
}

static void write_breakdown(cn_json *w, const char *key,
                            const cn_named_counts *items, size_t count)
{
    size_t i;

    cn_json_object(w, key);
    for (i = 0; i < count; i++) {
        cn_json_key(w, cn_str(items[i].name));
        write_summary(w, NULL, &items[i].counts);
    }
    cn_json_end_object(w);
}

static void write_trend(cn_json *w, const canon_coverage *c)
{
    size_t i;

    cn_json_array(w, "trend");
    for (i = 0; i < c->trend_count; i++) {
        char date[16];

        cn_day_format(c->trend[i].day, date);
        cn_json_object(w, NULL);
        cn_json_str(w, "date", date);
        write_counters(w, &c->trend[i].counts);
        cn_json_end_object(w);
    }
    cn_json_end_array(w);
}

int canon_coverage_json(const canon_coverage *coverage, canon_buf *out,
                        canon_error *err)
{
    cn_buf text = CN_BUF_INIT(MAX_JSON);
    cn_json w = cn_json_to(&text);

    cn_buf_adopt(&text, out, MAX_JSON);
    cn_json_object(&w, NULL);
    write_summary(&w, "summary", &coverage->totals);
    write_trend(&w, coverage);
    write_breakdown(&w, "breakdown_by_repo", coverage->repos,
                    coverage->repo_count);
    write_breakdown(&w, "breakdown_by_team", coverage->teams,
                    coverage->team_count);
    cn_json_end_object(&w);
    return cn_buf_export(&text, out, err);
}
