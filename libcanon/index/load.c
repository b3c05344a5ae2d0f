/*
 * The files of a run, in groups: while one is written, the next one is read
 * and parsed, so that the database and this process work at the same time. A
 * run of one group, which is nearly every one, needs no other thread.
 */
#include "index_parts.h"

#include "errand.h"
#include "fail.h"

#include <stdio.h>

#define GROUP_DOCS  200
#define GROUP_BYTES ((size_t)2 * 1024 * 1024) /* ten times that when parsed */
#define LOAD_DOCS   20 /* a first group of so many may begin a full load */
#define TELL_EVERY  20 /* files between two reports of progress */
#define STACK       ((size_t)1024 * 1024)

/* A group, and what became of its files. */
typedef struct part {
    cn_group group;
    canon_index_report report;
} part;

/* The writing of a part. Of the run, the job and the counts of what was
 * written are its own while it is away. */
typedef struct writing {
    cn_run *run;
    canon_conn *conn; /* the run's, or its twin */
    canon_conn *twin; /* NULL: not needed so far */
    part *part;
    cn_errand errand;
} writing;

static int write_part(void *user)
{
    const writing *w = user;
    canon_conn *conn = w->conn;
    canon_index_report *done = &w->part->report;
    cn_run *r = w->run;
    bool is_load =
        w->part->group.items.count >= LOAD_DOCS && r->own.indexed == 0;
    int rc = cn_conn_begin(conn, CN_DB_WRITE);

    if (!rc)
        rc = cn_group_write(conn, &w->part->group);
    r->own.indexed += done->indexed;
    r->own.errors += done->errors;
    if (!*r->own.first_error)
        snprintf(r->own.first_error, sizeof(r->own.first_error), "%s",
                 done->first_error);
    memset(done, 0, sizeof(*done));
    if (!rc && is_load)
        rc = cn_store_docs_analyze(conn->db, &conn->err);
    if (!rc)
        rc = cn_run_job_update(conn, r, "running", 0);
    cn_group_reset(&w->part->group);
    return cn_conn_end(conn, rc);
}

/* Wait for the part that is away; rc is what happened meanwhile. */
static int wait_for_part(writing *w, int rc)
{
    int written = cn_errand_wait(&w->errand);

    w->errand.rc = CANON_OK;
    if (rc || !written)
        return rc;
    w->run->conn->err = w->twin->err;
    return written;
}

/* Write a part, when possible while the caller goes on. */
static int send_part(writing *w, part *p)
{
    canon_conn *own = w->run->conn;

    w->part = p;
    if (!w->twin && cn_conn_twin(own, &w->twin))
        cn_fail_clear(&own->err); /* then one after the other */
    w->conn = w->twin;
    if (w->twin && cn_errand_start(&w->errand, STACK))
        return CANON_OK;
    w->conn = own;
    return write_part(w);
}

/* A file that vanished since the source was listed. */
static int note_gone(cn_run *r, const cn_planned *file)
{
    int64_t *id;

    if (!file->known)
        return CANON_OK;
    id = cn_array_push(&r->plan.gone);
    if (!id)
        return cn_fail_memory(&r->conn->err);
    *id = file->known->id;
    return CANON_OK;
}

/* Read files into a group until it is full. */
static int fill_group(cn_run *r, cn_group *group, size_t *at)
{
    int rc = CANON_OK;

    while (!rc && *at < r->plan.files.count &&
           group->items.count < GROUP_DOCS && group->bytes < GROUP_BYTES) {
        const cn_planned *file = cn_array_at(&r->plan.files, (*at)++);
        cn_fetched how;

        if (*at % TELL_EVERY == 0)
            rc = cn_run_tell(r, file->path);
        if (!rc)
            rc = cn_fetch(r->conn, &r->from, file, &r->patterns, group, &how);
        if (!rc && how == CN_FETCHED_SAME)
            r->own.unchanged++;
        if (!rc && how == CN_FETCHED_GONE)
            rc = note_gone(r, file);
        r->progress.done++;
    }
    return rc;
}

/* All groups, two of them in memory. */
static int load_groups(cn_run *r, part parts[2])
{
    writing w = {.run = r, .conn = r->conn, .errand = {.run = write_part}};
    size_t at = 0;
    int turn = 0;
    int rc = CANON_OK;

    w.errand.user = &w;
    while (!rc && at < r->plan.files.count) {
        part *p = &parts[turn];

        turn = !turn;
        rc = wait_for_part(&w, fill_group(r, &p->group, &at));
        if (!rc && at < r->plan.files.count) {
            rc = send_part(&w, p);
        } else if (!rc) {
            w.conn = r->conn;
            w.part = p;
            rc = write_part(&w);
        }
    }
    rc = wait_for_part(&w, rc);
    canon_disconnect(w.twin);
    return rc;
}

int cn_run_load(cn_run *r)
{
    canon_conn *conn = r->conn;
    part parts[2];
    int rc;

    if (r->plan.files.count == 0)
        return CANON_OK; /* such a run is recorded at its end */
    memset(parts, 0, sizeof(parts));
    for (size_t i = 0; i < 2; i++) {
        cn_group_init(&parts[i].group, r->repo.org, &r->repo, &parts[i].report);
        parts[i].group.now_us = r->now_us;
    }
    rc = cn_conn_acquire(conn, CN_DB_WRITE);
    if (!rc)
        rc = cn_tx_retry(conn, CN_TX_WRITE, cn_run_job_start, r);
    cn_conn_release(conn);
    if (!rc)
        rc = load_groups(r, parts);
    for (size_t i = 0; i < 2; i++)
        cn_group_free(&parts[i].group);
    return rc;
}
