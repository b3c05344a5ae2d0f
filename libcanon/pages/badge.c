/*
 * The badge, an SVG image of two fields: what is counted, and how much of it is
 * done. No script, no style sheet, no identifiers: it may stand in any page.
 * Texts are given a length, so that they fit whatever the font is.
 */
#include "pages.h"

#include "utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_LABEL "specs"
#define HEIGHT        20
#define ROUND         3
#define MARGIN        6
#define FONT          "Verdana,Geneva,DejaVu Sans,sans-serif"
#define LEFT_COLOUR   "#444c56"

/* Bands of the score, best first; white text is readable on all. */
static const struct {
    int64_t from; /* percent */
    const char *colour;
} bands[] = {{80, "#1a7f37"}, {60, "#4d6b00"}, {40, "#9a6700"}, {0, "#c4232b"}};

#define NO_COLOUR "#656d76"

/* Width of a character in tenths of a pixel, as 11 pixels of Verdana have it,
 * more or less. */
static int char_width(int32_t ch)
{
    if (ch >= 0x1100)
        return 110; /* ideographs, pictures */
    if (ch == ' ' || (ch < 0x80 && strchr("fijlrtI1.,:;!|'()[]/-", ch)))
        return 45;
    if (ch < 0x80 && strchr("mwMW@%", ch))
        return 105;
    return ch >= 'A' && ch <= 'Z' ? 78 : 70;
}

static int text_width(cn_slice text)
{
    int width = 0;

    while (text.len > 0)
        width += char_width(cn_utf8_next(&text));
    return (width + 9) / 10;
}

/* What XML 1.0 knows no character for becomes a blank. */
static void put_clean(cn_buf *out, cn_slice text)
{
    while (text.len > 0) {
        int32_t ch = cn_utf8_next(&text);
        bool bad = ch < ' ' || ch == 0x7F || ch == 0xFFFE || ch == 0xFFFF;

        cn_utf8_put(out, bad ? ' ' : (uint32_t)ch);
    }
}

/* Not done is never 100. */
static const char *put_percent(cn_buf *out, const cn_page_badge *badge)
{
    int64_t percent;
    size_t i = 0;

    if (badge->total <= 0) {
        cn_buf_puts(out, "no criteria");
        return NO_COLOUR;
    }
    percent = badge->done * 100 / badge->total;
    while (percent < bands[i].from)
        i++;
    cn_buf_printf(out, "%" PRId64 "%%", percent);
    return bands[i].colour;
}

static void attr(cn_html *w, const char *name, const char *value)
{
    cn_html_attr(w, name, cn_str(value));
}

static void attr_int(cn_html *w, const char *name, int value)
{
    char text[16];

    (void)snprintf(text, sizeof(text), "%d", value);
    attr(w, name, text);
}

static void draw_text(cn_html *w, cn_slice text, int left, int width)
{
    cn_html_open(w, "text", NULL);
    attr_int(w, "x", left + MARGIN);
    attr_int(w, "y", 14);
    attr_int(w, "textLength", width);
    attr(w, "lengthAdjust", "spacingAndGlyphs");
    cn_html_text(w, text);
    cn_html_close(w, "text");
}

/* The whole in the colour of the right field, the left one on top of it. */
static void draw_fields(cn_html *w, int left, int all, const char *colour)
{
    char path[128];

    cn_html_open(w, "rect", NULL);
    attr_int(w, "width", all);
    attr_int(w, "height", HEIGHT);
    attr_int(w, "rx", ROUND);
    attr(w, "fill", colour);
    cn_html_close(w, "rect");
    (void)snprintf(path, sizeof(path),
                   "M%d 0h%dv%dh-%da%d %d 0 0 1-%d-%dv-%da%d %d 0 0 1 %d-%dz",
                   ROUND, left - ROUND, HEIGHT, left - ROUND, ROUND, ROUND,
                   ROUND, ROUND, HEIGHT - 2 * ROUND, ROUND, ROUND, ROUND,
                   ROUND);
    cn_html_open(w, "path", NULL);
    attr(w, "d", path);
    attr(w, "fill", LEFT_COLOUR);
    cn_html_close(w, "path");
}

static void draw(cn_html *w, cn_slice label, cn_slice value, const char *colour)
{
    int label_width = text_width(label);
    int value_width = text_width(value);
    int left = label_width + 2 * MARGIN;
    int all = left + value_width + 2 * MARGIN;

    attr(w, "xmlns", "http://www.w3.org/2000/svg");
    attr_int(w, "width", all);
    attr_int(w, "height", HEIGHT);
    attr(w, "role", "img");
    cn_html_open(w, "title", NULL);
    cn_html_text(w, label);
    cn_html_text(w, cn_str(": "));
    cn_html_text(w, value);
    cn_html_close(w, "title");
    draw_fields(w, left, all, colour);
    cn_html_open(w, "g", NULL);
    attr(w, "fill", "#fff");
    attr(w, "font-family", FONT);
    attr_int(w, "font-size", 11);
    draw_text(w, label, 0, label_width);
    draw_text(w, value, left, value_width);
    cn_html_close(w, "g");
}

int cn_page_badge_write(const cn_page_badge *badge, canon_buf *out,
                        canon_error *err)
{
    cn_buf label = CN_BUF_INIT(CN_PAGE_MAX);
    cn_buf value = CN_BUF_INIT(CN_PAGE_MAX);
    const char *colour = put_percent(&value, badge);
    cn_buf b;
    cn_html w;
    int rc;

    put_clean(&label, cn_str(*badge->label ? badge->label : DEFAULT_LABEL));
    cn_buf_adopt(&b, out, CN_PAGE_MAX);
    w = cn_html_to(&b);
    cn_html_open(&w, "svg", NULL);
    draw(&w, cn_buf_all(&label), cn_buf_all(&value), colour);
    cn_html_close(&w, "svg");
    rc = cn_buf_check(&label, err);
    if (!rc)
        rc = cn_buf_check(&value, err);
    if (rc)
        b.rc = rc;
    rc = cn_buf_export(&b, out, err);
    cn_buf_free(&label);
    cn_buf_free(&value);
    return rc;
}
