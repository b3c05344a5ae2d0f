/*
 * The property of tests/fuzz/writer.c over documents that are known to be
 * difficult, and over random changes of them. CANON_TEST_LONG=1 makes 100,000.
 */
#include "files.h"
#include "fuzz.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#define FOLDER     CN_TESTS_DIR "/vectors/spec"
#define OPERATIONS 8
#define MAX_LEN    20000

static int is_document(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return len > 3 && strcmp(entry->d_name + len - 3, ".md") == 0 &&
           strcmp(entry->d_name, "README.md") != 0;
}

static size_t count_documents(void)
{
    struct dirent **entries;
    int count = scandir(FOLDER, &entries, is_document, alphasort);

    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    return (size_t)count;
}

/* The document behind three bytes for the operation; its whole length. */
static size_t load(size_t index, uint8_t out[MAX_LEN])
{
    struct dirent **entries;
    int count = scandir(FOLDER, &entries, is_document, alphasort);
    char path[1024];
    char *text;
    size_t len;

    snprintf(path, sizeof(path), "%s/%s", FOLDER, entries[index]->d_name);
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    text = test_file(path, &len);
    len = len < MAX_LEN - 3 ? len : MAX_LEN - 3;
    memcpy(out + 3, text, len);
    free(text);
    return len + 3;
}

ParameterizedTestParameters(spec_write_property,
                            does_what_was_asked_and_nothing_else)
{
    return cn_test_indexes(count_documents());
}

ParameterizedTest(size_t *i, spec_write_property,
                  does_what_was_asked_and_nothing_else, .timeout = 120)
{
    uint8_t data[MAX_LEN];
    size_t len = load(*i, data);

    for (int n = 0; n < OPERATIONS * 8 * 24; n++) {
        data[0] = (uint8_t)(n % OPERATIONS);
        data[1] = (uint8_t)(n / OPERATIONS % 8 * 9);
        data[2] = (uint8_t)(n / OPERATIONS / 8 * 11);
        LLVMFuzzerTestOneInput(data, len);
    }
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

/* What documents are made of; put in at random places. */
static const char *const pieces[] = {
    "\n",
    "\r\n",
    "- [ ] a\n",
    "<!-- canon:delta:added -->",
    "    ",
    "```\n",
    "\n\n## 7. B\n",
    "<!-- canon:ticket:jira:A-1 -->\n",
    "<!--",
    "-->",
    "> ",
    "<!-- canon:system:1 status:todo -->\n",
    "\t",
    "---\n",
    "- ",
    "  - [x] b\n",
    "`",
    "# ",
    "\xEF\xBB\xBF",
    "<!-- canon:realized-in:PR#7 file:a.c -->\n",
};

static size_t mutate(uint8_t *data, size_t len, uint32_t *state)
{
    size_t at = 3 + next_random(state) % (len - 2);
    const char *piece =
        pieces[next_random(state) % (sizeof(pieces) / sizeof(pieces[0]))];
    size_t n = strlen(piece);

    if (next_random(state) % 4 == 0 && at + 4 < len) {
        memmove(data + at, data + at + 4, len - at - 4);
        return len - 4;
    }
    if (len + n > MAX_LEN)
        return len;
    memmove(data + at + n, data + at, len - at);
    memcpy(data + at, piece, n);
    return len + n;
}

Test(spec_write_property, does_so_in_documents_that_were_changed_at_random,
     .timeout = 3600)
{
    size_t documents = count_documents();
    int rounds = getenv("CANON_TEST_LONG") ? 100000 : 400;
    uint32_t state = 20260318;
    uint8_t data[MAX_LEN];

    for (int n = 0; n < rounds; n++) {
        size_t len = load(next_random(&state) % documents, data);

        for (uint32_t k = next_random(&state) % 12 + 1; k > 0; k--)
            len = mutate(data, len, &state);
        data[0] = (uint8_t)next_random(&state);
        data[1] = (uint8_t)next_random(&state);
        data[2] = (uint8_t)next_random(&state);
        LLVMFuzzerTestOneInput(data, len);
    }
}
