/* What the files of the module share. */
#ifndef CN_CONFIG_PARTS_H
#define CN_CONFIG_PARTS_H

#include "arena.h"
#include "array.h"
#include "config.h"
#include "json.h"

/* What files say about tickets, with all short forms spelt out; NULL: nothing.
 * Kept so that it can be merged. */
typedef struct cn_config_tree {
    const cn_value *systems;  /* map */
    const cn_value *profiles; /* map */
    const cn_value *routes;   /* list */
} cn_config_tree;

struct canon_config {
    cn_arena arena;
    canon_config_values values;
    const char *stale; /* as written; NULL: false */
    bool has_mapping;  /* one of the three keys is in the file */
    cn_config_tree tree;
    cn_mapping mapping;
    cn_array own;      /* canon_config_diagnostic of the file by itself */
    cn_array resolved; /* of the mapping, after merging */
    const canon_config_diagnostic *diagnostics; /* both, by line */
    size_t diagnostic_count;
};

/* Reading: the first failed allocation is kept, and nothing happens after it.
 * Texts that are made are "" then, never NULL. */
typedef struct cn_config_reader {
    canon_config *config;
    cn_arena *arena;
    cn_array *reports;
    int rc;
} cn_config_reader;

/* Where a value stands. */
typedef struct cn_config_spot {
    const char *path; /* "specs.doc_paths" */
    size_t line;
} cn_config_spot;

#define CN_CONFIG_STATES 6
extern const char *const cn_config_states[CN_CONFIG_STATES + 1];

/* Note something; the message is "path: text". */
void cn_config_report(cn_config_reader *r, int severity, const char *code,
                      const cn_config_spot *spot, const char *fmt, ...)
    CANON_PRINTF(5, 6);
void cn_config_invalid(cn_config_reader *r, const cn_config_spot *spot,
                       const char *what);
void cn_config_wrong_type(cn_config_reader *r, const cn_config_spot *spot,
                          const char *wanted);
void cn_config_unknown(cn_config_reader *r, const cn_config_spot *spot);

/* The spot of a member or item below another. */
cn_config_spot cn_config_below(cn_config_reader *r,
                               const cn_config_spot *parent,
                               const cn_member *member);
cn_config_spot cn_config_item(cn_config_reader *r, const cn_config_spot *parent,
                              size_t i, const cn_value *item);

/* Zeroed items for the caller to fill; NULL after a failure or for none. */
void *cn_config_array(cn_config_reader *r, size_t count, size_t size);

/* Yes or no in one of the words for it, and not quoted? */
bool cn_config_is_bool(const cn_value *value, bool *out);

/* Is the text one of a NULL-terminated list? */
bool cn_config_is_word(cn_slice text, const char *const *words);

/* The tree of ticket_systems, short forms spelt out; unknown keys reported. */
const cn_value *cn_config_spell_systems(cn_config_reader *r,
                                        const cn_config_spot *spot,
                                        const cn_value *systems);

/* From config->tree to config->mapping. */
void cn_config_resolve(cn_config_reader *r);

/* Sort and join both lists of diagnostics. */
int cn_config_finish(canon_config *config, canon_error *err);

/* An empty configuration with its defaults; NULL without memory. */
canon_config *cn_config_new(void);

/* The deep merge: maps by key, lists and scalars replaced, null removes. Both
 * are maps. Copies into the arena; NULL without memory. */
const cn_value *cn_config_deep_merge(cn_arena *a, const cn_value *base,
                                     const cn_value *overlay);

#endif
