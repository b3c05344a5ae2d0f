/*
 * Writing HTML: each function escapes for the place it writes to, so that no
 * caller has to remember.
 */
#include "pages.h"

#include "escape.h"

/* Content follows: no more attributes. */
static void finish_tag(cn_html *w)
{
    if (w->is_open)
        cn_buf_putc(w->out, '>');
    w->is_open = false;
}

void cn_html_open(cn_html *w, const char *tag, const char *class)
{
    finish_tag(w);
    cn_buf_putc(w->out, '<');
    cn_buf_puts(w->out, tag);
    w->is_open = true;
    if (class)
        cn_html_attr(w, "class", cn_str(class));
}

void cn_html_attr(cn_html *w, const char *name, cn_slice value)
{
    cn_buf_putc(w->out, ' ');
    cn_buf_puts(w->out, name);
    cn_buf_puts(w->out, "=\"");
    cn_html_escape(w->out, value);
    cn_buf_putc(w->out, '"');
}

void cn_html_close(cn_html *w, const char *tag)
{
    finish_tag(w);
    cn_buf_puts(w->out, "</");
    cn_buf_puts(w->out, tag);
    cn_buf_putc(w->out, '>');
}

void cn_html_text(cn_html *w, cn_slice text)
{
    finish_tag(w);
    cn_html_escape(w->out, text);
}

void cn_html_raw(cn_html *w, cn_slice html)
{
    finish_tag(w);
    cn_buf_slice(w->out, html);
}

void cn_html_element(cn_html *w, const char *tag, const char *class,
                     const char *text)
{
    cn_html_open(w, tag, class);
    cn_html_text(w, cn_str(text));
    cn_html_close(w, tag);
}

void cn_html_script_json(cn_buf *out, cn_slice json)
{
    for (size_t i = 0; i < json.len; i++) {
        char c = json.ptr[i];

        if (c == '<')
            cn_buf_puts(out, "\\u003c");
        else if (c == '>')
            cn_buf_puts(out, "\\u003e");
        else if (c == '&')
            cn_buf_puts(out, "\\u0026");
        else
            cn_buf_putc(out, c);
    }
}
