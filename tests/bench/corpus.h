/* A corpus made by corpus.py, in memory. */
#ifndef CN_BENCH_CORPUS_H
#define CN_BENCH_CORPUS_H

#include <stddef.h>
#include <stdint.h>

typedef struct corpus_doc {
    char *path; /* below the corpus folder */
    char *text;
    size_t len;
} corpus_doc;

typedef struct corpus {
    corpus_doc *docs;
    size_t count;
    size_t bytes;
    char *truth; /* truth.json */
} corpus;

/* Ends the program with a message when something cannot be read. */
void corpus_load(const char *folder, size_t most, corpus *out);
void corpus_free(corpus *c);

/* The number behind "key": in truth.json, or in the object "in" of it. */
int64_t corpus_truth(const corpus *c, const char *in, const char *key);

/* Seconds since some moment. */
double bench_now(void);

/* How often to repeat: BENCH_RUNS, or 9; at most BENCH_MOST_RUNS. */
#define BENCH_MOST_RUNS 99
int bench_runs(void);

/* The median of count numbers, which are sorted. */
double bench_median(double *values, size_t count);

#endif
