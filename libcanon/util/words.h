/*
 * Cutting text into words: runs of Unicode letters and digits, in lower case.
 * The full-text index of both databases and the search words go through here,
 * so that a word is the same thing everywhere.
 */
#ifndef CN_WORDS_H
#define CN_WORDS_H

#include "buf.h"

#define CN_WORD_MAX 64 /* bytes; longer words are cut for the index */

typedef struct cn_words {
    cn_slice text;
    size_t at;
} cn_words;

static inline cn_words cn_words_of(cn_slice text)
{
    cn_words w = {text, 0};

    return w;
}

/* The next word: 1 with its lower-case form in out (CN_WORD_MAX bytes at most)
 * and its place in the text; 0 at the end. */
int cn_words_next(cn_words *w, char out[CN_WORD_MAX], size_t *len_out,
                  size_t *start_out, size_t *end_out);

#endif
