/* Repositories of two organisations whose files are edited. */
#ifndef CN_EDITOR_TEST_H
#define CN_EDITOR_TEST_H

#include "canon/editor.h"
#include "canon/search.h"

#include "../index/index_test.h"
#include "../source/fixture.h"

#define SPEC "docs/specs/a.md"
#define ONE  "# One\n\n## Sparrow\n\nWords.\n"
#define TWO  "# Two\n\n## Albatross\n\nWords.\n"

/* What the calls gave. */
static canon_written written;
static canon_edit_conflict conflict;

static inline void add_git(const char *name, const char *path)
{
    char url[1024];
    canon_repo repo = {sizeof(repo), "acme", name, url, NULL};

    snprintf(url, sizeof(url), "git:%s", path);
    assert_ok(&t, canon_repo_add(t.conn, &repo));
}

/* acme/api is a folder or a git repository; SPEC says ONE, and is indexed. */
static inline void open_repo(size_t which, bool is_git)
{
    test_engine_start(&t, which);
    folder = is_git ? repo_new() : test_folder();
    test_write(folder, SPEC, ONE);
    if (is_git) {
        sh(folder, "git add . && git commit -q -m spec");
        add_git("acme/api", folder);
    } else {
        add_repo("acme", "acme/api", folder);
    }
    (void)index_now();
    memset(&conflict, 0, sizeof(conflict));
}

static inline void close_repo(void)
{
    canon_buf_free(&conflict.text);
    stop();
}

static inline canon_edit edit_of(const char *path, const char *base,
                                 const char *text)
{
    canon_edit edit = {sizeof(edit), "acme", "acme/api",
                       change_of(path, base, text)};

    return edit;
}

static inline int save(const char *path, const char *base, const char *text)
{
    canon_edit edit = edit_of(path, base, text);

    return canon_editor_save(t.conn, &edit, &written, &conflict);
}

static inline int propose(const char *path, const char *base, const char *text,
                          const char *branch)
{
    canon_edit edit = edit_of(path, base, text);

    edit.change.branch = branch;
    return canon_editor_propose(t.conn, &edit, &written, &conflict);
}

/* Does the editor load this text? */
static inline bool loads(const char *path, const char *text)
{
    canon_buf out = CANON_BUF_INIT;
    char blob[72];
    bool same;

    assert_ok(&t,
              canon_editor_load(t.conn, "acme", "acme/api", path, &out, blob));
    same = strcmp(out.data, text) == 0 && strcmp(blob, blob_of(text)) == 0;
    canon_buf_free(&out);
    return same;
}

static inline int64_t hits(const char *word)
{
    canon_search_query q = CANON_SEARCH_QUERY_INIT;
    canon_search_result *result = NULL;
    int64_t total;

    q.org = "acme";
    q.q = word;
    assert_ok(&t, canon_search(t.conn, &q, &result));
    total = canon_search_total(result);
    canon_search_free(result);
    return total;
}

/* The conflict shows a text and its id, or nothing. */
static inline bool shows(const char *text)
{
    if (!text)
        return conflict.blob[0] == '\0' && conflict.text.len == 0;
    return conflict.text.data && strcmp(conflict.text.data, text) == 0 &&
           strcmp(conflict.blob, blob_of(text)) == 0;
}

static inline bool tells(const char *part)
{
    const char *text = canon_last_error(t.conn)->text;

    if (strstr(text, part))
        return true;
    cr_log_error("\"%s\" tells nothing about \"%s\"", text, part);
    return false;
}

#endif
