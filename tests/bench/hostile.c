/*
 * F14: texts made to stall a reader, 1 MiB each; the slowest of canon_spec_parse,
 * canon_spec_json and canon_spec_editor_json.
 */
#include "parse.h"

#include "canon/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEN (1024 * 1024)

/* head once, body again and again for the first half, tail for the second. */
/* clang-format off */
static const struct {
    const char *head;
    const char *body;
    const char *tail;
} texts[] = {
    {"", "<!--", "<!--"},
    {"", "<!--\n", "<!--\n"},
    {"", "<!-- canon:", " -->"},
    {"a ", "<!-- canon:x ", "-->"},
    {"a ", "<!-- a --> ", "b <!-- "},
    {"## A\n", "<!-- canon:system:1 status:done -->\n",
     "<!-- canon:system:x status:todo -->\n"},
    {"## 1 A\n- [ ] a\n", "<!-- canon:realized-in:PR#1 file:a:1 -->",
     "<!-- canon:realized-in:PR#1 -->\n"},
    {"## 1 A\n- [ ] a\n<!-- canon:realized-in:PR#1 file:", ":a", ":1"},
    {"<!-- canon:realized-in:PR#1 file:", "1:", ":"},
    {"", ">", ">"},
    {"", "> ", "a\n"},
    {"", "- ", "- "},
    {"", "- ", "\n"},
    {"", "- ", " \n\n"},
    {"", "1. ", "b\n"},
    {"", "* + - ", "  \n"},
    {"", "[", "]"},
    {"", "[a](", "b"},
    {"", "[a]: b\n", "[a] "},
    {"[a]: b\n\n", "[", "<!-- "},
    {"[a]: b\n\nx <!-- y --> ", "*a **b ", "_"},
    {"a <!-- b --> ", "`", "``a"},
    {"a <!-- b --> ", "`a ``b ", "```"},
    {"", "![[]()", "![[]()"},
    {"x <!-- --> ", "![[]() ", "!"},
    {"", "&amp;", "\\"},
    {"", "## A\n", "## A\n"},
    {"", "## 1. A\n", "### 1.1 B\n"},
    {"", "### A\n", "#### Scenario: a\n"},
    {"## A\n", "#### Scenario: a\n- GIVEN b\n", "- THEN c\n"},
    {"## A\n", "- [ ] a\n", "  - [x] MUST b\n"},
    {"## A\n", "- [ ] MUST ", "MUSTMAY"},
    {"", "a\n", "===\n"},
    {"- a\n", "  a\n  ===\n", "- b\n  ---\n"},
    {"", "a\n---\n", "\n"},
    {"", "```\n", "~~~\n"},
    {"", "<div>\n", "</div>\n\n"},
    {"", "<pre>", "</pre>\n"},
    {"a ", "<?", "<!A "},
    {"a ", "<![CDATA[", "<a b='"},
    {"---\n", "a: b\n", "c: d\n"},
    {"---\na: ", "[", "{"},
    {"---\n", "- ", "---\n"},
    {"", "\n", " "},
    {"", "\r", "\r\n"},
    {"", "\t", "a"},
    {"", "\xff", "\xc3"},
    {"## ", "\xff", "#"},
    {"", "| a ", "|-"},
    {"## A ", "#", " "},
    {"", "1", "."},
};
/* clang-format on */

static void fill(char *text, size_t i)
{
    size_t at = strlen(texts[i].head);
    const char *part = texts[i].body;

    memcpy(text, texts[i].head, at);
    while (at < LEN) {
        size_t n = strlen(part);

        if (at + n > LEN)
            n = LEN - at;
        memcpy(text + at, part, n);
        at += n;
        if (at > LEN / 2)
            part = texts[i].tail;
    }
}

typedef int json_fn(const canon_spec *spec, canon_buf *out, canon_error *err);

/* Seconds that a call takes, when more than worst. */
static double write_once(const canon_spec *spec, json_fn *fn, double worst)
{
    canon_buf out = CANON_BUF_INIT;
    double start = bench_now();
    double seconds;

    if (fn(spec, &out, NULL))
        exit(2);
    seconds = bench_now() - start;
    canon_buf_free(&out);
    return seconds > worst ? seconds : worst;
}

/* The slowest of the calls. */
static double read_once(const char *text)
{
    canon_spec *spec = NULL;
    double start = bench_now();
    double worst;

    if (canon_spec_parse(text, LEN, NULL, &spec, NULL))
        exit(2);
    worst = bench_now() - start;
    worst = write_once(spec, canon_spec_json, worst);
    worst = write_once(spec, canon_spec_editor_json, worst);
    canon_spec_free(spec);
    return worst;
}

double hostile_worst(void)
{
    char *text = malloc(LEN);
    double worst = 0;

    for (size_t i = 0; text && i < sizeof(texts) / sizeof(texts[0]); i++) {
        double seconds;

        fill(text, i);
        seconds = read_once(text);
        if (seconds > 0.1)
            fprintf(stderr, "%.3f s for text %zu: %.20s\n", seconds, i,
                    texts[i].body);
        if (seconds > worst)
            worst = seconds;
    }
    free(text);
    return worst;
}
