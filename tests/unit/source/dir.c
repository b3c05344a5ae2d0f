/* A folder as a source. */
#include "fixture.h"

#include "fail.h"
#include "files.h"
#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const canon_revision now = {"", "", 0};

static char *folder;
static void *state;

static void set_up(void)
{
    folder = test_folder();
    test_write(folder, "docs/a.md", "one\n");
    state = open_with(&cn_dir_ops, folder);
}

static void tear_down(void)
{
    cn_dir_ops.close(state);
    test_folder_remove(folder);
}

TestSuite(source_dir, .init = set_up, .fini = tear_down);

static int write_text(const char *path, const char *base, const char *text)
{
    canon_change change = change_of(path, base, text);
    canon_written written;
    int rc = cn_dir_ops.write(state, &change, &written, NULL);

    if (!rc) {
        cr_assert(eq(str, written.blob, (char *)blob_of(text)));
        cr_assert(eq(str, written.commit, ""));
    }
    return rc;
}

Test(source_dir, a_path_that_is_no_folder_does_not_open)
{
    char path[4096];
    canon_error err = {0};
    void *none = &now;

    snprintf(path, sizeof(path), "%s/docs/a.md", folder);
    cr_assert(
        eq(int, cn_dir_ops.open(&host, path, &none, &err), CANON_ENOTFOUND));
    cr_assert(zero(ptr, none));
    snprintf(path, sizeof(path), "%s/none", folder);
    cr_assert(
        eq(int, cn_dir_ops.open(&host, path, &none, &err), CANON_ENOTFOUND));
    cr_assert(not(zero(str, err.text)));
}

Test(source_dir, has_one_revision)
{
    canon_revision head;

    cr_assert(eq(int, cn_dir_ops.head(state, NULL, &head, NULL), CANON_OK));
    cr_assert(eq(str, head.id, ""));
    cr_assert(eq(str, head.branch, "main"));
    cr_assert(
        eq(int, cn_dir_ops.head(state, "dev", &head, NULL), CANON_ENOTFOUND));
}

Test(source_dir, lists_in_byte_order)
{
    char *paths;

    test_write(folder, "docs/a/b.md", "");
    test_write(folder, "docs/a-b.md", "");
    test_write(folder, "CANON.yaml", "");
    test_write(folder, "docs/Z.md", "");
    paths = paths_of(&cn_dir_ops, state, NULL);
    cr_assert(eq(str, paths,
                 "CANON.yaml\ndocs/Z.md\ndocs/a-b.md\ndocs/a.md\n"
                 "docs/a/b.md\n"));
    free(paths);
}

static int keep_stamp(const canon_file *file, void *user)
{
    snprintf(user, 96, "%s", file->stamp);
    cr_assert(eq(str, (char *)file->blob, ""));
    return 0;
}

static void stamp(char out[96])
{
    cr_assert(
        eq(int, cn_dir_ops.list(state, &now, keep_stamp, out, NULL), CANON_OK));
}

Test(source_dir, a_stamp_changes_with_size_time_and_file)
{
    char first[96];
    char second[96];

    sh(folder, "touch -d 2020-01-01 docs/a.md");
    stamp(first);
    stamp(second);
    cr_assert(not(zero(str, first)));
    cr_assert(eq(str, first, second));
    sh(folder, "touch -d 2020-01-02 docs/a.md");
    stamp(second);
    cr_assert(ne(str, first, second));
    sh(folder, "echo more >>docs/a.md && touch -d 2020-01-01 docs/a.md");
    stamp(second);
    cr_assert(ne(str, first, second));
    sh(folder, "printf 'two\\n' >docs/b && mv docs/b docs/a.md && "
               "touch -d 2020-01-01 docs/a.md");
    stamp(second);
    cr_assert(ne(str, first, second));
}

Test(source_dir, a_file_that_changed_just_now_has_no_stamp)
{
    struct stat st;
    char path[4096];
    char text[96];

    snprintf(path, sizeof(path), "%s/docs/a.md", folder);
    stat(path, &st);
    host_now_us = cn_stat_time_us(&st) + 1000;
    stamp(text);
    cr_assert(eq(str, text, ""));
    host_now_us += CN_MTIME_NEW;
    stamp(text);
    cr_assert(ne(str, text, ""));
}

static int refuse(const canon_file *file, void *user)
{
    (void)file;
    (void)user;
    return 1;
}

Test(source_dir, a_listing_can_be_stopped)
{
    cr_assert(eq(int, cn_dir_ops.list(state, &now, refuse, NULL, NULL),
                 CANON_ECANCELED));
}

Test(source_dir, reads_bytes_as_they_are)
{
    static const char bytes[] = "\xef\xbb\xbf a\r\nb\rc\0d\xff\n";
    canon_buf text = CANON_BUF_INIT;
    char path[4096];
    FILE *f;

    snprintf(path, sizeof(path), "%s/b.md", folder);
    f = fopen(path, "wb");
    fwrite(bytes, 1, sizeof(bytes), f);
    fclose(f);
    cr_assert(eq(int,
                 cn_dir_ops.read(state, &now, "b.md", 100, &text, NULL, NULL),
                 CANON_OK));
    cr_assert(eq(sz, text.len, sizeof(bytes)));
    cr_assert(memcmp(text.data, bytes, sizeof(bytes)) == 0);
    canon_buf_free(&text);
}

Test(source_dir, names_content_as_git_does)
{
    canon_buf text = CANON_BUF_INIT;
    char blob[72];

    cr_assert(eq(
        int, cn_dir_ops.read(state, &now, "docs/a.md", 100, &text, blob, NULL),
        CANON_OK));
    cr_assert(sh_says(folder, "git hash-object docs/a.md", blob));
    canon_buf_free(&text);
}

Test(source_dir, an_empty_file_is_a_text)
{
    test_write(folder, "empty.md", "");
    cr_assert(eq(int, reads(&cn_dir_ops, state, "empty.md", ""), CANON_OK));
}

Test(source_dir, a_file_above_the_limit_is_too_big)
{
    canon_buf text = CANON_BUF_INIT;

    cr_assert(
        eq(int, cn_dir_ops.read(state, &now, "docs/a.md", 4, &text, NULL, NULL),
           CANON_OK));
    cr_assert(
        eq(int, cn_dir_ops.read(state, &now, "docs/a.md", 3, &text, NULL, NULL),
           CANON_ETOOBIG));
    cr_assert(zero(ptr, text.data));
    sh(folder, "head -c 1048577 /dev/zero >big.md");
    cr_assert(eq(int, reads(&cn_dir_ops, state, "big.md", ""), CANON_ETOOBIG));
}

/* clang-format off */
static const char *const unreadable[] = {
    "none.md", "docs", "docs/none/a.md", "docs/a.md/b.md", "link.md",
    "folder/a.md", "pipe.md", "outside.md",
};
/* clang-format on */

ParameterizedTestParameters(source_dir, reads_regular_files_only)
{
    return cn_test_indexes(sizeof(unreadable) / sizeof(unreadable[0]));
}

ParameterizedTest(size_t *i, source_dir, reads_regular_files_only)
{
    sh(folder, "ln -s docs/a.md link.md && ln -s docs folder && "
               "mkfifo pipe.md && ln -s /etc/passwd outside.md");
    cr_assert(
        eq(int, reads(&cn_dir_ops, state, unreadable[*i], ""), CANON_ENOTFOUND),
        "%s", unreadable[*i]);
}

Test(source_dir, replaces_what_the_change_is_based_on)
{
    cr_assert(eq(int, write_text("docs/a.md", blob_of("one\n"), "two\r\n"),
                 CANON_OK));
    cr_assert(
        eq(int, reads(&cn_dir_ops, state, "docs/a.md", "two\r\n"), CANON_OK));
    cr_assert(sh_says(folder, "ls -A docs", "a.md"));
}

Test(source_dir, refuses_what_is_based_on_something_else)
{
    cr_assert(eq(int, write_text("docs/a.md", blob_of("other"), "two"),
                 CANON_ECONFLICT));
    cr_assert(eq(int, write_text("docs/a.md", "", "two"), CANON_ECONFLICT));
    cr_assert(eq(int, write_text("docs/b.md", blob_of("one\n"), "two"),
                 CANON_ECONFLICT));
    cr_assert(
        eq(int, reads(&cn_dir_ops, state, "docs/a.md", "one\n"), CANON_OK));
}

Test(source_dir, makes_new_files_and_their_folders)
{
    cr_assert(eq(int, write_text("new/deep/b.md", "", "b"), CANON_OK));
    cr_assert(
        eq(int, reads(&cn_dir_ops, state, "new/deep/b.md", "b"), CANON_OK));
    cr_assert(eq(int, write_text("c.md", "", ""), CANON_OK));
    cr_assert(eq(int, reads(&cn_dir_ops, state, "c.md", ""), CANON_OK));
}

Test(source_dir, keeps_the_mode_of_a_file)
{
    sh(folder, "chmod 640 docs/a.md");
    cr_assert(
        eq(int, write_text("docs/a.md", blob_of("one\n"), "two"), CANON_OK));
    cr_assert(sh_says(folder, "stat -c %a docs/a.md", "640"));
}

Test(source_dir, never_writes_through_a_link)
{
    char *outside = test_folder();

    test_write(outside, "a.md", "one\n");
    sh(folder, "ln -s '%s' out && ln -s '%s/a.md' b.md", outside, outside);
    cr_assert(ne(int, write_text("out/a.md", blob_of("one\n"), "x"), CANON_OK));
    cr_assert(ne(int, write_text("out/new.md", "", "x"), CANON_OK));
    cr_assert(ne(int, write_text("out/new/new.md", "", "x"), CANON_OK));
    cr_assert(ne(int, write_text("b.md", blob_of("one\n"), "x"), CANON_OK));
    cr_assert(ne(int, write_text("b.md", "", "x"), CANON_OK));
    cr_assert(sh_says(outside, "cat a.md; ls -A", "one\na.md"));
    test_folder_remove(outside);
}

Test(source_dir, a_left_over_of_a_crash_is_no_obstacle)
{
    test_write(folder, "docs/.canon-write.tmp", "half");
    cr_assert(
        eq(int, write_text("docs/a.md", blob_of("one\n"), "two"), CANON_OK));
    cr_assert(sh_says(folder, "ls -A docs", "a.md"));
}

Test(source_dir, proposals_are_not_supported)
{
    canon_change change = change_of("docs/a.md", blob_of("one\n"), "two");
    canon_written written;
    canon_error err = {0};

    cr_assert(eq(int, cn_dir_ops.propose(state, &change, &written, &err),
                 CANON_EUNSUPPORTED));
    cr_assert(strstr(err.text, "git repository") != NULL);
}

Test(source_dir, of_a_hundred_writers_none_is_lost, .timeout = 60)
{
    char path[4096];
    char *text;
    size_t lines = 0;

    race(&cn_dir_ops, folder);
    snprintf(path, sizeof(path), "%s/docs/a.md", folder);
    text = test_file(path, NULL);
    for (const char *p = text; *p; p++)
        lines += *p == '\n';
    cr_assert(eq(sz, lines, 101));
    free(text);
}

/* Alternates between two texts until it is killed. No assertions: the test
 * framework does not know this process. */
static void write_for_ever(const char *a, const char *b)
{
    const char *texts[2] = {a, b};
    char ids[2][41];

    strcpy(ids[0], blob_of(a));
    strcpy(ids[1], blob_of(b));
    for (int i = 0;; i++) {
        canon_change change =
            change_of("docs/a.md", ids[i % 2], texts[(i + 1) % 2]);
        canon_written written;
        int rc = cn_dir_ops.write(state, &change, &written, NULL);

        if (rc && rc != CANON_ECONFLICT)
            _exit(1);
    }
}

Test(source_dir, a_killed_writer_leaves_a_whole_file, .timeout = 60)
{
    char *a = calloc(1, 200001);
    char *b = calloc(1, 300001);
    char path[4096];

    memset(a, 'a', 200000);
    memset(b, 'b', 300000);
    snprintf(path, sizeof(path), "%s/docs/a.md", folder);
    cr_assert(eq(int, write_text("docs/a.md", blob_of("one\n"), a), CANON_OK));
    for (int i = 0; i < 20; i++) {
        pid_t child = fork();
        size_t len;
        char *text;

        if (child == 0)
            write_for_ever(a, b);
        cn_source_pause(5 + i);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        text = test_file(path, &len);
        cr_assert(strcmp(text, a) == 0 || strcmp(text, b) == 0, "%zu", len);
        free(text);
    }
    free(a);
    free(b);
}

static int once(void *user)
{
    canon_change change = change_of("docs/t.md", "", "text");
    canon_written written;
    canon_buf text = CANON_BUF_INIT;
    canon_error err = {0};
    char ignored[96];
    char path[4096];
    void *s = NULL;
    int rc;

    (void)user;
    snprintf(path, sizeof(path), "%s/docs/t.md", folder);
    unlink(path);
    rc = cn_dir_ops.open(&host, folder, &s, &err);
    if (!rc)
        rc = cn_dir_ops.list(s, &now, keep_stamp, ignored, &err);
    if (!rc)
        rc = cn_dir_ops.write(s, &change, &written, &err);
    change.base_blob = written.blob;
    if (!rc)
        rc = cn_dir_ops.write(s, &change, &written, &err);
    if (!rc)
        rc = cn_dir_ops.read(s, &now, "docs/t.md", 100, &text, NULL, &err);
    canon_buf_free(&text);
    cn_dir_ops.close(s);
    return rc;
}

Test(source_dir, survives_every_failed_allocation)
{
    cr_assert(gt(sz, torture(TORTURE_ONCE, once, NULL), 5));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, once, NULL), 5));
}
