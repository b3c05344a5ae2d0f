/*
 * A spec as HTML, section by section. The document is parsed once; each block
 * belongs to the section whose lines it stands in. Criteria and steps of
 * scenarios are taken out of the text and drawn as lists of their own.
 */
#include "render.h"

#include "escape.h"
#include "fail.h"
#include "ticket.h"

#include <stdlib.h>

typedef struct page {
    cn_painter p;
    const canon_spec *spec;
    cn_markdown *md;
    cn_markdown_node *block; /* the next one at the top level */
    size_t scenario;         /* of the section: the next one */
    size_t offset;           /* lines before the body */
} page;

static void put_text(cn_buf *out, const char *text)
{
    cn_html_escape(out, cn_str(text));
}

/* "in_progress" as "In Progress". */
static void put_label(cn_buf *out, const char *name)
{
    bool first = true;

    for (; *name; name++) {
        char upper =
            *name >= 'a' && *name <= 'z' ? (char)(*name - 'a' + 'A') : *name;

        cn_buf_putc(out, *name == '_' ? ' ' : first ? upper : *name);
        first = *name == '_';
    }
}

static void put_badge(cn_buf *out, const char *kind, const char *name)
{
    cn_buf_printf(out, " <span class=\"%s-badge %s-%s\">", kind, kind, name);
    put_label(out, name);
    cn_buf_puts(out, "</span>");
}

static void put_ticket(page *g, const canon_section *s)
{
    cn_buf *out = g->p.out;
    cn_buf url = CN_BUF_INIT(CN_RENDER_MAX_OUT);
    const cn_ticket ticket = {s->ticket_system, s->ticket_id, g->p.o.repo,
                              g->p.o.jira_host};

    if (!s->ticket_system || !s->ticket_id)
        return;
    cn_ticket_url(&url, &ticket);
    cn_buf_printf(out, " <span class=\"ticket ticket-%s\">", s->ticket_system);
    if (url.len) {
        cn_buf_puts(out, "<a href=\"");
        cn_html_escape(out, cn_buf_all(&url));
        cn_buf_puts(out, "\" target=\"_blank\" rel=\"noopener\">");
    }
    put_text(out, s->ticket_id);
    cn_buf_puts(out, url.len ? "</a></span>" : "</span>");
    g->p.out_of_memory = g->p.out_of_memory || url.rc == CANON_ENOMEM;
    cn_buf_free(&url);
}

static void put_head(page *g, const canon_section *s)
{
    cn_buf *out = g->p.out;
    int level = s->depth + 1 > 6 ? 6 : s->depth + 1;
    int indent = s->parent == CANON_NO_SECTION ? 0 : (s->depth - 2) * 4;

    cn_buf_printf(out, "<div class=\"spec-section indent-%d\" id=\"section-",
                  indent < 0    ? 0
                  : indent > 12 ? 12
                                : indent);
    put_text(out, s->id);
    cn_buf_printf(out, "\">\n<h%d>", level);
    put_text(out, s->title);
    cn_buf_printf(out, "</h%d>\n<div class=\"spec-state\">", level);
    put_badge(out, "status", canon_state_name(s->state));
    if (s->delta != CANON_DELTA_NONE)
        put_badge(out, "delta", canon_delta_name(s->delta));
    put_ticket(g, s);
    if (s->blocked_by) {
        cn_buf_puts(out, " <span class=\"blocked-by\">blocked by ");
        put_text(out, s->blocked_by);
        cn_buf_puts(out, "</span>");
    }
    cn_buf_puts(out, "</div>\n");
}

/* The item of a criterion or step on a line of the file, or NULL. */
static cn_markdown_node *item_at(const page *g, size_t line)
{
    size_t low = 0;
    size_t high = g->p.taken_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (g->p.taken[middle].line + g->offset < line)
            low = middle + 1;
        else
            high = middle;
    }
    return low < g->p.taken_count && g->p.taken[low].line + g->offset == line
               ? g->p.taken[low].item
               : NULL;
}

static void put_criterion(page *g, const canon_criterion *c)
{
    cn_buf *out = g->p.out;
    cn_markdown_node *item = item_at(g, c->line);

    cn_buf_puts(out, c->checked ? "<li class=\"done\"><input type=\"checkbox\" "
                                  "checked=\"\" disabled=\"\" /> <del>"
                                : "<li><input type=\"checkbox\" "
                                  "disabled=\"\" /> ");
    if (item) {
        g->p.skip = 4; /* the box */
        cn_render_inlines(&g->p, cn_markdown_first(cn_markdown_first(item)),
                          NULL);
    } else {
        put_text(out, c->text);
    }
    cn_buf_puts(out, c->checked ? "</del>\n" : "\n");
    if (item)
        cn_render_rest(&g->p, item);
    cn_buf_puts(out, "</li>\n");
}

static void put_criteria(page *g, const canon_section *s)
{
    if (!s->criterion_count)
        return;
    cn_buf_puts(g->p.out, "<ul class=\"criteria\">\n");
    for (size_t i = 0; i < s->criterion_count; i++)
        put_criterion(g, &s->criteria[i]);
    cn_buf_puts(g->p.out, "</ul>\n");
}

static void put_step(page *g, const canon_step *step)
{
    cn_buf *out = g->p.out;
    cn_markdown_node *item = item_at(g, step->line);

    cn_buf_puts(out, "<li><strong>");
    put_text(out, step->keyword);
    cn_buf_puts(out, "</strong> ");
    put_text(out, step->text);
    if (step->strength != CANON_STRENGTH_NONE)
        cn_buf_printf(out, " [%s]", canon_strength_name(step->strength));
    cn_buf_putc(out, '\n');
    if (item)
        cn_render_rest(&g->p, item);
    cn_buf_puts(out, "</li>\n");
}

static void put_scenarios(page *g, const canon_section *s)
{
    for (size_t i = 0; i < s->scenario_count; i++) {
        const canon_scenario *scenario = &s->scenarios[i];

        cn_buf_puts(g->p.out, "<div class=\"scenario\">\n<p>Scenario: ");
        put_text(g->p.out, scenario->name);
        cn_buf_puts(g->p.out, "</p>\n<ul>\n");
        for (size_t k = 0; k < scenario->step_count; k++)
            put_step(g, &scenario->steps[k]);
        cn_buf_puts(g->p.out, "</ul>\n</div>\n");
    }
}

/* "Acceptance Criteria", letter case and runs of blanks ignored, with or
 * without a colon. */
static bool is_marker(const cn_markdown_node *heading)
{
    const cn_markdown_node *text = cn_markdown_first(heading);
    cn_slice rest;

    while (text && cn_markdown_kind_of(text) == CN_MD_HTML)
        text = cn_markdown_after(text);
    if (!text || cn_markdown_kind_of(text) != CN_MD_TEXT ||
        cn_markdown_level(heading) < 2)
        return false;
    rest = cn_slice_trim(cn_markdown_literal(text));
    if (cn_slice_ends(rest, ":"))
        rest = cn_slice_trim(cn_slice_first(rest, rest.len - 1));
    if (!cn_slice_starts_nocase(rest, "acceptance") || rest.len < 11 ||
        !cn_is_blank(rest.ptr[10]))
        return false;
    return cn_slice_is_nocase(cn_slice_trim(cn_slice_from(rest, 10)),
                              "criteria");
}

/* Lines are asked for in order. */
static bool is_scenario_heading(page *g, const canon_section *s, size_t line)
{
    while (s && g->scenario < s->scenario_count &&
           s->scenarios[g->scenario].start_line < line)
        g->scenario++;
    return s && g->scenario < s->scenario_count &&
           s->scenarios[g->scenario].start_line == line;
}

/* Draw what stands before line end, the heading of the section left out. */
static void put_blocks(page *g, const canon_section *s, size_t end)
{
    while (g->block && !g->p.out->rc) {
        size_t line = cn_markdown_line(g->block) + g->offset;
        bool heading = cn_markdown_kind_of(g->block) == CN_MD_HEADING;
        bool own = s && line == s->start_line;

        if (line >= end)
            return;
        if (!heading ||
            (!own && !is_marker(g->block) && !is_scenario_heading(g, s, line)))
            cn_render_block(&g->p, g->block);
        g->block = cn_markdown_after(g->block);
    }
}

static size_t start_of(const canon_spec *spec, size_t i)
{
    const canon_section *s = canon_spec_section(spec, i);

    return s ? s->start_line : SIZE_MAX;
}

/* Wrapped in an element of the class, unless there is nothing. */
static void put_prose(page *g, const canon_section *s, size_t end,
                      const char *class_name)
{
    cn_buf *out = g->p.out;
    size_t before = out->len;
    size_t start;

    g->scenario = 0;
    cn_buf_printf(out, "<div class=\"%s\">\n", class_name);
    start = out->len;
    put_blocks(g, s, end);
    if (out->len == start)
        cn_buf_cut(out, before);
    else
        cn_buf_puts(out, "</div>\n");
}

static void put_sections(page *g)
{
    const canon_spec *spec = g->spec;
    size_t count = canon_spec_section_count(spec);
    size_t open = CANON_NO_SECTION;

    for (size_t i = 0; i < count && !g->p.out->rc; i++) {
        const canon_section *s = canon_spec_section(spec, i);

        while (open != s->parent) {
            cn_buf_puts(g->p.out, "</div>\n");
            open = canon_spec_section(spec, open)->parent;
        }
        put_head(g, s);
        put_prose(g, s, start_of(spec, i + 1), "prose");
        put_criteria(g, s);
        put_scenarios(g, s);
        open = i;
    }
    while (open != CANON_NO_SECTION) {
        cn_buf_puts(g->p.out, "</div>\n");
        open = canon_spec_section(spec, open)->parent;
    }
}

static size_t count_taken(const canon_spec *spec)
{
    size_t count = 0;

    for (size_t i = 0; i < canon_spec_section_count(spec); i++) {
        const canon_section *s = canon_spec_section(spec, i);

        count += s->criterion_count;
        for (size_t k = 0; k < s->scenario_count; k++)
            count += s->scenarios[k].step_count;
    }
    return count;
}

static int by_line(const void *a, const void *b)
{
    const cn_taken *x = a;
    const cn_taken *y = b;

    return x->line < y->line ? -1 : x->line > y->line;
}

static void add_taken(page *g, size_t line)
{
    if (line > g->offset)
        g->p.taken[g->p.taken_count++].line = line - g->offset;
}

static int list_taken(page *g, canon_error *err)
{
    size_t most = count_taken(g->spec);

    g->p.taken = cn_arena_array(&g->p.arena, most, sizeof(*g->p.taken));
    if (!g->p.taken)
        return cn_fail_memory(err);
    for (size_t i = 0; i < canon_spec_section_count(g->spec); i++) {
        const canon_section *s = canon_spec_section(g->spec, i);

        for (size_t k = 0; k < s->criterion_count; k++)
            add_taken(g, s->criteria[k].line);
        for (size_t k = 0; k < s->scenario_count; k++) {
            for (size_t n = 0; n < s->scenarios[k].step_count; n++)
                add_taken(g, s->scenarios[k].steps[n].line);
        }
    }
    if (g->p.taken_count)
        qsort(g->p.taken, g->p.taken_count, sizeof(*g->p.taken), by_line);
    return CANON_OK;
}

static void find_items(page *g)
{
    cn_markdown_walk w = cn_markdown_walk_of(cn_markdown_root(g->md));

    while (g->p.taken_count && cn_markdown_next(&w)) {
        cn_markdown_kind kind = cn_markdown_kind_of(w.node);
        cn_taken *taken;

        if (!w.entering)
            continue;
        if (kind == CN_MD_QUOTE || kind == CN_MD_PARAGRAPH)
            cn_markdown_skip(&w);
        if (kind != CN_MD_ITEM)
            continue;
        taken = cn_render_find_taken(&g->p, w.node);
        if (taken)
            taken->item = w.node;
    }
}

static int list_sections(page *g, canon_error *err)
{
    size_t count = canon_spec_section_count(g->spec);

    for (size_t i = 0; i < count && i < CN_RENDER_MAX_IDS; i++) {
        const canon_section *s = canon_spec_section(g->spec, i);

        /* any pointer will do; the map is a set */
        if (cn_map_put(&g->p.sections, cn_str(s->id), &g->p))
            return cn_fail_memory(err);
    }
    return CANON_OK;
}

static int draw(page *g, cn_slice body, cn_buf *prepared, canon_error *err)
{
    cn_slice text = cn_render_prepare(body, &g->p.stand_ins, prepared);
    int rc = cn_buf_check(prepared, err);

    if (!rc)
        rc = cn_markdown_parse(text, &g->md, err);
    if (!rc)
        rc = list_sections(g, err);
    if (!rc)
        rc = list_taken(g, err);
    if (rc)
        return rc;
    find_items(g);
    g->block = cn_markdown_first(cn_markdown_root(g->md));
    put_prose(g, NULL, start_of(g->spec, 0), "spec-preamble");
    put_sections(g);
    return cn_render_painter_check(&g->p, err);
}

int canon_render_spec(const canon_spec *spec,
                      const canon_render_options *options, canon_buf *out,
                      canon_error *err)
{
    cn_buf b = CN_BUF_INIT(CN_RENDER_MAX_OUT);
    cn_buf prepared = CN_BUF_INIT(CN_RENDER_MAX_OUT);
    page g = {.p = {.out = &b, .strikes = CN_ARRAY_INIT(cn_strike)},
              .spec = spec};
    size_t len;
    const char *text = canon_spec_text(spec, &len);
    cn_slice body = cn_render_body(cn_slice_of(text, len), &g.offset);
    int rc = cn_render_options_load(&g.p.o, options, err);

    canon_buf_free(out);
    if (!rc && len > CN_MARKDOWN_MAX)
        rc = cn_fail(err, CANON_ETOOBIG, "the document is longer than %d bytes",
                     CN_MARKDOWN_MAX);
    if (rc)
        return rc;
    cn_buf_puts(&b, "<div class=\"spec-content\">");
    rc = draw(&g, body, &prepared, err);
    if (rc == CANON_ETOOBIG) {
        cn_buf_reset(&b);
        cn_buf_puts(&b, "<div class=\"spec-content\">");
        cn_render_source(&b, body);
        rc = CANON_OK;
    }
    cn_buf_puts(&b, "</div>\n");
    if (!rc)
        rc = cn_buf_export(&b, out, err);
    cn_markdown_free(g.md);
    cn_render_painter_free(&g.p);
    cn_buf_free(&prepared);
    cn_buf_free(&b);
    return rc;
}
