/*
 * The inside of a parsed document: where in the text everything stands. Bytes
 * are offsets in canon_spec.text, lines count from 1.
 */
#ifndef CN_SPEC_PARTS_H
#define CN_SPEC_PARTS_H

#include "spec.h"

#include "arena.h"
#include "markdown.h"
#include "yaml.h"

/* Longest text unless the options say otherwise. */
#define CN_SPEC_MAX_LEN (1024 * 1024)

#define CN_SPEC_NONE UINT32_MAX

/* Bytes start to end - 1. */
typedef struct cn_span {
    uint32_t start;
    uint32_t end;
} cn_span;

typedef enum cn_directive_kind {
    CN_DIRECTIVE_SYSTEM,
    CN_DIRECTIVE_TICKET,
    CN_DIRECTIVE_EVIDENCE,
    CN_DIRECTIVE_DELTA,
    CN_DIRECTIVE_UNKNOWN
} cn_directive_kind;

/* A comment that begins with canon: or the legacy prefix, in a live place. In
 * the order of the text. */
typedef struct cn_directive {
    cn_directive_kind kind;
    bool valid;         /* well-formed, and in a section */
    bool effective;     /* the status, the ticket, the delta of its section */
    cn_span span;       /* from the first byte of <!-- to behind --> */
    uint32_t line;      /* of the <!-- */
    uint32_t section;   /* index; CN_SPEC_NONE before the first section */
    uint32_t criterion; /* evidence of a criterion: index in criteria */
    cn_slice id;        /* system, ticket: as written */
    cn_slice reason;    /* system: behind "blocked:" */
    cn_slice file;      /* evidence */
    cn_slice lines;     /* evidence */
    int value; /* CANON_STATE_, CANON_DELTA_, number of the pull request (0:
                  audit), index of the ticket system */
} cn_directive;

/* What belongs to canon_section of the same index. */
typedef struct cn_section_parts {
    uint32_t heading;   /* line of the heading: canon_section.start_line */
    uint32_t body;      /* first line behind the heading (and its underline);
                           may be one more than there are lines */
    uint32_t marker;    /* line of the first criteria heading in it; 0: none */
    uint32_t directive; /* its directives: index of the first, and number */
    uint32_t directive_count;
    uint32_t criterion; /* its criteria: index of the first in criteria */
    cn_slice slug;
} cn_section_parts;

/* What belongs to the criterion at the same place: canon_section.criteria[i]
 * is criteria[parts.criterion + i]. */
typedef struct cn_criterion_parts {
    uint32_t section;
    uint32_t line;     /* of the box */
    uint32_t end_line; /* last line of its paragraph */
    uint32_t start;    /* byte of the "[": what stands before it on its line is
                          white space and the marker of the list item */
    uint32_t box;      /* byte between the brackets */
} cn_criterion_parts;

typedef enum cn_front_state {
    CN_FRONT_NONE,
    CN_FRONT_UNTERMINATED,
    CN_FRONT_INVALID,
    CN_FRONT_OK /* root is a mapping, or NULL when it is empty */
} cn_front_state;

typedef struct cn_front {
    cn_front_state state;
    uint32_t open_line;  /* of the opening delimiter; 0: none */
    uint32_t close_line; /* of the closing one; 0: none */
    cn_yaml yaml;        /* keys with their lines, duplicates */
} cn_front;

struct canon_spec {
    cn_arena arena; /* holds everything, this struct included */
    const char *text;
    size_t len;
    bool repair;          /* text has bytes that are not UTF-8, or U+0000 */
    uint32_t bom;         /* bytes of the byte order mark: 0 or 3 */
    const cn_line *lines; /* line n is lines[n - 1]; without its line end; a
                             last line without bytes is not there */
    uint32_t line_count;
    uint32_t body_line; /* first line behind the front matter, from 1 */
    int max_depth;
    const char *file_path;
    const char *preamble;
    const char *heading; /* or NULL */
    cn_front front;
    canon_spec_meta meta;
    canon_section *sections;
    cn_section_parts *section_parts;
    size_t section_count;
    canon_criterion *criteria; /* of all sections, in order */
    cn_criterion_parts *criterion_parts;
    size_t criterion_count;
    cn_directive *directives;
    size_t directive_count;
    canon_diagnostic *diagnostics;
    size_t diagnostic_count;
};

/* The section that is meant: by id, else by number. CANON_OK,
 * CANON_ENOTFOUND, CANON_EAMBIGUOUS. */
int cn_spec_locate(const canon_spec *spec, const char *section,
                   size_t *index_out, canon_error *err);

/* jira, linear, github, asana: name of index 0 to 3, and the index of a name
 * in any letter case, or -1. */
const char *cn_ticket_system_name(int index);
int cn_ticket_system_find(cn_slice name);

/* Path and lines of an evidence token: "a.py:10-20". */
void cn_evidence_split(cn_slice token, cn_slice *file_out, cn_slice *lines_out);

/* "10", "10-20", "1-3,7", "L5": lines that cn_evidence_split cuts off as such?
 */
bool cn_evidence_lines_ok(cn_slice lines);

/* CANON_STRENGTH_... of a text. */
int cn_strength_of(cn_slice text);

/* Only space, tab, form feed and vertical tab? */
bool cn_line_is_blank(cn_slice line);

/* Line n (from 1) of a document. */
static inline cn_slice cn_spec_line(const canon_spec *spec, uint32_t n)
{
    const cn_line *line = &spec->lines[n - 1];

    return cn_slice_of(spec->text + line->start, line->end - line->start);
}

/* The line, from 1, that byte offset at stands on. */
uint32_t cn_spec_line_at(const canon_spec *spec, uint32_t at);

/* Bytes from start to end without removed spans (in order), as the editor's
 * prose and the writer want it: a removed comment takes its line with it when
 * nothing but blanks is left there, otherwise superfluous blanks. */
void cn_spec_cut(const canon_spec *spec, cn_span range, const cn_span *removed,
                 size_t count, cn_buf *out);

#endif
