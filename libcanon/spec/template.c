/*
 * New documents: the editor's template and one for each type. The texts are
 * described in libcanon/docs/spec-format.md, "Templates".
 */
#include "canon/spec.h"
#include "write.h"

#include "fail.h"
#include "utf8.h"

#include <stddef.h>

#define MAX_TEMPLATE ((size_t)256 * 1024) /* a title cannot make it longer */

typedef struct type_template {
    const char *type;
    const char *title;
    const char *sections;
} type_template;

static const char editor_sections[] =
    "## 1. Overview\n\n"
    "_What changes, for whom, and why now?_\n\n"
    "## 2. Requirements\n\n"
    "### Acceptance Criteria\n\n"
    "- [ ] Something a reviewer can check\n"
    "- [ ] Something else a reviewer can check\n\n"
    "## 3. Design\n\n"
    "_How will it work? Name the parts that change._\n\n"
    "## 4. Rollout Plan\n\n"
    "_How does it reach users, and how do we notice that it went wrong?_\n";

static const type_template types[] = {
    {"adr", "ADR-NNNN: Untitled Decision",
     "## 1. Context\n\n"
     "_Which forces make a decision necessary, and which of them are fixed?_\n\n"
     "## 2. Decision\n\n"
     "_What was decided, in one sentence that starts with \"We will\"._\n\n"
     "## 3. Consequences\n\n"
     "_What becomes easier, what becomes harder, and what has to follow?_\n\n"
     "## 4. Status\n\n"
     "_Proposed, accepted or superseded: since when, and by whom?_\n"},
    {"design", "Untitled Design Doc",
     "## 1. Overview\n\n"
     "_What is being built, in a paragraph a newcomer understands?_\n\n"
     "## 2. Goals and Non-Goals\n\n"
     "_Where does this design begin, and where does it stop?_\n\n"
     "### Goals\n\n"
     "- What must be true when this is done\n\n"
     "### Non-Goals\n\n"
     "- What is left alone on purpose\n\n"
     "## 3. Architecture\n\n"
     "_Which parts are there, and how do they talk to each other?_\n\n"
     "## 4. Data Model\n\n"
     "_What is stored where, for how long, and under which key?_\n\n"
     "## 5. API Design\n\n"
     "_Which calls can others make, and what do failures look like?_\n\n"
     "## 6. Security Considerations\n\n"
     "_Who could misuse this, and what stops them?_\n\n"
     "## 7. Testing Strategy\n\n"
     "_How will we know that it works, and that it keeps working?_\n"},
    {"proposal", "Untitled Proposal",
     "## 1. Problem Statement\n\n"
     "_Who has which problem, how often, and what does it cost them?_\n\n"
     "## 2. Proposed Solution\n\n"
     "_What should be done, in enough detail to disagree with?_\n\n"
     "## 3. Alternatives Considered\n\n"
     "_What else was thought of, doing nothing included, and why not that?_\n\n"
     "## 4. Impact Analysis\n\n"
     "_Which teams, systems and customers notice, and how?_\n\n"
     "## 5. Open Questions\n\n"
     "_What has to be answered before work can start, and by whom?_\n"},
    {"spec", "Untitled Spec",
     "## 1. Background\n\n"
     "_Why does this exist, and what has been tried before?_\n\n"
     "## 2. Requirements\n\n"
     "_What must it do, and what must it never do?_\n\n"
     "### Acceptance Criteria\n\n"
     "- [ ] Something a reviewer can check\n\n"
     "## 3. Design\n\n"
     "_How will it work? Name the parts that change._\n\n"
     "## 4. Rollout Plan\n\n"
     "_How does it reach users, and how do we notice that it went wrong?_\n"},
};

static int find_type(const char *name, const type_template **out,
                     canon_error *err)
{
    *out = NULL;
    if (!name)
        return CANON_OK;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (strcmp(types[i].type, name) == 0) {
            *out = &types[i];
            return CANON_OK;
        }
    }
    return cn_fail(err, CANON_EINVAL,
                   "no template for type %.40s: adr, design, proposal, spec",
                   name);
}

static void put_field(cn_buf *out, const char *key, const char *value)
{
    cn_buf_puts(out, key);
    cn_buf_puts(out, ": ");
    cn_write_scalar(out, cn_str(value));
    cn_buf_putc(out, '\n');
}

static void put_quoted_field(cn_buf *out, const char *key, const char *value)
{
    cn_buf_puts(out, key);
    cn_buf_puts(out, ": ");
    cn_write_quoted(out, cn_str(value));
    cn_buf_putc(out, '\n');
}

/* A heading is one line: white space of any kind becomes one blank. */
static void put_heading(cn_buf *out, const char *title)
{
    cn_slice rest = cn_slice_trim(cn_str(title));
    bool blank = false;

    cn_buf_puts(out, "# ");
    for (size_t i = 0; i < rest.len; i++) {
        if (cn_is_space(rest.ptr[i])) {
            blank = true;
            continue;
        }
        if (blank)
            cn_buf_putc(out, ' ');
        blank = false;
        cn_buf_putc(out, rest.ptr[i]);
    }
    cn_buf_puts(out, "\n\n");
}

static void put_editor_template(cn_buf *out, const canon_template *what)
{
    cn_buf_puts(out, "---\n");
    put_field(out, "title", what->title ? what->title : "Untitled Spec");
    cn_buf_puts(out, "status: draft\n");
    put_field(out, "owner", what->owner);
    cn_buf_puts(out, "team: \"\"\nreview_status: draft\n");
    put_quoted_field(out, "created", what->date);
    cn_buf_puts(out, "tags: []\n---\n\n");
    cn_buf_puts(out, editor_sections);
}

static void put_type_template(cn_buf *out, const type_template *type,
                              const canon_template *what)
{
    const char *title = what->title ? what->title : type->title;

    cn_buf_puts(out, "---\n");
    put_quoted_field(out, "title", title);
    put_field(out, "type", type->type);
    cn_buf_puts(out, "status: draft\n");
    put_field(out, "owner", what->owner);
    cn_buf_puts(out, "team: \"\"\nreview_status: draft\ntags: []\n"
                     "depends_on: []\n");
    put_quoted_field(out, "created", what->date);
    cn_buf_puts(out, "updated: \"\"\n---\n\n");
    put_heading(out, title);
    cn_buf_puts(out, type->sections);
}

static int check_text(const char *name, const char *text, canon_error *err)
{
    if (!cn_utf8_ok(cn_str(text)))
        return cn_fail(err, CANON_EINVAL, "%s is not valid UTF-8", name);
    return CANON_OK;
}

int canon_spec_template(const canon_template *what, canon_buf *out,
                        canon_error *err)
{
    cn_buf b = CN_BUF_INIT(MAX_TEMPLATE);
    canon_template t = {0};
    const type_template *type = NULL;
    int rc = CANON_OK;

    canon_buf_free(out);
    if (what && what->size < sizeof(size_t))
        return cn_fail(err, CANON_EINVAL, "canon_template without its size");
    if (what)
        memcpy(&t, what, what->size < sizeof(t) ? what->size : sizeof(t));
    rc = find_type(t.type, &type, err);
    if (!rc)
        rc = check_text("title", t.title, err);
    if (!rc)
        rc = check_text("owner", t.owner, err);
    if (!rc)
        rc = check_text("date", t.date, err);
    if (rc)
        return rc;
    if (type)
        put_type_template(&b, type, &t);
    else
        put_editor_template(&b, &t);
    return cn_buf_export(&b, out, err);
}
