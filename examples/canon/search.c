/*
 * canon search: documents and sections that hold words.
 */
#include "program.h"

#include <string.h>
#include <unistd.h>

#define WORDS_MAX 2048 /* bytes of a query; the library takes 500 characters */

static const struct {
    const char *entity;
    const char *text;
    const char *bold; /* on a terminal */
} entities[] = {
    {"<mark>", "", "\033[1m"}, {"</mark>", "", "\033[0m"}, {"&lt;", "<", "<"},
    {"&gt;", ">", ">"},        {"&quot;", "\"", "\""},     {"&#39;", "'", "'"},
    {"&amp;", "&", "&"},
};

/* A snippet: escaped HTML with <mark> around what was hit. */
static void put_snippet(const char *html, int is_terminal)
{
    while (*html) {
        char one[2] = {*html, '\0'};
        size_t i = 0;

        while (i < sizeof(entities) / sizeof(entities[0]) &&
               strncmp(html, entities[i].entity, strlen(entities[i].entity)))
            i++;
        if (i < sizeof(entities) / sizeof(entities[0])) {
            fputs(is_terminal ? entities[i].bold : entities[i].text, stdout);
            html += strlen(entities[i].entity);
        } else {
            put_text(one);
            html++;
        }
    }
}

static void put_hits(const canon_search_result *found)
{
    int is_terminal = isatty(STDOUT_FILENO);
    const canon_search_hit *hit;

    for (size_t i = 0; (hit = canon_search_hit_at(found, i)); i++) {
        put_text(hit->repo_full_name);
        putchar(':');
        put_text(hit->file_path);
        fputs("\n    ", stdout);
        put_text(hit->title);
        if (*hit->heading) {
            fputs(" / ", stdout);
            put_text(hit->heading);
        }
        if (*hit->snippet_html) {
            fputs("\n    ", stdout);
            put_snippet(hit->snippet_html, is_terminal);
        }
        putchar('\n');
    }
}

static int join(const invocation *call, char out[WORDS_MAX])
{
    size_t len = 0;

    out[0] = '\0';
    for (int i = 0; i < call->count; i++) {
        int n = snprintf(out + len, WORDS_MAX - len, "%s%s", i ? " " : "",
                         call->args[i]);

        if (n < 0 || (size_t)n >= WORDS_MAX - len)
            return usage(call, "these are too many words; 500 characters are "
                               "the most");
        len += (size_t)n;
    }
    return STATUS_OK;
}

static int show(const store *s, const invocation *call,
                canon_search_query *query)
{
    canon_search_result *found = NULL;
    canon_buf json = CANON_BUF_INIT;
    canon_error err = {0, ""};
    long long total;
    int status;

    query->org = s->org;
    query->no_facets = !call->value[OPTION_JSON];
    status = store_status(s, canon_search(s->conn, query, &found));
    if (status)
        return status;
    total = canon_search_total(found);
    if (call->value[OPTION_JSON]) {
        status = put_buf(canon_search_json(found, &json, &err), &json, &err);
    } else {
        put_hits(found);
        note(call, "%zu of %lld documents", canon_search_count(found), total);
    }
    canon_search_free(found);
    return status ? status : total > 0 ? STATUS_OK : STATUS_NO;
}

static int run(const invocation *call)
{
    canon_search_query query = CANON_SEARCH_QUERY_INIT;
    char words[WORDS_MAX];
    store s = {NULL, NULL, NULL, ""};
    int status = join(call, words);

    query.q = words;
    query.team = call->value[OPTION_TEAM];
    query.tag = call->value[OPTION_TAG];
    query.status = call->value[OPTION_STATE];
    query.repo = call->value[OPTION_REPO];
    if (!status)
        status = option_number(call, OPTION_LIMIT, 1, 100, &query.limit);
    if (!status)
        status = option_number(call, OPTION_OFFSET, 0, 1000000, &query.offset);
    if (!status)
        status = index_open(&s, call, call->value[OPTION_IN]);
    if (!status)
        status = show(&s, call, &query);
    store_close(&s);
    return status;
}

const command search_command = {
    "search",
    "[WORD...]",
    0,
    -1,
    STORE_OPTIONS | BIT(IN) | BIT(REPO) | BIT(TEAM) | BIT(TAG) | BIT(STATE) |
        BIT(LIMIT) | BIT(OFFSET),
    0,
    "documents and sections that hold words",
    "All words must occur, the last one may be a beginning; \"a phrase\" stays "
    "together, -WORD must not occur (after --). Without words the filters "
    "alone decide. Reads the index that canon index or canond keeps, also "
    "while canond runs; with --in, what lies at PATH. Ends with 1 when nothing "
    "is found.",
    "canon search --in . refund window\n"
    "canon search --org acme --status blocked\n"
    "canon search --json -- '\"partial refund\"' -draft",
    run,
};
