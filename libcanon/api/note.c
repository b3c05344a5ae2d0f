/*
 * What is told about credentials: who has signed in, who was turned away, who
 * has made a key. The log gets it with the caller and his address; the host's
 * event gets it without, since events carry no personal data.
 */
#include "api.h"

/* One line, so that programs can read it, too. */
static void log_note(cn_call *c, const cn_note *note)
{
    cn_buf line = CN_BUF_INIT(CN_ANSWER_MAX);
    cn_json w = cn_json_to(&line);

    cn_json_object(&w, NULL);
    cn_json_str(&w, "actor_sub", note->sub);
    cn_json_str(&w, "org", note->org);
    cn_json_str(&w, "ip", cn_call_address(c));
    cn_json_raw(&w, "detail", cn_str(note->detail));
    cn_json_end_object(&w);
    if (!line.rc)
        canon_log(c->conn, CANON_LOG_INFO, "auth", "%s %.900s", note->event,
                  cn_buf_text(&line));
    cn_buf_free(&line);
}

void cn_call_note(cn_call *c, const cn_note *note)
{
    cn_note full = *note;

    if (!full.sub)
        full.sub = c->who.sub;
    if (!full.org)
        full.org = c->who.org;
    if (!full.detail)
        full.detail = "{}";
    log_note(c, &full);
    canon_event_emit(c->conn, full.event, full.org, full.detail);
}

void cn_call_note_denied(cn_call *c, const char *reason, const char *name,
                         const char *value)
{
    cn_buf detail = CN_BUF_INIT(CN_ANSWER_MAX);
    cn_json w = cn_json_to(&detail);
    cn_note note = {"auth_denied", NULL, NULL, NULL};

    cn_json_object(&w, NULL);
    cn_json_str(&w, "reason", reason);
    cn_json_str(&w, "path", c->path);
    if (name)
        cn_json_str(&w, name, value);
    cn_json_end_object(&w);
    note.detail = cn_buf_text(&detail);
    if (!detail.rc)
        cn_call_note(c, &note);
    cn_buf_free(&detail);
}
