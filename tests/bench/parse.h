/* The parts of bench_parse. */
#ifndef CN_BENCH_PARSE_H
#define CN_BENCH_PARSE_H

#include "corpus.h"

/* Number of totals that are not those of truth.json; told on stderr. */
int truth_differences(const corpus *c);

/* The longest time in seconds that 1 MiB of hostile text takes. */
double hostile_worst(void);

#endif
