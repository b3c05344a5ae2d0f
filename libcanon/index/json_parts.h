/* What the JSON of repositories and of documents have in common. */
#ifndef CN_INDEX_JSON_PARTS_H
#define CN_INDEX_JSON_PARTS_H

#include "json.h"
#include "repos.h"

/* The member github_url: the file on the default branch. */
void cn_write_github_url(cn_json *w, const cn_repo_row *repo, const char *path);

#endif
