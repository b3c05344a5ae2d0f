/*
 * Links, images and the ids of headings. A link goes to http, https, mailto,
 * ftp, tel or to something relative; whatever else its author wrote, the
 * address is left empty.
 */
#include "render.h"

#include "escape.h"
#include "utf8.h"

#include <stdint.h>

#define MAX_ID 200 /* bytes of a heading's id, the prefix left out */

static const char *const schemes[] = {"http", "https", "mailto", "ftp", "tel"};

static const char *const image_types[] = {"data:image/gif", "data:image/png",
                                          "data:image/jpeg", "data:image/webp"};

/* Bytes that stand in an address for themselves. */
static bool is_url_char(char c)
{
    return cn_is_alpha(c) || cn_is_digit(c) ||
           (c && strchr("-_.+!*(),%#@?=;:/$~&", c));
}

static void put_url(cn_buf *out, cn_slice url)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t from = 0;
    size_t i;

    for (i = 0; i < url.len; i++) {
        unsigned char c = (unsigned char)url.ptr[i];
        char escape[4] = {'%', digits[c >> 4], digits[c & 15], '\0'};

        if (is_url_char((char)c) && c != '&')
            continue;
        cn_buf_add(out, url.ptr + from, i - from);
        cn_buf_puts(out, c == '&' ? "&amp;" : escape);
        from = i + 1;
    }
    cn_buf_add(out, url.ptr + from, i - from);
}

/* Length of "scheme" in "scheme:..."; 0 for a relative address. */
static size_t scheme_len(cn_slice url)
{
    size_t i = 0;

    if (!url.len || !cn_is_alpha(url.ptr[0]))
        return 0;
    while (i < url.len && (cn_is_alpha(url.ptr[i]) || cn_is_digit(url.ptr[i]) ||
                           strchr("+-.", url.ptr[i])))
        i++;
    return i < url.len && url.ptr[i] == ':' ? i : 0;
}

static bool is_allowed(cn_slice url)
{
    size_t len = scheme_len(url);

    if (!len)
        return true;
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (cn_slice_is_nocase(cn_slice_first(url, len), schemes[i]))
            return true;
    }
    return false;
}

static bool is_data_image(cn_slice url)
{
    for (size_t i = 0; i < sizeof(image_types) / sizeof(image_types[0]); i++) {
        if (cn_slice_starts_nocase(url, image_types[i]))
            return true;
    }
    return false;
}

/* Leaves this site: "http:...", "https:...", "//...". */
static bool is_external(cn_slice url)
{
    return scheme_len(url) > 0 || cn_slice_starts(url, "//");
}

/* The address as written: stand-ins turned back. */
static void put_original(const cn_painter *p, cn_buf *out, cn_slice url)
{
    if (!p->stand_ins.pipe[0]) {
        cn_buf_slice(out, url);
        return;
    }
    while (url.len) {
        bool is_pipe = cn_slice_starts(url, p->stand_ins.pipe);
        bool is_tilde = cn_slice_starts(url, p->stand_ins.tilde);

        cn_buf_putc(out, is_pipe ? '|' : is_tilde ? '~' : url.ptr[0]);
        url = cn_slice_from(url, is_pipe || is_tilde ? 3 : 1);
    }
}

/* Put the folder of the document and the path together, without "." and
 * "..". False when it would leave the repository. */
static bool resolve(const cn_painter *p, cn_slice path, cn_buf *out)
{
    cn_slice base = cn_str(p->o.path);
    cn_slice parts[2];

    parts[0] = cn_slice_first(base, cn_slice_rfind(base, '/'));
    if (parts[0].len == base.len || cn_slice_starts(path, "/"))
        parts[0].len = 0;
    parts[1] = path;
    for (size_t i = 0; i < 2; i++) {
        cn_slice rest = parts[i];

        while (rest.ptr) {
            cn_slice part = cn_slice_cut(&rest, '/');

            if (cn_slice_is(part, "..")) {
                if (!out->len)
                    return false;
                cn_buf_cut(out,
                           cn_slice_rfind(cn_buf_all(out), '/') % out->len);
            } else if (part.len && !cn_slice_is(part, ".")) {
                if (out->len)
                    cn_buf_putc(out, '/');
                cn_buf_slice(out, part);
            }
        }
    }
    return out->len > 0;
}

static bool knows_place(const cn_painter *p)
{
    return p->o.org && p->o.repo && p->o.path;
}

/* "#x" is a section of a spec, or a heading. */
static void put_fragment(cn_painter *p, cn_slice fragment, bool of_spec)
{
    if (fragment.len < 2)
        return;
    cn_buf_puts(p->out, of_spec ? "#section-" : "#h-");
    put_url(p->out, cn_slice_from(fragment, 1));
}

/* "other.md" beside the document becomes the page that shows it. */
static bool put_page(cn_painter *p, cn_slice path, cn_slice fragment)
{
    cn_buf to = CN_BUF_INIT(4096);
    cn_buf decoded = CN_BUF_INIT(4096);
    bool is_spec;
    bool ok = cn_slice_ends(path, ".md") && knows_place(p) &&
              resolve(p, path, &to) &&
              cn_url_decode(&decoded, cn_buf_all(&to), false) && !to.rc &&
              !decoded.rc;

    if (ok) {
        is_spec = canon_spec_classify(cn_buf_text(&decoded), p->o.patterns,
                                      p->o.pattern_count) == CANON_KIND_SPEC;
        cn_buf_puts(p->out, "/app/");
        cn_url_escape(p->out, cn_str(p->o.org));
        cn_buf_puts(p->out, is_spec ? "/specs/" : "/docs/");
        cn_url_escape_path(p->out, cn_str(p->o.repo));
        cn_buf_putc(p->out, '/');
        cn_url_escape_path(p->out, cn_buf_all(&decoded));
        put_fragment(p, fragment, is_spec);
    }
    p->out_of_memory =
        p->out_of_memory || to.rc == CANON_ENOMEM || decoded.rc == CANON_ENOMEM;
    cn_buf_free(&to);
    cn_buf_free(&decoded);
    return ok;
}

static void put_address(cn_painter *p, cn_slice url)
{
    size_t hash = cn_slice_find(url, '#');
    cn_slice path = cn_slice_first(url, hash);
    cn_slice fragment = cn_slice_from(url, hash);

    if (!is_allowed(url))
        return;
    if (is_external(url))
        put_url(p->out, url);
    else if (hash == 0)
        put_fragment(p, fragment,
                     cn_map_get(&p->sections, cn_slice_from(fragment, 1)));
    else if (!put_page(p, path, fragment))
        put_url(p->out, url);
}

static void put_title(cn_painter *p, const char *title)
{
    if (!title || !title[0])
        return;
    cn_buf_puts(p->out, " title=\"");
    cn_render_plain(p, cn_str(title), false);
    cn_buf_putc(p->out, '"');
}

static void put_rel(cn_painter *p, cn_slice url)
{
    if (is_external(url) && is_allowed(url))
        cn_buf_puts(p->out, " rel=\"noopener noreferrer nofollow\"");
}

void cn_render_link_start(cn_painter *p, const char *url, const char *title)
{
    cn_buf plain = CN_BUF_INIT(CN_RENDER_MAX_OUT);

    put_original(p, &plain, cn_str(url));
    cn_buf_puts(p->out, "<a href=\"");
    put_address(p, cn_buf_all(&plain));
    cn_buf_putc(p->out, '"');
    put_title(p, title);
    put_rel(p, cn_buf_all(&plain));
    cn_buf_putc(p->out, '>');
    p->out_of_memory = p->out_of_memory || plain.rc == CANON_ENOMEM;
    cn_buf_free(&plain);
}

/* An image beside the document is a file of the repository. */
static void put_image_address(cn_painter *p, cn_slice url)
{
    cn_buf to = CN_BUF_INIT(4096);

    if (!is_allowed(url) && !is_data_image(url)) {
        cn_buf_free(&to);
        return;
    }
    if (!is_external(url) && p->o.raw_base && p->o.path &&
        resolve(p, url, &to)) {
        put_url(p->out, cn_str(p->o.raw_base));
        cn_buf_putc(p->out, '/');
        put_url(p->out, cn_buf_all(&to));
    } else {
        put_url(p->out, url);
    }
    p->out_of_memory = p->out_of_memory || to.rc == CANON_ENOMEM;
    cn_buf_free(&to);
}

void cn_render_image_start(cn_painter *p, const char *url)
{
    cn_buf plain = CN_BUF_INIT(CN_RENDER_MAX_OUT);

    put_original(p, &plain, cn_str(url));
    cn_buf_puts(p->out, "<img src=\"");
    put_image_address(p, cn_buf_all(&plain));
    cn_buf_puts(p->out, "\" alt=\"");
    p->out_of_memory = p->out_of_memory || plain.rc == CANON_ENOMEM;
    cn_buf_free(&plain);
}

void cn_render_image_end(cn_painter *p, const char *title)
{
    cn_buf_putc(p->out, '"');
    put_title(p, title);
    cn_buf_puts(p->out, " />");
}

static bool is_host_char(char c)
{
    return cn_is_alpha(c) || cn_is_digit(c) || c == '-' || c == '_' ||
           (c & 0x80);
}

/* "&amp;" at the end of a text is no part of a link before it. */
static size_t entity_len(cn_slice link)
{
    size_t i = link.len - 1;

    while (i > 0 &&
           (cn_is_alpha(link.ptr[i - 1]) || cn_is_digit(link.ptr[i - 1])))
        i--;
    return i > 0 && i < link.len - 1 && link.ptr[i - 1] == '&'
               ? link.len - i + 1
               : 0;
}

/* Without punctuation at the end; a ')' stays when it closes a '('. */
static size_t trim_link(cn_slice link)
{
    size_t opened = 0;
    size_t closed = 0;

    for (size_t i = 0; i < link.len; i++) {
        opened += link.ptr[i] == '(';
        closed += link.ptr[i] == ')';
    }
    while (link.len) {
        char last = link.ptr[link.len - 1];
        size_t entity = last == ';' ? entity_len(link) : 0;

        if (entity) {
            link.len -= entity;
        } else if (last == ')' && closed > opened) {
            link.len--;
            closed--;
        } else if (strchr("?!.,:*_~'\";", last)) {
            link.len--;
        } else {
            break;
        }
    }
    return link.len;
}

static bool ends_link(cn_slice text, size_t i)
{
    char c = text.ptr[i];

    return (unsigned char)c <= ' ' || c == '<' || c == '|' || c == '"' ||
           c == 0x7F || (unsigned char)c == 0xEF ||
           (c == '~' && i + 1 < text.len && text.ptr[i + 1] == '~');
}

size_t cn_render_bare_link(cn_slice text)
{
    size_t start = cn_slice_starts_nocase(text, "https://")  ? 8
                   : cn_slice_starts_nocase(text, "http://") ? 7
                   : cn_slice_starts_nocase(text, "www.")    ? 4
                                                             : 0;
    size_t i = start;

    if (!start || i >= text.len || !is_host_char(text.ptr[i]))
        return 0;
    while (i < text.len && !ends_link(text, i))
        i++;
    i = trim_link(cn_slice_first(text, i));
    return i > start ? i : 0;
}

void cn_render_put_bare_link(cn_painter *p, cn_slice link)
{
    cn_buf_puts(p->out, "<a href=\"");
    if (cn_slice_starts_nocase(link, "www."))
        cn_buf_puts(p->out, "http://");
    put_url(p->out, link);
    cn_buf_puts(p->out, "\" rel=\"noopener noreferrer nofollow\">");
    cn_html_escape(p->out, link);
    cn_buf_puts(p->out, "</a>");
}

/* Letters and digits in lower case, blanks as '-'; the rest goes. */
static void add_slug(cn_buf *out, cn_slice text)
{
    while (text.len && out->len < MAX_ID) {
        int32_t c = cn_utf8_next(&text);

        if (c == ' ' || c == '-')
            cn_buf_putc(out, '-');
        else if (c == '_' || (c > 0 && cn_utf8_is_word(c)))
            cn_utf8_put(out, (uint32_t)cn_utf8_lower(c));
    }
}

/* The slug, with "-1", "-2"... when it was given before. */
static int claim_id(cn_painter *p, cn_buf *slug)
{
    size_t len = slug->len;
    size_t *uses = cn_map_get(&p->ids, cn_buf_all(slug));
    size_t *fresh = cn_arena_array(&p->arena, 1, sizeof(*fresh));
    char *copy;

    while (uses && !slug->rc && cn_map_get(&p->ids, cn_buf_all(slug))) {
        cn_buf_cut(slug, len);
        cn_buf_printf(slug, "-%zu", ++*uses);
    }
    copy = cn_arena_copy(&p->arena, cn_buf_all(slug));
    if (!fresh || !copy || slug->rc)
        return CANON_ENOMEM;
    return cn_map_put(&p->ids, cn_slice_of(copy, slug->len), fresh);
}

void cn_render_heading_id(cn_painter *p, cn_markdown_node *heading)
{
    cn_buf slug = CN_BUF_INIT(MAX_ID + 64);
    cn_markdown_walk w = cn_markdown_walk_of(heading);

    if (p->ids.count >= CN_RENDER_MAX_IDS)
        return;
    while (cn_markdown_next(&w)) {
        cn_markdown_kind kind = cn_markdown_kind_of(w.node);

        if (w.entering && (kind == CN_MD_TEXT || kind == CN_MD_CODE))
            add_slug(&slug, cn_markdown_literal(w.node));
        else if (w.entering && kind == CN_MD_SOFT_BREAK)
            add_slug(&slug, cn_str(" "));
    }
    if (slug.len && claim_id(p, &slug))
        p->out_of_memory = true;
    if (slug.len && !p->out_of_memory) {
        cn_buf_puts(p->out, " id=\"h-");
        cn_html_escape(p->out, cn_buf_all(&slug));
        cn_buf_putc(p->out, '"');
    }
    p->out_of_memory = p->out_of_memory || slug.rc == CANON_ENOMEM;
    cn_buf_free(&slug);
}
