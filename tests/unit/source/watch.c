/* Watching local sources. These tests wait for the kernel, so they are slower
 * than others. */
#include "fixture.h"

#include "files.h"
#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reports {
    int count;
    int64_t id;
    char path[256]; /* "" for NULL */
};

static cn_watch *watch;
static char *top;

static void set_up(void)
{
    canon_error err = {0};

    top = test_folder();
    test_write(top, "docs/a.md", "one\n");
    cr_assert(eq(int, cn_watch_open(NULL, &watch, &err), CANON_OK));
}

static void tear_down(void)
{
    cn_watch_close(watch);
    test_folder_remove(top);
}

TestSuite(source_watch, .init = set_up, .fini = tear_down, .timeout = 30);

static int on_change(int64_t id, const char *path, void *user)
{
    struct reports *r = user;

    r->count++;
    r->id = id;
    snprintf(r->path, sizeof(r->path), "%s", path ? path : "");
    return 0;
}

static void add(int64_t id, const char *kind, const char *folder)
{
    char url[4096];
    canon_error err = {0};

    snprintf(url, sizeof(url), "%s:%s", kind, folder);
    cr_assert(eq(int, cn_watch_add(watch, id, url, &err), CANON_OK), "%s",
              err.text);
}

static struct reports wait_ms(int ms)
{
    struct reports r = {0};

    cr_assert(eq(int, cn_watch_wait(watch, ms, on_change, &r, NULL), CANON_OK));
    return r;
}

/* One report, of this path. */
static void expect(int64_t id, const char *path)
{
    struct reports r = wait_ms(2500);

    cr_assert(eq(int, r.count, 1));
    cr_assert(eq(i64, r.id, id));
    cr_assert(eq(str, r.path, (char *)path));
    cr_assert(eq(int, wait_ms(0).count, 0));
}

static void expect_nothing(void)
{
    cr_assert(eq(int, wait_ms(300).count, 0));
}

Test(source_watch, reports_the_document_that_changed)
{
    add(7, "dir", top);
    expect_nothing();
    test_write(top, "docs/a.md", "two\n");
    expect(7, "docs/a.md");
    test_write(top, "docs/b.md", "new\n");
    expect(7, "docs/b.md");
    sh(top, "rm docs/b.md");
    expect(7, "docs/b.md");
    sh(top, "echo x >x && mv x docs/a.md");
    expect(7, "docs/a.md");
    test_write(top, "CANON.yaml", "");
    expect(7, "CANON.yaml");
}

Test(source_watch, reports_several_changes_once)
{
    add(7, "dir", top);
    sh(top, "for i in $(seq 50); do echo $i >docs/$i.md; done");
    expect(7, "");
}

Test(source_watch, what_is_no_document_is_not_reported)
{
    test_write(top, "node_modules/x/a.md", "");
    add(7, "dir", top);
    test_write(top, "docs/a.txt", "x");
    test_write(top, "node_modules/x/b.md", "x");
    test_write(top, ".git/index.md", "x");
    expect_nothing();
}

Test(source_watch, folders_that_come_and_go_are_followed)
{
    add(7, "dir", top);
    test_write(top, "new/deep/b.md", "x");
    expect(7, "");
    test_write(top, "new/deep/b.md", "y");
    expect(7, "new/deep/b.md");
    sh(top, "mv new old");
    expect(7, "");
    test_write(top, "old/deep/b.md", "z");
    expect(7, "old/deep/b.md");
    sh(top, "rm -r old");
    expect(7, "");
}

Test(source_watch, sources_inside_each_other_are_both_reported)
{
    char inner[4096];
    struct reports r;

    snprintf(inner, sizeof(inner), "%s/docs", top);
    add(1, "dir", top);
    add(2, "dir", inner);
    test_write(top, "docs/a.md", "two\n");
    r = wait_ms(2000);
    cr_assert(eq(int, r.count, 2));
    cn_watch_remove(watch, 2);
    test_write(top, "docs/a.md", "three\n");
    expect(1, "docs/a.md");
}

Test(source_watch, a_source_that_is_removed_is_not_reported)
{
    add(1, "dir", top);
    cn_watch_remove(watch, 1);
    cn_watch_remove(watch, 1);
    test_write(top, "docs/a.md", "two\n");
    expect_nothing();
}

Test(source_watch, a_source_that_is_added_again_is_replaced)
{
    char *other = test_folder();

    add(1, "dir", top);
    add(1, "dir", other);
    test_write(top, "docs/a.md", "two\n");
    expect_nothing();
    test_write(other, "b.md", "x");
    expect(1, "b.md");
    test_folder_remove(other);
}

Test(source_watch, a_folder_that_is_not_there_yet_is_found_later)
{
    char later[4096];
    struct reports r = {0};

    snprintf(later, sizeof(later), "%s/later", top);
    add(1, "dir", later);
    cr_assert(cn_watch_polls(watch));
    test_write(top, "later/a.md", "x");
    for (int i = 0; i < 5 && r.count == 0; i++)
        r = wait_ms(1000);
    cr_assert(eq(int, r.count, 1));
    cr_assert(not(cn_watch_polls(watch)));
    test_write(top, "later/a.md", "y");
    expect(1, "a.md");
}

Test(source_watch, a_folder_that_is_made_again_is_found_again)
{
    char later[4096];
    struct reports r = {0};

    snprintf(later, sizeof(later), "%s/docs", top);
    add(1, "dir", later);
    sh(top, "rm -r docs");
    cr_assert(eq(int, wait_ms(2000).count, 1));
    cr_assert(cn_watch_polls(watch));
    test_write(top, "docs/b.md", "x");
    for (int i = 0; i < 5 && r.count == 0; i++)
        r = wait_ms(1000);
    cr_assert(eq(int, r.count, 1));
    test_write(top, "docs/b.md", "y");
    expect(1, "b.md");
}

Test(source_watch, other_kinds_are_not_supported)
{
    canon_error err = {0};

    cr_assert(eq(int, cn_watch_add(watch, 1, "github:a/b", &err),
                 CANON_EUNSUPPORTED));
    cr_assert(
        eq(int, cn_watch_wait(watch, 0, on_change, NULL, &err), CANON_OK));
}

static int refuse(int64_t id, const char *path, void *user)
{
    (void)id;
    (void)path;
    (void)user;
    return 1;
}

Test(source_watch, can_be_stopped)
{
    add(1, "dir", top);
    test_write(top, "docs/a.md", "two\n");
    cr_assert(eq(int, cn_watch_wait(watch, 2000, refuse, NULL, NULL),
                 CANON_ECANCELED));
}

#ifdef CANON_WITH_GIT
Test(source_watch, a_commit_is_reported)
{
    char *repo = repo_new();

    add(3, "git", repo);
    test_write(repo, "docs/a.md", "two\n");
    sh(repo, "git add .");
    expect_nothing();
    sh(repo, "git commit -q -m second");
    expect(3, "");
    sh(repo, "git gc -q && git pack-refs --all --prune");
    expect_nothing();
    sh(repo, "git commit -q --allow-empty -m third");
    expect(3, "");
    test_folder_remove(repo);
}

Test(source_watch, a_branch_beside_the_default_one_is_not_reported)
{
    char *repo = repo_new();

    add(3, "git", repo);
    sh(repo, "git switch -q -c deep/er/side && git switch -q main");
    expect_nothing();
    sh(repo, "git switch -q deep/er/side && "
             "git commit -q --allow-empty -m x");
    expect(3, "");
    sh(repo, "git commit -q --allow-empty -m y");
    expect(3, "");
    test_folder_remove(repo);
}

Test(source_watch, a_push_to_a_bare_repository_is_reported)
{
    char *bare = repo_bare();
    char *work = test_folder();

    sh(work, "git clone -q '%s' .", bare);
    add(3, "git", bare);
    sh(work, "git commit -q --allow-empty -m x && git push -q origin main");
    expect(3, "");
    test_folder_remove(work);
    test_folder_remove(bare);
}

Test(source_watch, the_first_commit_is_reported)
{
    char *repo = test_folder();

    sh(repo, "git init -q -b main .");
    add(3, "git", repo);
    sh(repo, "git commit -q --allow-empty -m first");
    expect(3, "");
    test_folder_remove(repo);
}
#endif

static int once(void *user)
{
    struct reports r = {0};
    canon_error err = {0};
    cn_watch *w = NULL;
    char url[4096];
    int rc = cn_watch_open(NULL, &w, &err);

    (void)user;
    snprintf(url, sizeof(url), "dir:%s", top);
    if (!rc)
        rc = cn_watch_add(w, 1, url, &err);
    if (!rc)
        rc = cn_watch_wait(w, 0, on_change, &r, &err);
    cn_watch_close(w);
    return rc;
}

Test(source_watch, survives_every_failed_allocation)
{
    cr_assert(gt(sz, torture(TORTURE_ONCE, once, NULL), 3));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, once, NULL), 3));
}
