#include "ticket.h"

#include "escape.h"

#include <string.h>

static const struct {
    const char *system;
    const char *url; /* before the id */
} trackers[] = {
    {"asana", "https://app.asana.com/0/0/"},
    {"linear", "https://linear.app/issue/"},
};

/* "owner/repo#7", or "#7" in the repository of the document. */
static void put_github(cn_buf *out, cn_slice id, const char *own)
{
    size_t hash = cn_slice_find(id, '#');
    cn_slice repo = hash ? cn_slice_first(id, hash) : cn_str(own);

    if (hash == id.len || !repo.len || cn_slice_find(repo, '/') == repo.len)
        return;
    cn_buf_puts(out, "https://github.com/");
    cn_url_escape_path(out, repo);
    cn_buf_puts(out, "/issues/");
    cn_url_escape(out, cn_slice_from(id, hash + 1));
}

void cn_ticket_url(cn_buf *out, const cn_ticket *t)
{
    cn_slice id = cn_str(t->id);

    for (size_t i = 0; i < sizeof(trackers) / sizeof(trackers[0]); i++) {
        if (strcmp(t->system, trackers[i].system) == 0) {
            cn_buf_puts(out, trackers[i].url);
            cn_url_escape(out, id);
        }
    }
    if (strcmp(t->system, "jira") == 0 && t->jira_host && *t->jira_host) {
        cn_buf_puts(out, "https://");
        cn_url_escape(out, cn_str(t->jira_host));
        cn_buf_puts(out, "/browse/");
        cn_url_escape(out, id);
    }
    if (strcmp(t->system, "github") == 0)
        put_github(out, id, t->repo ? t->repo : "");
}
