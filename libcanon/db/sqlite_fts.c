/*
 * What we add to SQLite's full-text search: a tokenizer that cuts words as
 * util/words.h does, so that both databases and the search words agree, and a
 * rank function. The built-in bm25() reads the length of every matching row;
 * this one has no length term and reads nothing but the positions that the
 * match has at hand.
 */
#include "sqlite_parts.h"

#include "words.h"

#include <math.h>

#define MAX_COLUMNS 8
#define SATURATION  1.2

static int tokenizer_create(void *user, const char **args, int count,
                            Fts5Tokenizer **out)
{
    static const char no_state;

    (void)user;
    (void)args;
    (void)count;
    *out = (Fts5Tokenizer *)(uintptr_t)&no_state;
    return SQLITE_OK;
}

static void tokenizer_delete(Fts5Tokenizer *tokenizer)
{
    (void)tokenizer;
}

static int tokenize(Fts5Tokenizer *tokenizer, void *user, int flags,
                    const char *text, int len,
                    int (*on_token)(void *, int, const char *, int, int, int))
{
    cn_words w = cn_words_of(cn_slice_of(text, (size_t)len));
    char word[CN_WORD_MAX];
    size_t word_len;
    size_t start;
    size_t end;
    int result = SQLITE_OK;

    (void)tokenizer;
    (void)flags;
    while (result == SQLITE_OK &&
           cn_words_next(&w, word, &word_len, &start, &end))
        result = on_token(user, 0, word, (int)word_len, (int)start, (int)end);
    return result;
}

/* What does not depend on the row, kept for the query. */
typedef struct rank_state {
    int phrases; /* that count: the first ones of the expression */
    double bonus;
    double heaviest; /* weight */
    double weight[MAX_COLUMNS];
    double idf[];
} rank_state;

static int count_row(const Fts5ExtensionApi *api, Fts5Context *fts, void *user)
{
    int64_t *rows = user;

    (void)api;
    (void)fts;
    ++*rows;
    return SQLITE_OK;
}

/* How rare a phrase is; a common one still counts a little. */
static int phrase_idf(const Fts5ExtensionApi *api, Fts5Context *fts, int i,
                      double *out)
{
    sqlite3_int64 total = 0;
    int64_t rows = 0;
    int result = api->xRowCount(fts, &total);

    if (result == SQLITE_OK)
        result = api->xQueryPhrase(fts, i, &rows, count_row);
    *out = log(((double)total - (double)rows + 0.5) / ((double)rows + 0.5));
    if (*out < 1e-6)
        *out = 1e-6;
    return result;
}

/* The arguments: a weight for each column, then how many phrases count, then
 * the bonus. */
static void read_arguments(rank_state *state, int columns, int phrases,
                           int count, sqlite3_value **args)
{
    state->phrases = phrases;
    state->bonus = 0;
    state->heaviest = 0;
    for (int i = 0; i < MAX_COLUMNS; i++) {
        double weight = 1.0;

        if (i < columns && i < count)
            weight = sqlite3_value_double(args[i]);
        state->weight[i] = weight;
        if (i < columns && weight > state->heaviest)
            state->heaviest = weight;
    }
    if (columns < count && sqlite3_value_int(args[columns]) < phrases)
        state->phrases = sqlite3_value_int(args[columns]);
    if (columns + 1 < count)
        state->bonus = sqlite3_value_double(args[columns + 1]);
}

/* For a single phrase the factor is the same for all rows: not worth a walk
 * through the index. */
static int rank_prepare(const Fts5ExtensionApi *api, Fts5Context *fts,
                        int count, sqlite3_value **args, rank_state **out)
{
    rank_state *state = api->xGetAuxdata(fts, 0);
    int phrases = api->xPhraseCount(fts);
    int result = SQLITE_OK;

    *out = state;
    if (state)
        return SQLITE_OK;
    state = sqlite3_malloc64(sizeof(*state) +
                             (size_t)phrases * sizeof(state->idf[0]));
    if (!state)
        return SQLITE_NOMEM;
    read_arguments(state, api->xColumnCount(fts), phrases, count, args);
    for (int i = 0; result == SQLITE_OK && i < state->phrases; i++) {
        state->idf[i] = 1.0;
        if (state->phrases > 1)
            result = phrase_idf(api, fts, i, &state->idf[i]);
    }
    if (result != SQLITE_OK) {
        sqlite3_free(state);
        return result;
    }
    *out = state;
    return api->xSetAuxdata(fts, state, sqlite3_free);
}

/* Does phrase i begin at this word? */
static bool stands_at(const Fts5ExtensionApi *api, Fts5Context *fts, int i,
                      int column, int offset)
{
    Fts5PhraseIter iter;
    int c = 0;
    int o = 0;

    if (api->xPhraseFirst(fts, i, &iter, &c, &o) != SQLITE_OK)
        return false;
    while (c >= 0 && (c < column || (c == column && o < offset)))
        api->xPhraseNext(fts, &iter, &c, &o);
    return c == column && o == offset;
}

/* Do all phrases stand in a row in one of the heaviest columns? */
static bool in_a_row(const Fts5ExtensionApi *api, Fts5Context *fts,
                     const rank_state *state)
{
    Fts5PhraseIter iter;
    int column = 0;
    int offset = 0;

    if (api->xPhraseFirst(fts, 0, &iter, &column, &offset) != SQLITE_OK)
        return false;
    while (column >= 0) {
        int at = offset + api->xPhraseSize(fts, 0);
        int i = 1;

        if (state->weight[column < MAX_COLUMNS ? column : 0] <
            state->heaviest) {
            api->xPhraseNext(fts, &iter, &column, &offset);
            continue;
        }
        while (i < state->phrases && stands_at(api, fts, i, column, at))
            at += api->xPhraseSize(fts, i++);
        if (i == state->phrases)
            return true;
        api->xPhraseNext(fts, &iter, &column, &offset);
    }
    return false;
}

/* Weighted number of hits of phrase i in this row. */
static int phrase_hits(const Fts5ExtensionApi *api, Fts5Context *fts, int i,
                       const rank_state *state, double *out)
{
    Fts5PhraseIter iter;
    int column = 0;
    int offset = 0;
    int result = api->xPhraseFirst(fts, i, &iter, &column, &offset);

    *out = 0;
    while (result == SQLITE_OK && column >= 0) {
        *out += state->weight[column < MAX_COLUMNS ? column : 0];
        api->xPhraseNext(fts, &iter, &column, &offset);
    }
    return result;
}

static void rank(const Fts5ExtensionApi *api, Fts5Context *fts,
                 sqlite3_context *context, int count, sqlite3_value **args)
{
    rank_state *state = NULL;
    double score = 0;
    int result = rank_prepare(api, fts, count, args, &state);

    for (int i = 0; result == SQLITE_OK && i < state->phrases; i++) {
        double tf;

        result = phrase_hits(api, fts, i, state, &tf);
        score += state->idf[i] * tf / (tf + SATURATION);
    }
    if (result == SQLITE_OK && state->bonus > 0 && in_a_row(api, fts, state))
        score += state->bonus;
    if (result == SQLITE_OK)
        sqlite3_result_double(context, score);
    else
        sqlite3_result_error_code(context, result);
}

/* The documented way to the functions of the extension. */
static int find_api(sqlite3 *db, fts5_api **out)
{
    sqlite3_stmt *stmt = NULL;
    int result = sqlite3_prepare_v2(db, "SELECT fts5($1)", -1, &stmt, NULL);

    *out = NULL;
    if (result == SQLITE_OK)
        result = sqlite3_bind_pointer(stmt, 1, out, "fts5_api_ptr", NULL);
    if (result == SQLITE_OK)
        result = sqlite3_step(stmt);
    if (result == SQLITE_ROW)
        result = SQLITE_OK;
    sqlite3_finalize(stmt);
    return result == SQLITE_OK && !*out ? SQLITE_ERROR : result;
}

int cn_sqlite_fts_register(sqlite3 *db)
{
    fts5_tokenizer tokenizer = {tokenizer_create, tokenizer_delete, tokenize};
    fts5_api *api = NULL;
    int result = find_api(db, &api);

    if (result == SQLITE_OK)
        result = api->xCreateTokenizer(api, "canon", NULL, &tokenizer, NULL);
    if (result == SQLITE_OK)
        result = api->xCreateFunction(api, "canon_rank", NULL, rank, NULL);
    return result;
}
