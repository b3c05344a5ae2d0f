/*
 * Loading a corpus, and the clock and the median of the benchmarks.
 */
#include "corpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void die(const char *what, const char *path)
{
    fprintf(stderr, "%s %s\n", what, path);
    exit(2);
}

static char *load_file(const char *folder, const char *name, size_t *len_out)
{
    char path[1024];
    char *text = NULL;
    size_t len = 0;
    size_t n;
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    f = fopen(path, "rbe");
    if (!f)
        die("cannot open", path);
    do {
        text = realloc(text, len + 65537);
        if (!text)
            die("no memory for", path);
        n = fread(text + len, 1, 65536, f);
        len += n;
    } while (n > 0);
    fclose(f);
    text[len] = '\0';
    if (len_out)
        *len_out = len;
    return text;
}

/* The path in a line of docs.jsonl. */
static char *path_in(char *line)
{
    static const char key[] = "\"path\": \"";
    char *start = strstr(line, key);
    char *end = start ? strchr(start + sizeof(key) - 1, '"') : NULL;

    if (!end)
        die("no path in", line);
    *end = '\0';
    return strdup(start + sizeof(key) - 1);
}

static size_t count_lines(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += *text == '\n';
    return n;
}

void corpus_load(const char *folder, size_t most, corpus *out)
{
    char *list = load_file(folder, "docs.jsonl", NULL);
    size_t lines = count_lines(list);
    char *line = strtok(list, "\n");

    memset(out, 0, sizeof(*out));
    out->truth = load_file(folder, "truth.json", NULL);
    out->docs = calloc(lines + 1, sizeof(*out->docs));
    for (; line && out->docs && out->count < most; line = strtok(NULL, "\n")) {
        corpus_doc *doc = &out->docs[out->count++];

        doc->path = path_in(line);
        doc->text = load_file(folder, doc->path, &doc->len);
        out->bytes += doc->len;
    }
    free(list);
}

void corpus_free(corpus *c)
{
    for (size_t i = 0; i < c->count; i++) {
        free(c->docs[i].path);
        free(c->docs[i].text);
    }
    free(c->docs);
    free(c->truth);
}

int64_t corpus_truth(const corpus *c, const char *in, const char *key)
{
    char name[64];
    const char *at = c->truth;

    if (in) {
        snprintf(name, sizeof(name), "\"%s\": {", in);
        at = strstr(at, name);
    }
    /* members of the top are indented with one space */
    snprintf(name, sizeof(name), "\n %s\"%s\": ", in ? " " : "", key);
    at = at ? strstr(at, name) : NULL;
    return at ? strtoll(at + strlen(name), NULL, 10) : -1;
}

double bench_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

double bench_median(double *values, size_t count)
{
    qsort(values, count, sizeof(*values), by_value);
    return values[count / 2];
}

int bench_runs(void)
{
    const char *text = getenv("BENCH_RUNS");
    int runs = text ? atoi(text) : 0;

    return runs > 0 && runs <= BENCH_MOST_RUNS ? runs : 9;
}
