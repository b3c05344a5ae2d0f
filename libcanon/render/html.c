/*
 * A document as HTML: what comes before and after the drawing of its blocks.
 */
#include "render.h"

#include "escape.h"
#include "fail.h"

#define NONCHARACTERS 32 /* U+FDD0 to U+FDEF: EF B7 90 to EF B7 AF */

int cn_render_options_load(canon_render_options *out,
                           const canon_render_options *in, canon_error *err)
{
    canon_render_options o = {0};

    if (in && in->size < sizeof(size_t))
        return cn_fail(err, CANON_EINVAL,
                       "canon_render_options without its size");
    if (in)
        memcpy(&o, in, in->size < sizeof(o) ? in->size : sizeof(o));
    *out = o;
    return CANON_OK;
}

/* Cut the first line off; its line end (\n, \r\n, \r) is left out of it. */
static cn_slice next_line(cn_slice *rest)
{
    size_t len = 0;
    size_t end;

    while (len < rest->len && rest->ptr[len] != '\n' && rest->ptr[len] != '\r')
        len++;
    end = len;
    if (end < rest->len && rest->ptr[end] == '\r')
        end++;
    if (end < rest->len && rest->ptr[end] == '\n')
        end++;
    cn_slice line = cn_slice_first(*rest, len);
    *rest = cn_slice_from(*rest, end);
    return line;
}

/* Three dashes or more, then blanks only. */
static bool is_delimiter(cn_slice line)
{
    size_t dashes = 0;

    while (dashes < line.len && line.ptr[dashes] == '-')
        dashes++;
    return dashes >= 3 && cn_slice_trim(cn_slice_from(line, dashes)).len == 0;
}

cn_slice cn_render_body(cn_slice text, size_t *lines_out)
{
    cn_slice all = text;
    cn_slice rest;
    size_t lines = 0;
    cn_slice line;

    *lines_out = 0;
    if (cn_slice_starts(all, "\xEF\xBB\xBF"))
        all = cn_slice_from(all, 3);
    rest = all;
    do {
        line = next_line(&rest);
        lines++;
    } while (rest.len && cn_slice_trim(line).len == 0);
    if (!is_delimiter(line))
        return all;
    while (rest.len) {
        line = next_line(&rest);
        lines++;
        if (is_delimiter(line)) {
            *lines_out = lines;
            return rest;
        }
    }
    return all;
}

static bool needs_stand_ins(cn_slice text)
{
    for (size_t i = 0; i + 1 < text.len; i++) {
        const char *p = memchr(text.ptr + i, '\\', text.len - 1 - i);

        if (!p)
            return false;
        i = (size_t)(p - text.ptr);
        if (p[1] == '|' || p[1] == '~')
            return true;
    }
    return false;
}

/* Two noncharacters that the text does not hold. */
static bool choose_stand_ins(cn_slice text, cn_stand_ins *out)
{
    bool used[NONCHARACTERS] = {false};
    char *wanted[2] = {out->pipe, out->tilde};
    size_t found = 0;

    for (size_t i = 0; i + 2 < text.len; i++) {
        unsigned char last = (unsigned char)text.ptr[i + 2];

        if (text.ptr[i] == '\xEF' && text.ptr[i + 1] == '\xB7' &&
            last >= 0x90 && last < 0x90 + NONCHARACTERS)
            used[last - 0x90] = true;
    }
    for (size_t i = 0; i < NONCHARACTERS && found < 2; i++) {
        if (used[i])
            continue;
        wanted[found][0] = '\xEF';
        wanted[found][1] = '\xB7';
        wanted[found][2] = (char)(0x90 + i);
        found++;
    }
    if (found < 2)
        out->pipe[0] = '\0';
    return found == 2;
}

cn_slice cn_render_prepare(cn_slice text, cn_stand_ins *out, cn_buf *buf)
{
    cn_stand_ins none = {{0}, {0}};
    size_t from = 0;
    size_t i = 0;

    *out = none;
    if (!needs_stand_ins(text) || !choose_stand_ins(text, out))
        return text;
    while (i + 1 < text.len) {
        char next = text.ptr[i + 1];

        if (text.ptr[i] != '\\') {
            i++;
            continue;
        }
        if (next == '|' || next == '~') {
            cn_buf_add(buf, text.ptr + from, i - from);
            cn_buf_puts(buf, next == '|' ? out->pipe : out->tilde);
            from = i + 2;
        }
        i += 2;
    }
    cn_buf_add(buf, text.ptr + from, text.len - from);
    return cn_buf_all(buf);
}

void cn_render_painter_free(cn_painter *p)
{
    cn_array_free(&p->strikes);
    cn_map_free(&p->ids);
    cn_map_free(&p->sections);
    cn_arena_free(&p->arena);
}

int cn_render_painter_check(const cn_painter *p, canon_error *err)
{
    if (p->out_of_memory)
        return cn_fail_memory(err);
    return cn_buf_check(p->out, err);
}

static int draw(cn_slice body, const canon_render_options *o, cn_buf *out,
                canon_error *err)
{
    cn_painter p = {.out = out, .o = *o, .strikes = CN_ARRAY_INIT(cn_strike)};
    cn_buf prepared = CN_BUF_INIT(CN_RENDER_MAX_OUT);
    cn_markdown *md = NULL;
    cn_slice text = cn_render_prepare(body, &p.stand_ins, &prepared);
    int rc = cn_buf_check(&prepared, err);

    if (!rc)
        rc = cn_markdown_parse(text, &md, err);
    if (!rc) {
        cn_render_block(&p, cn_markdown_root(md));
        rc = cn_render_painter_check(&p, err);
    }
    cn_markdown_free(md);
    cn_buf_free(&prepared);
    cn_render_painter_free(&p);
    return rc;
}

void cn_render_source(cn_buf *out, cn_slice text)
{
    cn_buf_puts(out, "<pre class=\"markdown-source\">");
    cn_html_escape(out, text);
    cn_buf_puts(out, "</pre>\n");
}

int canon_render_html(const char *text, size_t len,
                      const canon_render_options *options, canon_buf *out,
                      canon_error *err)
{
    cn_buf b = CN_BUF_INIT(CN_RENDER_MAX_OUT);
    canon_render_options o;
    size_t lines;
    cn_slice body = cn_render_body(cn_slice_of(text, len), &lines);
    int rc = cn_render_options_load(&o, options, err);

    canon_buf_free(out);
    if (!rc && len > CN_MARKDOWN_MAX)
        rc = cn_fail(err, CANON_ETOOBIG, "the document is longer than %d bytes",
                     CN_MARKDOWN_MAX);
    if (rc)
        return rc;
    cn_buf_puts(&b, "<div class=\"markdown-content\">");
    rc = draw(body, &o, &b, err);
    if (rc == CANON_ETOOBIG) {
        cn_buf_reset(&b);
        cn_buf_puts(&b, "<div class=\"markdown-content\">");
        cn_render_source(&b, body);
        rc = CANON_OK;
    }
    cn_buf_puts(&b, "</div>\n");
    if (!rc)
        return cn_buf_export(&b, out, err);
    cn_buf_free(&b);
    return rc;
}
