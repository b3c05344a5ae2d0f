/**
 * @file canon/render.h
 * Markdown to HTML that is safe as delivered: no raw HTML, no script links;
 * tables, strikethrough, check boxes and bare links are drawn. Pure.
 */
#ifndef CANON_RENDER_H
#define CANON_RENDER_H

#include "canon/buf.h"
#include "canon/common.h"
#include "canon/spec.h"

CANON_BEGIN_DECLS

/** Where a document lives, for links. Start from zero and set size. */
typedef struct canon_render_options {
    size_t size;
    const char *org;       /**< with repo and path: relative links become pages */
    const char *repo;      /**< "owner/name"; NULL: links stay, #7 is text */
    const char *path;      /**< of the document */
    const char *jira_host; /**< for links of Jira tickets; NULL: text */
    /** Base URL of files (".../raw/main"); NULL: image links stay. */
    const char *raw_base;
    /** The configured doc_paths, to tell pages of specs from others. */
    const char *const *patterns;
    size_t pattern_count; /**< 0: whatever lies below docs/specs/ */
} canon_render_options;

/**
 * Markdown (front matter is cut off) as <div class="markdown-content">. A text
 * with more than 10,000 images or too deeply nested is shown as it was written.
 *
 * @return CANON_OK; CANON_ETOOBIG above 1 MiB of text; CANON_ENOMEM.
 */
CANON_API int canon_render_html(const char *text, size_t len,
                                const canon_render_options *options,
                                canon_buf *out,
                                canon_error *err) CANON_NODISCARD;

/**
 * A spec, section by section, as <div class="spec-content">: heading, badges,
 * ticket, text, criteria and scenarios of each, the text before the first one
 * in front. A section's element has the id "section-" and the section's id.
 *
 * @return as canon_render_html.
 */
CANON_API int canon_render_spec(const canon_spec *spec,
                                const canon_render_options *options,
                                canon_buf *out,
                                canon_error *err) CANON_NODISCARD;

CANON_END_DECLS

#endif
