/*
 * canon parse: a document as JSON.
 */
#include "program.h"

#include <string.h>
#include <unistd.h>

static int print(const canon_buf *text, const char *path)
{
    canon_spec_options options = CANON_SPEC_OPTIONS_INIT;
    canon_spec *spec = NULL;
    canon_buf json = CANON_BUF_INIT;
    canon_error err = {0, ""};
    int rc;

    options.file_path = strcmp(path, "-") == 0 ? "" : path;
    rc = canon_spec_parse(text->data, text->len, &options, &spec, &err);
    if (!rc)
        rc = canon_spec_json(spec, &json, &err);
    canon_spec_free(spec);
    return put_buf(rc, &json, &err);
}

static int run(const invocation *call)
{
    const char *path = call->count ? call->args[0] : "-";
    canon_buf text = CANON_BUF_INIT;
    int status;

    if (!call->count && isatty(STDIN_FILENO))
        note(call, "reading a document from the terminal; end it with Ctrl-D");
    status = read_file(path, &text);
    if (!status)
        status = print(&text, path);
    canon_buf_free(&text);
    return status;
}

const command parse_command = {
    "parse",
    "[FILE]",
    0,
    1,
    BIT(QUIET),
    0,
    "a spec as JSON",
    "Reads a spec, from FILE or standard input, and prints front matter, "
    "sections, criteria, scenarios and evidence as JSON. Nothing in a document "
    "makes it fail; canon lint tells what is doubtful.",
    "canon parse docs/specs/refunds.md | jq '.sections[].title'\n"
    "git show main:docs/specs/refunds.md | canon parse",
    run,
};
