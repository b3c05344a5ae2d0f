/* The table of settings as text: for --help, and for docs/settings.md. */
#include "canon/host.h"
#include "canon/settings.h"

#include "buf.h"

#include <string.h>

#define TEXT_MAX (256 * 1024)

static const char *type_text(const canon_setting *s)
{
    static const char *const texts[] = {"text",   "number", "yes or no",
                                        "choice", "bytes",  "secret"};

    return s->type >= 0 && s->type < 6 ? texts[s->type] : "text";
}

static void add_line(cn_buf *out, const canon_setting *s)
{
    cn_buf_printf(out, "  %-28s %s", s->name, s->help);
    if (s->words && *s->words)
        cn_buf_printf(out, " [%s]", s->words);
    if (s->preset && *s->preset)
        cn_buf_printf(out, " (%s)", s->preset);
    cn_buf_putc(out, '\n');
}

/* A cell: the bar would end it. */
static void add_cell(cn_buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '|')
            cn_buf_putc(out, '\\');
        cn_buf_putc(out, *text);
    }
}

static void add_row(cn_buf *out, const canon_setting *s)
{
    bool has_preset = s->preset && *s->preset;

    cn_buf_printf(out, "| `%s` | %s | ", s->name, type_text(s));
    if (has_preset)
        cn_buf_printf(out, "`%s`", s->preset);
    cn_buf_puts(out, " | ");
    add_cell(out, s->help);
    if (s->words && *s->words) {
        cn_buf_puts(out, ". One of: ");
        add_cell(out, s->words);
        cn_buf_putc(out, '.');
    }
    cn_buf_puts(out, " |\n");
}

int canon_settings_help(int markdown, canon_buf *out, canon_error *err)
{
    cn_buf text = CN_BUF_INIT(TEXT_MAX);
    const canon_setting *s;
    const char *group = "";

    for (size_t i = 0; (s = canon_setting_at(i)) != NULL; i++) {
        if (strcmp(group, s->group) != 0) {
            group = s->group;
            cn_buf_printf(&text, markdown ? "\n## %s\n\n" : "\n%s\n", group);
            if (markdown) {
                cn_buf_puts(&text, "| Name | Kind | Default | Meaning |\n"
                                   "|---|---|---|---|\n");
            }
        }
        if (markdown)
            add_row(&text, s);
        else
            add_line(&text, s);
    }
    return cn_buf_export(&text, out, err);
}
