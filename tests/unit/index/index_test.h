/* Folders of documents that are indexed, for the tests of the index. */
#ifndef CN_INDEX_TEST_H
#define CN_INDEX_TEST_H

#include "canon/index.h"

#include "files.h"
#include "seed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static test_engine t;
static char *folder; /* of acme/api */

#define SPEC_A                                                                 \
    "---\ntitle: Alpha\nstatus: todo\nowner: ann\nteam: Core\n"                \
    "tags: [Auth, api]\nreview_status: approved\n---\n\nIntro words.\n\n"      \
    "## 1. First\n<!-- canon:system:X-1 status:done -->\n\nOne.\n\n"           \
    "- [x] It works\n- [ ] It  is Fast\n\n"                                    \
    "## 2. Second\n<!-- canon:status:in_progress -->\n\nTwo.\n\n"              \
    "### 2.1 Inner\n\n- [ ] Deep\n"

static inline void add_repo(const char *org, const char *name, const char *path)
{
    char url[1024];
    canon_repo repo = {sizeof(repo), org, name, url, NULL};

    snprintf(url, sizeof(url), "dir:%s", path);
    assert_ok(&t, canon_repo_add(t.conn, &repo));
}

static inline void start(size_t which)
{
    test_engine_start(&t, which);
    folder = test_folder();
    add_repo("acme", "acme/api", folder);
}

static inline void stop(void)
{
    test_folder_remove(folder);
    test_engine_stop(&t);
}

static inline canon_index_report index_now(void)
{
    canon_index_report report;

    assert_ok(&t, canon_index_repo(t.conn, "acme", "acme/api", NULL, &report));
    if (report.errors)
        cr_log_info("%s", report.first_error);
    return report;
}

static inline void remove_file(const char *path)
{
    char full[1024];

    snprintf(full, sizeof(full), "%s/%s", folder, path);
    cr_assert(eq(int, unlink(full), 0));
}

static inline canon_index_totals totals_of(const char *org)
{
    canon_index_totals totals;

    assert_ok(&t, canon_index_totals_get(t.conn, org, &totals));
    return totals;
}

/* The JSON of a repository; valid until the next call. */
static inline const char *repo_json(const char *org, const char *name)
{
    static canon_buf out;

    assert_ok(&t, canon_repo_json(t.conn, org, name, &out));
    return out.data;
}

static inline const char *text_of(const char *org, const char *path)
{
    static canon_buf out;
    int rc = canon_document_text(t.conn, org, "acme/api", path, &out);

    return rc == CANON_ENOTFOUND ? NULL : out.data;
}

#endif
