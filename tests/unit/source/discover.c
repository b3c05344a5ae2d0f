/* What lies at a path. */
#include "fixture.h"

#include "files.h"
#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *top;

static void set_up(void)
{
    top = test_folder();
}

static void tear_down(void)
{
    test_folder_remove(top);
}

TestSuite(source_discover, .init = set_up, .fini = tear_down);

/* Lines "name kind:path", the path without the top. */
static int add(const canon_found_source *found, void *user)
{
    char *text = user;
    const char *path = strchr(found->url, ':') + 1;

    cr_assert(eq(chr, path[0], '/'));
    sprintf(text + strlen(text), "%s %.3s:%s\n", found->name, found->url,
            strncmp(path, top, strlen(top)) == 0 ? path + strlen(top) : path);
    return 0;
}

static void needs_git(void)
{
#ifndef CANON_WITH_GIT
    cr_skip_test("this build reads no git repositories");
#endif
}

static bool finds(const char *below, const char *expected)
{
    char path[4096];
    char text[4096] = "";
    canon_error err = {0};

    snprintf(path, sizeof(path), "%s%s", top, below);
    cr_assert(eq(int, canon_source_discover(path, add, text, &err), CANON_OK),
              "%s", err.text);
    if (strcmp(text, expected) != 0)
        cr_log_error("found:\n%s", text);
    return strcmp(text, expected) == 0;
}

Test(source_discover, a_git_repository)
{
    needs_git();
    sh(top, "git init -q app");
    cr_assert(finds("/app", "app git:/app\n"));
    cr_assert(finds("/app/", "app git:/app\n"));
}

Test(source_discover, a_bare_repository_without_its_ending)
{
    needs_git();
    sh(top, "git init -q --bare app.git");
    cr_assert(finds("/app.git", "app git:/app.git\n"));
}

Test(source_discover, a_folder_with_documents)
{
    test_write(top, "app/docs/specs/a.md", "");
    cr_assert(finds("/app", "app dir:/app\n"));
}

Test(source_discover, a_folder_with_a_configuration)
{
    test_write(top, "app/CANON.yaml", "");
    test_write(top, "old/SPECWRIGHT.yaml", "");
    cr_assert(finds("/app", "app dir:/app\n"));
    cr_assert(finds("/old", "old dir:/old\n"));
}

Test(source_discover, a_folder_of_repositories)
{
    needs_git();
    sh(top, "git init -q b-app && git init -q --bare a.git && mkdir none");
    test_write(top, "c/docs/a.md", "");
    test_write(top, "README.md", "");
    test_write(top, "d/notes.txt", "");
    test_write(top, ".hidden/docs/a.md", "");
    cr_assert(finds("", "a git:/a.git\nb-app git:/b-app\nc dir:/c\n"));
}

Test(source_discover, a_folder_inside_a_repository_is_a_folder)
{
    sh(top, "git init -q .");
    test_write(top, "part/docs/a.md", "");
    cr_assert(finds("/part", "part dir:/part\n"));
}

Test(source_discover, loose_documents_are_one_source)
{
    test_write(top, "x/one/a.md", "");
    test_write(top, "x/two/b.md", "");
    cr_assert(finds("/x", "x dir:/x\n"));
}

Test(source_discover, links_to_repositories_count)
{
    char *other;

    needs_git();
    other = repo_new();
    sh(top, "mkdir all && ln -s '%s' all/app", other);
    cr_assert(finds("/all", "app git:/all/app\n"));
    test_folder_remove(other);
}

Test(source_discover, names_are_made_fit)
{
    test_write(top, "all/My App (2)/docs/a.md", "");
    test_write(top, "all/my-app-2/docs/a.md", "");
    test_write(top, "all/\xc3\xa9\xc3\xa9/docs/a.md", "");
    test_write(top, "all/app.git/docs/a.md", "");
    cr_assert(finds("/all", "My-App-2 dir:/all/My App (2)\n"
                            "app dir:/all/app.git\n"
                            "my-app-2-2 dir:/all/my-app-2\n"
                            "specs dir:/all/\xc3\xa9\xc3\xa9\n"));
}

Test(source_discover, nothing_is_an_error_that_names_the_place)
{
    canon_error err = {0};
    char text[64] = "";
    char path[4096];

    cr_assert(
        eq(int, canon_source_discover(top, add, text, &err), CANON_ENOTFOUND));
    cr_assert(strstr(err.text, top) != NULL);
    snprintf(path, sizeof(path), "%s/none", top);
    cr_assert(
        eq(int, canon_source_discover(path, add, text, &err), CANON_ENOTFOUND));
    test_write(top, "a.md", "");
    snprintf(path, sizeof(path), "%s/a.md", top);
    cr_assert(
        eq(int, canon_source_discover(path, add, text, &err), CANON_ENOTFOUND));
    cr_assert(
        eq(int, canon_source_discover("", add, text, &err), CANON_EINVAL));
}

static int refuse(const canon_found_source *found, void *user)
{
    (void)found;
    (void)user;
    return 1;
}

Test(source_discover, can_be_stopped)
{
    test_write(top, "docs/a.md", "");
    cr_assert(eq(int, canon_source_discover(top, refuse, NULL, NULL),
                 CANON_ECANCELED));
}

static int once(void *user)
{
    char text[4096] = "";
    canon_error err = {0};

    (void)user;
    return canon_source_discover(top, add, text, &err);
}

Test(source_discover, survives_every_failed_allocation)
{
    test_write(top, "a/CANON.yaml", "");
    test_write(top, "b/CANON.yaml", "");
    cr_assert(gt(sz, torture(TORTURE_ONCE, once, NULL), 3));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, once, NULL), 3));
}
