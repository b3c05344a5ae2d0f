/* Commits of one file. */
#include "git_parts.h"

#include "fixture.h"

#include "files.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char *repo;
static void *state;
static canon_written written;
static canon_error err;

static void set_up(void)
{
    repo = repo_new();
    state = open_with(&cn_git_ops, repo);
}

static void tear_down(void)
{
    cn_git_ops.close(state);
    test_folder_remove(repo);
}

TestSuite(source_git_write, .init = set_up, .fini = tear_down);

static int save(const char *path, const char *base, const char *text)
{
    canon_change change = change_of(path, base, text);

    return cn_git_ops.write(state, &change, &written, &err);
}

/* Save docs/a.md, which says "one", as "two". */
static int save_two(void)
{
    return save("docs/a.md", blob_of("one\n"), "two\n");
}

static bool is_committed(const char *text)
{
    return sh_says(repo, "git show main:docs/a.md", text);
}

Test(source_git_write, a_save_is_a_commit_of_this_file)
{
    canon_change change = change_of("docs/a.md", blob_of("one\n"), "two\r\n");

    change.message = "docs: say two\n\nBecause.";
    change.author_name = "Bea";
    change.author_email = "bea@example.com";
    cr_assert(
        eq(int, cn_git_ops.write(state, &change, &written, &err), CANON_OK));
    cr_assert(sh_says(repo, "git rev-parse main", written.commit));
    cr_assert(sh_says(repo, "git rev-parse main:docs/a.md", written.blob));
    cr_assert(eq(str, written.branch, "main"));
    cr_assert(eq(i64, written.number, 0));
    cr_assert(eq(str, written.url, ""));
    cr_assert(sh_says(repo, "git log -1 --format='%an %ae %cn %ce %at %ct'",
                      "Bea bea@example.com Canon canon@localhost 1790000000 "
                      "1790000000"));
    cr_assert(sh_says(repo, "git log -1 --format=%B",
                      "docs: say two\n\n"
                      "Because.\n"));
    cr_assert(sh_says(repo, "git diff --stat=200 HEAD^ HEAD | tail -1",
                      " 1 file changed, 1 insertion(+), 1 deletion(-)"));
    cr_assert(sh_says(repo, "git fsck --strict 2>&1", ""));
}

Test(source_git_write, works_on_a_bare_repository)
{
    char *bare = repo_bare();
    void *s = open_with(&cn_git_ops, bare);
    canon_change change = change_of("docs/a.md", blob_of("one\n"), "two\n");

    sh(bare, "git pack-refs --all && git gc -q");
    cr_assert(eq(int, cn_git_ops.write(s, &change, &written, &err), CANON_OK));
    cr_assert(sh_says(bare, "git show main:docs/a.md", "two"));
    cr_assert(sh_says(bare, "git rev-list --count main", "2"));
    cn_git_ops.close(s);
    test_folder_remove(bare);
}

Test(source_git_write, has_defaults_for_message_and_author)
{
    cr_assert(eq(int, save_two(), CANON_OK));
    cr_assert(sh_says(repo, "git log -1 --format='%s|%an|%ae'",
                      "docs: update docs/a.md|Canon|canon@localhost"));
}

Test(source_git_write, names_with_the_signs_of_the_format_are_cleaned)
{
    canon_change change = change_of("docs/a.md", blob_of("one\n"), "two\n");

    change.author_name = "Bea <x>\nevil";
    change.author_email = "<>";
    cr_assert(
        eq(int, cn_git_ops.write(state, &change, &written, &err), CANON_OK));
    cr_assert(sh_says(repo, "git log -1 --format='%an|%ae'",
                      "Bea  x  evil|canon@localhost"));
    cr_assert(sh_says(repo, "git fsck --strict 2>&1", ""));
}

Test(source_git_write, makes_new_files_and_their_folders)
{
    cr_assert(eq(int, save("new/deep/b.md", "", "b"), CANON_OK));
    cr_assert(sh_says(repo, "git show main:new/deep/b.md", "b"));
    cr_assert(
        sh_says(repo, "cat new/deep/b.md && git status --porcelain", "b"));
    cr_assert(eq(int, save("empty.md", "", ""), CANON_OK));
    cr_assert(sh_says(repo, "git cat-file -s main:empty.md", "0"));
}

Test(source_git_write, keeps_the_mode_of_a_file)
{
    sh(repo, "chmod +x docs/a.md && git commit -q -am x");
    cr_assert(eq(int, save_two(), CANON_OK));
    cr_assert(
        sh_says(repo, "git ls-tree main docs/a.md | cut -c1-6", "100755"));
    cr_assert(sh_says(repo, "git status --porcelain", ""));
}

Test(source_git_write, a_text_that_is_there_already_makes_no_commit)
{
    cr_assert(eq(int, save("docs/a.md", blob_of("one\n"), "one\n"), CANON_OK));
    cr_assert(sh_says(repo, "git rev-list --count main", "1"));
    cr_assert(sh_says(repo, "git rev-parse main", written.commit));
    cr_assert(eq(str, written.blob, (char *)blob_of("one\n")));
}

/* clang-format off */
static const struct {
    const char *path;
    const char *old; /* NULL: a new file */
    int rc;
} refused[] = {
    {"docs/a.md", "other\n", CANON_ECONFLICT},
    {"docs/a.md", NULL, CANON_ECONFLICT},
    {"docs/none.md", "one\n", CANON_ECONFLICT},
    {"docs", NULL, CANON_ECONFLICT},
    {"docs/a.md/b.md", NULL, CANON_ECONFLICT},
    {"link.md", "docs/a.md", CANON_ECONFLICT},
    {"link.md", NULL, CANON_ECONFLICT},
    {"sub.md", NULL, CANON_ECONFLICT},
    {"sub.md/x.md", NULL, CANON_ECONFLICT},
    {".git/config", NULL, CANON_EINVAL},
    {"docs/.git/x.md", NULL, CANON_EINVAL},
    {"../a.md", NULL, CANON_EINVAL},
    {"/a.md", NULL, CANON_EINVAL},
};
/* clang-format on */

ParameterizedTestParameters(source_git_write, refuses_what_does_not_fit)
{
    return cn_test_indexes(sizeof(refused) / sizeof(refused[0]));
}

ParameterizedTest(size_t *i, source_git_write, refuses_what_does_not_fit)
{
    const char *base = refused[*i].old ? blob_of(refused[*i].old) : "";
    char *head;

    sh(repo, "ln -s docs/a.md link.md && git init -q sub.md && cd sub.md && "
             "git commit -q --allow-empty -m s && cd .. && "
             "git add . 2>/dev/null && git commit -q -m odd");
    head = sh_out(repo, "git rev-parse main");
    cr_assert(eq(int, save(refused[*i].path, base, "x"), refused[*i].rc), "%s",
              refused[*i].path);
    cr_assert(sh_says(repo, "git rev-parse main", head));
    cr_assert(sh_says(repo, "git status --porcelain", ""));
    free(head);
}

Test(source_git_write, a_repository_without_commits_says_so)
{
    char *fresh = test_folder();
    void *s;
    canon_change change = change_of("a.md", "", "a");

    sh(fresh, "git init -q .");
    s = open_with(&cn_git_ops, fresh);
    cr_assert(
        eq(int, cn_git_ops.write(s, &change, &written, &err), CANON_ENOTFOUND));
    cr_assert(strstr(err.text, "no commits yet") != NULL);
    cn_git_ops.close(s);
    test_folder_remove(fresh);
}

Test(source_git_write, a_clean_file_follows_in_the_work_tree)
{
    cr_assert(eq(int, save_two(), CANON_OK));
    cr_assert(sh_says(repo, "git status --porcelain; cat docs/a.md", "two"));
}

static void *save_apart(void *rc)
{
    *(int *)rc = save_two();
    return NULL;
}

Test(source_git_write, a_small_stack_is_enough)
{
    pthread_attr_t attr;
    pthread_t thread;
    int rc = -1;

    cr_assert(zero(int, pthread_attr_init(&attr)));
    cr_assert(zero(int, pthread_attr_setstacksize(&attr, 102400)));
    cr_assert(zero(int, pthread_create(&thread, &attr, save_apart, &rc)));
    cr_assert(zero(int, pthread_join(thread, NULL)));
    pthread_attr_destroy(&attr);
    cr_assert(eq(int, rc, CANON_OK), "%s", err.text);
    cr_assert(is_committed("two"));
}

Test(source_git_write, other_changes_of_the_work_tree_stay)
{
    test_write(repo, "README.md", "mine\n");
    test_write(repo, "staged.md", "staged\n");
    test_write(repo, "untracked.md", "untracked\n");
    sh(repo, "git add staged.md");
    cr_assert(eq(int, save_two(), CANON_OK));
    cr_assert(sh_says(repo, "cat docs/a.md README.md && git status --porcelain",
                      "two\nmine\n M README.md\nA  staged.md\n"
                      "?? untracked.md"));
}

Test(source_git_write, a_file_with_changes_in_the_work_tree_stays)
{
    char *before;

    test_write(repo, "docs/a.md", "mine\n");
    before = sh_out(repo, "sha1sum .git/index");
    cr_assert(eq(int, save_two(), CANON_OK));
    cr_assert(is_committed("two"));
    cr_assert(sh_says(repo, "cat docs/a.md", "mine"));
    cr_assert(sh_says(repo, "sha1sum .git/index", before));
    free(before);
}

Test(source_git_write, a_file_with_staged_changes_stays)
{
    test_write(repo, "docs/a.md", "staged\n");
    sh(repo, "git add docs/a.md");
    cr_assert(eq(int, save_two(), CANON_OK));
    cr_assert(is_committed("two"));
    cr_assert(sh_says(repo, "cat docs/a.md && git show :docs/a.md",
                      "staged\nstaged"));
}

Test(source_git_write, a_change_that_is_only_staged_stays)
{
    test_write(repo, "docs/a.md", "staged\n");
    sh(repo, "git add docs/a.md");
    test_write(repo, "docs/a.md", "one\n");
    cr_assert(eq(int, save_two(), CANON_OK));
    cr_assert(is_committed("two"));
    cr_assert(
        sh_says(repo, "cat docs/a.md && git show :docs/a.md", "one\nstaged"));
}

Test(source_git_write, a_file_that_was_deleted_in_the_work_tree_stays_away)
{
    sh(repo, "rm docs/a.md");
    cr_assert(eq(int, save_two(), CANON_OK));
    cr_assert(is_committed("two"));
    cr_assert(sh_says(repo, "ls docs", ""));
}

Test(source_git_write, an_untracked_file_is_not_overwritten)
{
    test_write(repo, "docs/b.md", "mine\n");
    cr_assert(eq(int, save("docs/b.md", "", "theirs\n"), CANON_OK));
    cr_assert(sh_says(repo, "cat docs/b.md && git show main:docs/b.md",
                      "mine\ntheirs"));
}

Test(source_git_write, a_link_in_the_way_is_not_followed)
{
    char *outside = test_folder();

    test_write(outside, "a.md", "one\n");
    sh(repo, "rm -r docs && ln -s '%s' docs", outside);
    cr_assert(eq(int, save_two(), CANON_OK));
    cr_assert(is_committed("two"));
    cr_assert(sh_says(outside, "cat a.md; ls", "one\na.md"));
    test_folder_remove(outside);
}

Test(source_git_write, line_ends_follow_the_rules_of_the_work_tree)
{
    sh(repo, "git config core.autocrlf true && rm -r docs && "
             "git checkout -q -- docs && git status --porcelain");
    cr_assert(eq(int, save_two(), CANON_OK));
    cr_assert(sh_says(repo, "git cat-file -s main:docs/a.md", "4"));
    cr_assert(
        sh_says(repo, "stat -c %s docs/a.md && git status --porcelain", "5"));
}

Test(source_git_write, the_work_tree_of_another_branch_stays)
{
    sh(repo, "git checkout -q --detach");
    cr_assert(eq(int, save_two(), CANON_OK));
    cr_assert(is_committed("two"));
    cr_assert(sh_says(repo, "git status --porcelain; cat docs/a.md", "one"));
}

Test(source_git_write, a_detached_head_without_branches_cannot_be_saved_to)
{
    sh(repo, "git branch -m main trunk && git checkout -q --detach");
    cr_assert(eq(int, save_two(), CANON_EUNSUPPORTED));
}

Test(source_git_write, a_merge_under_way_is_not_disturbed)
{
    char *before;

    sh(repo, "git switch -q -c side && echo s >README.md && "
             "git commit -q -am s && git switch -q main && "
             "echo m >README.md && git commit -q -am m && "
             "! git merge -q side");
    before = sh_out(repo, "git status --porcelain && sha1sum .git/index");
    cr_assert(eq(int, save_two(), CANON_OK));
    cr_assert(is_committed("two"));
    cr_assert(sh_says(repo, "cat docs/a.md", "one"));
    free(before);
}

Test(source_git_write, an_index_that_is_locked_does_not_stop_the_commit)
{
    test_write(repo, ".git/index.lock", "");
    cr_assert(eq(int, save_two(), CANON_OK));
    cr_assert(is_committed("two"));
    cr_assert(sh_says(repo, "cat docs/a.md", "one"));
}

Test(source_git_write, a_branch_that_stays_locked_is_busy)
{
    test_write(repo, ".git/refs/heads/main.lock", "");
    cr_assert(eq(int, save_two(), CANON_EBUSY));
    cr_assert(sh_says(repo, "git rev-list --count main", "1"));
    cr_assert(sh_says(repo, "git status --porcelain", ""));
}

Test(source_git_write, waiting_for_the_branch_ends_when_interrupted)
{
    test_write(repo, ".git/refs/heads/main.lock", "");
    host_interrupted = true;
    cr_assert(eq(int, save_two(), CANON_ECANCELED));
}

Test(source_git_write, a_commit_of_something_else_is_no_conflict)
{
    cr_assert(
        eq(int, reads(&cn_git_ops, state, "docs/a.md", "one\n"), CANON_OK));
    sh(repo, "echo x >README.md && git commit -q -am other");
    cr_assert(eq(int, save_two(), CANON_OK));
    cr_assert(sh_says(repo, "git rev-list --count main", "3"));
    cr_assert(sh_says(repo, "git status --porcelain; cat README.md", "x"));
}

Test(source_git_write, of_a_hundred_writers_none_is_lost, .timeout = 120)
{
    race(&cn_git_ops, repo);
    cr_assert(sh_says(repo, "git rev-list --count main", "101"));
    cr_assert(sh_says(repo, "git show main:docs/a.md | wc -l", "101"));
    cr_assert(sh_says(repo, "git status --porcelain; wc -l <docs/a.md", "101"));
    cr_assert(
        sh_says(repo, "git fsck --strict 2>&1 | grep -v dangling; :", ""));
}

Test(source_git_write, the_git_program_may_commit_meanwhile, .timeout = 120)
{
    sh(repo, "{ for i in $(seq 30); do echo $i >README.md; "
             "git commit -q -m $i -- README.md; done; touch .git/ready; } "
             ">/dev/null 2>&1 & :");
    for (int i = 0; i < 30; i++) {
        char old[32];
        char text[32];

        snprintf(old, sizeof(old), i ? "%d\n" : "one\n", i);
        snprintf(text, sizeof(text), "%d\n", i + 1);
        cr_assert(eq(int, save("docs/a.md", blob_of(old), text), CANON_OK),
                  "%s", err.text);
    }
    sh(repo, "for i in $(seq 300); do test -e .git/ready && break; "
             "sleep 0.1; done");
    cr_assert(is_committed("30"));
    cr_assert(
        sh_says(repo, "git log --format=%s main -- docs/a.md | wc -l", "31"));
}

/* Saves until it is killed. */
static void save_for_ever(void)
{
    char base[72];
    canon_revision now = {"", "", 0};

    for (int i = 0;; i++) {
        canon_buf text = CANON_BUF_INIT;
        char next[32];

        if (cn_git_ops.read(state, &now, "docs/a.md", 99, &text, base, NULL))
            _exit(1);
        snprintf(next, sizeof(next), "%d %d\n", (int)getpid(), i);
        save("docs/a.md", base, next);
        canon_buf_free(&text);
    }
}

Test(source_git_write, a_killed_writer_leaves_a_sound_repository,
     .timeout = 120)
{
    for (int i = 0; i < 15; i++) {
        pid_t child = fork();

        if (child == 0)
            save_for_ever();
        cn_source_pause(20 + 3 * i);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        sh(repo, "git fsck --strict --no-dangling && git show main:docs/a.md "
                 "&& rm -f .git/index.lock .git/refs/heads/main.lock "
                 ".git/HEAD.lock");
    }
}

static int propose(const char *branch)
{
    canon_change change = change_of("docs/a.md", blob_of("one\n"), "two\n");

    change.branch = branch;
    return cn_git_ops.propose(state, &change, &written, &err);
}

Test(source_git_propose, is_a_commit_on_a_new_branch, .init = set_up,
     .fini = tear_down)
{
    cr_assert(eq(int, propose("edit/one"), CANON_OK));
    cr_assert(eq(str, written.branch, "edit/one"));
    cr_assert(sh_says(repo, "git show edit/one:docs/a.md", "two"));
    cr_assert(sh_says(repo, "git rev-parse edit/one", written.commit));
    cr_assert(
        sh_says(repo, "git rev-parse edit/one^ main | uniq | wc -l", "1"));
    cr_assert(is_committed("one"));
    cr_assert(sh_says(repo,
                      "git status --porcelain; git branch "
                      "--show-current",
                      "main"));
}

Test(source_git_propose, makes_names_of_its_own, .init = set_up,
     .fini = tear_down)
{
    host_random = 0xa0;
    cr_assert(eq(int, propose(NULL), CANON_OK));
    cr_assert(eq(str, written.branch, "canon/edit-a0a0a0a0"));
    host_random = 0xa0;
    cr_assert(eq(int, propose(""), CANON_OK));
    cr_assert(eq(str, written.branch, "canon/edit-a1a1a1a1"));
}

Test(source_git_propose, gives_up_after_three_names, .init = set_up,
     .fini = tear_down)
{
    sh(repo, "git branch canon/edit-b0b0b0b0 && git branch canon/edit-b1b1b1b1 "
             "&& git branch canon/edit-b2b2b2b2");
    host_random = 0xb0;
    cr_assert(eq(int, propose(NULL), CANON_ECONFLICT));
    cr_assert(eq(int, host_random, 0xb3));
}

Test(source_git_propose, a_branch_that_exists_is_a_conflict, .init = set_up,
     .fini = tear_down)
{
    sh(repo, "git branch old && git branch deep/er && git pack-refs --all");
    cr_assert(eq(int, propose("old"), CANON_ECONFLICT));
    cr_assert(strstr(err.text, "exists already") != NULL);
    cr_assert(eq(int, propose("old/er"), CANON_ECONFLICT));
    cr_assert(eq(int, propose("deep"), CANON_ECONFLICT));
    sh(repo, "git branch loose");
    cr_assert(eq(int, propose("loose"), CANON_ECONFLICT));
    cr_assert(eq(int, propose("loose/er"), CANON_ECONFLICT));
}

Test(source_git_propose, a_stale_base_is_a_conflict_without_a_branch,
     .init = set_up, .fini = tear_down)
{
    canon_change change = change_of("docs/a.md", blob_of("old"), "two\n");

    change.branch = "edit";
    cr_assert(eq(int, cn_git_ops.propose(state, &change, &written, &err),
                 CANON_ECONFLICT));
    cr_assert(
        sh_says(repo, "git branch --format='%(refname)'", "refs/heads/main"));
}

/* clang-format off */
static const char *const bad_names[] = {
    "main", "HEAD", "-x", "a..b", "a b", "a~b", "a^b", "a:b", "a?b", "a*b",
    "a[b", "a\\b", "/a", "a/", "a//b", ".a", "a/.b", "a.lock", "a/b.lock/c",
    "a.", "@", "a@{b", "a\177b", "a\nb",
};
/* clang-format on */

ParameterizedTestParameters(source_git_propose, refuses_bad_names)
{
    return cn_test_indexes(sizeof(bad_names) / sizeof(bad_names[0]));
}

ParameterizedTest(size_t *i, source_git_propose, refuses_bad_names,
                  .init = set_up, .fini = tear_down)
{
    cr_assert(eq(int, propose(bad_names[*i]), CANON_EINVAL), "%s",
              bad_names[*i]);
    cr_assert(
        sh_says(repo, "git branch --format='%(refname)'", "refs/heads/main"));
}

Test(source_git_propose, a_name_of_300_bytes_is_refused, .init = set_up,
     .fini = tear_down)
{
    char name[301];

    memset(name, 'a', 300);
    name[300] = '\0';
    cr_assert(eq(int, propose(name), CANON_EINVAL));
}
