#include "errand.h"

#include <signal.h>

static void *run(void *user)
{
    cn_errand *e = user;

    e->rc = e->run(e->user);
    return NULL;
}

bool cn_errand_start(cn_errand *e, size_t stack)
{
    pthread_attr_t attr;
    sigset_t all;
    sigset_t before;

    e->rc = 0;
    if (pthread_attr_init(&attr))
        return false;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before); /* inherited */
    e->away = !pthread_attr_setstacksize(&attr, stack) &&
              !pthread_create(&e->thread, &attr, run, e);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
    return e->away;
}

int cn_errand_wait(cn_errand *e)
{
    if (e->away)
        (void)pthread_join(e->thread, NULL); /* fails for no thread of ours */
    e->away = false;
    return e->rc;
}
