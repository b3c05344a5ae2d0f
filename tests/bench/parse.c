/*
 * bench_parse CORPUS...: F1, how fast documents are read, against cmark's bare
 * parse of their bodies (its own allocator, nothing done with the tree), the
 * two interleaved, the first round thrown away; F2, whether all totals are
 * right; F14, the worst of the hostile texts.
 */
#include "parse.h"

#include "canon/spec.h"

#include <cmark.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double read_specs(const corpus *c)
{
    double start = bench_now();

    for (size_t i = 0; i < c->count; i++) {
        canon_spec *spec = NULL;

        if (canon_spec_parse(c->docs[i].text, c->docs[i].len, NULL, &spec,
                             NULL))
            exit(2);
        canon_spec_free(spec);
    }
    return bench_now() - start;
}

static double read_json(const corpus *c)
{
    canon_buf out = CANON_BUF_INIT;
    double start = bench_now();

    for (size_t i = 0; i < c->count; i++) {
        canon_spec *spec = NULL;

        if (canon_spec_parse(c->docs[i].text, c->docs[i].len, NULL, &spec,
                             NULL) ||
            canon_spec_json(spec, &out, NULL))
            exit(2);
        canon_spec_free(spec);
    }
    canon_buf_free(&out);
    return bench_now() - start;
}

/* Where the text behind the front matter begins. */
static size_t body_of(const corpus_doc *doc)
{
    const char *end = NULL;

    if (strncmp(doc->text, "---", 3) == 0)
        end = strstr(doc->text + 3, "\n---");
    end = end ? strchr(end + 1, '\n') : NULL;
    return end ? (size_t)(end + 1 - doc->text) : 0;
}

static double read_cmark(const corpus *c)
{
    double start = bench_now();

    for (size_t i = 0; i < c->count; i++) {
        const corpus_doc *doc = &c->docs[i];
        size_t body = body_of(doc);

        cmark_node_free(cmark_parse_document(doc->text + body, doc->len - body,
                                             CMARK_OPT_DEFAULT));
    }
    return bench_now() - start;
}

typedef struct times {
    double spec[BENCH_MOST_RUNS];
    double json[BENCH_MOST_RUNS];
    double cmark[BENCH_MOST_RUNS];
    double ratio[BENCH_MOST_RUNS];
} times;

static void measure(const corpus *c, times *t)
{
    for (int i = -1; i < bench_runs(); i++) {
        double spec = read_specs(c);
        double cmark = read_cmark(c);
        double json = read_json(c);

        if (i < 0)
            continue;
        t->spec[i] = spec;
        t->cmark[i] = cmark;
        t->json[i] = json;
        t->ratio[i] = cmark / spec;
    }
}

static void tell(const corpus *c, const char *what, double *seconds)
{
    double median = bench_median(seconds, (size_t)bench_runs());

    fprintf(stderr, "%-18s %8.1f MB/s %8.0f documents/s\n", what,
            (double)c->bytes / 1e6 / median, (double)c->count / median);
}

/* A line of the table; returns 1 when the bar is missed. */
static int figure(const char *name, const char *value, const char *limits,
                  int good)
{
    printf("%s %s %s %s\n", name, value, limits, good ? "ok" : "MISSED");
    return !good;
}

static int speed(const corpus *c)
{
    static times t;
    char value[32];
    double ratio;

    measure(c, &t);
    ratio = bench_median(t.ratio, (size_t)bench_runs());
    tell(c, "canon_spec_parse", t.spec);
    tell(c, "... and JSON", t.json);
    tell(c, "cmark, bare parse", t.cmark);
    fprintf(stderr, "ratio from %.2f to %.2f\n", t.ratio[0],
            t.ratio[bench_runs() - 1]);
    snprintf(value, sizeof(value), "%.0f%%", ratio * 100);
    return figure("F1 parse", value, ">=80% >=110%", ratio >= 0.8);
}

int main(int argc, char **argv)
{
    char value[32];
    double worst;
    int missed = 0;

    if (argc < 2) {
        fprintf(stderr, "usage: bench_parse CORPUS...\n");
        return 2;
    }
    for (int i = 1; i < argc; i++) {
        corpus c;
        int wrong;

        corpus_load(argv[i], SIZE_MAX, &c);
        wrong = truth_differences(&c);
        if (i == 1)
            missed += speed(&c);
        snprintf(value, sizeof(value), "%d-wrong", wrong);
        missed +=
            figure("F2 totals", wrong ? value : "exact", "exact exact", !wrong);
        corpus_free(&c);
    }
    worst = hostile_worst();
    snprintf(value, sizeof(value), "%.0fms", worst * 1000);
    missed += figure("F14 hostile-text", value, "<=1000ms <=300ms", worst <= 1);
    return missed > 0;
}
