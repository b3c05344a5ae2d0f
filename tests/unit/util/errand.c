#include "errand.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>

typedef struct visit {
    pthread_t thread;
    bool takes_signals;
} visit;

static int look_around(void *user)
{
    visit *v = user;
    sigset_t blocked;

    v->thread = pthread_self();
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    v->takes_signals = !sigismember(&blocked, SIGTERM);
    return -7;
}

Test(errand, runs_on_a_thread_of_its_own_without_signals)
{
    visit v = {.takes_signals = true};
    cn_errand e = {.run = look_around, .user = &v};
    sigset_t blocked;

    cr_assert(cn_errand_start(&e, 256 * 1024));
    cr_assert(eq(int, cn_errand_wait(&e), -7));
    cr_assert(not(v.takes_signals));
    cr_assert(not(pthread_equal(v.thread, pthread_self())));
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    cr_assert(eq(int, sigismember(&blocked, SIGTERM), 0));
}

Test(errand, needs_not_be_sent)
{
    cn_errand e = {.run = look_around};

    cr_assert(eq(int, cn_errand_wait(&e), 0));
}

Test(errand, says_that_there_is_no_thread)
{
    cn_errand e = {.run = look_around};

    cr_assert(not(cn_errand_start(&e, 1))); /* below the least stack */
    cr_assert(eq(int, cn_errand_wait(&e), 0));
}
