/*
 * The parser at work: what its files share. After a refused allocation
 * "failed" is set and everything goes on without results; the end looks at it.
 */
#ifndef CN_SPEC_READER_H
#define CN_SPEC_READER_H

#include "spec_parts.h"

#include "array.h"
#include "map.h"

/* A scenario that is being collected. */
typedef struct cn_scenario_parts {
    canon_scenario scenario; /* steps not set yet */
    uint32_t section;
    uint32_t first_step;
} cn_scenario_parts;

typedef struct cn_reader {
    canon_spec *spec;
    cn_outline outline;
    cn_array diagnostics;     /* canon_diagnostic */
    cn_array sections;        /* canon_section */
    cn_array section_parts;   /* cn_section_parts */
    cn_array criteria;        /* canon_criterion */
    cn_array criterion_parts; /* cn_criterion_parts */
    cn_array directives;      /* cn_directive */
    cn_array scenarios;       /* cn_scenario_parts */
    cn_array steps;           /* canon_step */
    cn_map ids;               /* of sections: id to the next suffix */
    uint32_t criterion;       /* that evidence belongs to; CN_SPEC_NONE */
    uint32_t criterion_end;   /* index of the block behind its list item */
    bool in_scenario;
    bool failed;
} cn_reader;

/* diagnostics.c: line 0 is none. The message is copied; %.*s of foreign text
 * goes through cn_reader_quote. */
void cn_reader_report(cn_reader *r, int severity, const char *code,
                      uint32_t line, const char *message);
void cn_reader_report_about(cn_reader *r, const char *code, uint32_t line,
                            const char *message, cn_slice about);
void cn_reader_sort_diagnostics(cn_reader *r);

/* text.c: strings of the result: invalid UTF-8 repaired; NULL without memory
 * (and failed set). */
const char *cn_reader_str(cn_reader *r, cn_slice s);

/* The text of bytes start to end: lines trimmed and joined with one space,
 * directives from index first on cut out. */
const char *cn_reader_join(cn_reader *r, cn_span range, size_t first);

/* Lines first to last (from 1) joined with \n, without leading blank lines and
 * trailing white space. */
const char *cn_reader_lines(cn_reader *r, uint32_t first, uint32_t last);

/* front.c: reads the front matter, sets body_line and meta. */
void cn_reader_front(cn_reader *r);

/* directive.c: fills kind, values and valid from the inside of a comment that
 * begins with one of the prefixes; false when it does not. fault_out gets the
 * code of the diagnostic, or NULL. */
bool cn_directive_parse(cn_slice inside, cn_directive *out,
                        const char **fault_out);

/* blocks.c: the comments of a block become directives. */
typedef enum cn_html_content {
    CN_HTML_OTHER,    /* more than comments */
    CN_HTML_COMMENTS, /* nothing but comments */
    CN_HTML_OPAQUE    /* script, style, pre, textarea */
} cn_html_content;
cn_html_content cn_reader_html(cn_reader *r, const cn_outline_block *block);
void cn_reader_inlines(cn_reader *r, const cn_outline_block *block);
void cn_reader_blocks(cn_reader *r);

/* sections.c */
cn_span cn_reader_heading(const cn_reader *r, const cn_outline_block *block,
                          uint32_t *body_out);
bool cn_is_marker(cn_slice heading);
void cn_reader_section(cn_reader *r, const cn_outline_block *block,
                       uint32_t body, const char *text);
void cn_reader_finish_sections(cn_reader *r);

/* The section that is open, or CN_SPEC_NONE. */
static inline uint32_t cn_reader_open(const cn_reader *r)
{
    return r->sections.count ? (uint32_t)r->sections.count - 1 : CN_SPEC_NONE;
}

/* resolve.c: status, ticket and delta of all sections. */
void cn_reader_resolve(cn_reader *r);

/* criteria.c: a paragraph that is the first block of a list item: true when it
 * is a criterion, which then is the current one. */
bool cn_reader_criterion(cn_reader *r, const cn_outline_block *block,
                         size_t first);
void cn_reader_check_glued(cn_reader *r, const cn_outline_block *block);
void cn_reader_finish_criteria(cn_reader *r);

/* scenario.c: a heading of level 4, and every block behind it. */
bool cn_is_scenario(cn_slice heading);
void cn_reader_scenario(cn_reader *r, const cn_outline_block *block,
                        const char *text);
void cn_reader_scenario_block(cn_reader *r, size_t i, cn_html_content html,
                              size_t first);
void cn_reader_scenario_end(cn_reader *r);
void cn_reader_finish_scenarios(cn_reader *r);

/* A zeroed array of the result, or NULL (count 0, or failed). */
void *cn_reader_array(cn_reader *r, size_t count, size_t size);

#endif
