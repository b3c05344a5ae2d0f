/*
 * Values from JSON (and YAML, which makes the same tree), and the streaming
 * JSON writer. json-c is visible in this module only.
 */
#ifndef CN_JSON_H
#define CN_JSON_H

#include "arena.h"
#include "buf.h"

#define CN_JSON_DEPTH 32

typedef enum cn_kind {
    CN_KIND_NULL,
    CN_KIND_BOOL,
    CN_KIND_INT,
    CN_KIND_DOUBLE,
    CN_KIND_TEXT,
    CN_KIND_LIST,
    CN_KIND_MAP
} cn_kind;

typedef struct cn_value cn_value;
typedef struct cn_member cn_member;

/* Read-only; everything is in the arena it was parsed into. */
struct cn_value {
    cn_kind kind;
    bool plain;      /* YAML: a plain scalar, so "no" may be a boolean */
    bool truth;      /* of CN_KIND_BOOL */
    size_t line;     /* YAML: from 1; JSON: 0 */
    int64_t integer; /* of CN_KIND_INT */
    double number;   /* of CN_KIND_DOUBLE */
    cn_slice text;   /* of CN_KIND_TEXT; terminated, may hold no U+0000 */
    size_t count;    /* of CN_KIND_LIST and CN_KIND_MAP */
    const cn_value *items;
    const cn_member *members; /* in the order of the text */
};

struct cn_member {
    cn_slice key; /* terminated */
    size_t line;  /* YAML: of the key */
    cn_value value;
};

/*
 * Text to tree. Strict JSON of depth 32, valid UTF-8, no duplicate members.
 * On CANON_EINVAL the message names the byte offset and offset_out (may be
 * NULL) holds it.
 */
int cn_json_parse(cn_arena *a, cn_slice text, const cn_value **out,
                  size_t *offset_out, canon_error *err);

/* The same, but no deeper than this (1 to CN_JSON_DEPTH). */
int cn_json_parse_flat(cn_arena *a, cn_slice text, size_t depth,
                       const cn_value **out, canon_error *err);

/* Member by name, or by a dotted path ("data.id"); NULL when it is not there
 * or something on the way is no map. value may be NULL. */
const cn_value *cn_value_get(const cn_value *value, const char *path);

/* Typed looks that never fail: the default when missing or of another type. */
const char *cn_value_str(const cn_value *value, const char *path,
                         const char *preset);
int64_t cn_value_int(const cn_value *value, const char *path, int64_t preset);
bool cn_value_bool(const cn_value *value, const char *path, bool preset);

/*
 * The writer appends to a cn_buf; commas and quotes are its business. Inside
 * an array key is NULL. Strings that are not valid UTF-8 are repaired.
 */
typedef struct cn_json {
    cn_buf *out;
    bool comma; /* the next value needs one */
} cn_json;

static inline cn_json cn_json_to(cn_buf *out)
{
    cn_json w = {out, false};

    return w;
}

void cn_json_object(cn_json *w, const char *key);
void cn_json_end_object(cn_json *w);
void cn_json_array(cn_json *w, const char *key);
void cn_json_end_array(cn_json *w);
void cn_json_str(cn_json *w, const char *key, const char *text); /* or null */
void cn_json_slice(cn_json *w, const char *key, cn_slice text);
void cn_json_int(cn_json *w, const char *key, int64_t n);
void cn_json_bool(cn_json *w, const char *key, bool truth);
void cn_json_null(cn_json *w, const char *key);
/* Exactly one decimal, ties as the binary value falls, in any locale. */
void cn_json_pct(cn_json *w, const char *key, double pct);
/* The shortest form that reads back the same, with ".0" for whole numbers. */
void cn_json_double(cn_json *w, const char *key, double number);
/* RFC 3339 with microseconds; 0 or less is null. */
void cn_json_time(cn_json *w, const char *key, int64_t us);
/* JSON that is there already; "" becomes null. */
void cn_json_raw(cn_json *w, const char *key, cn_slice json);
/* A value of a tree. */
void cn_json_value(cn_json *w, const char *key, const cn_value *value);
/* A member whose name comes from data. */
void cn_json_key(cn_json *w, cn_slice key); /* then a value with key NULL */

/* A text as a JSON string, quotes included. */
void cn_json_quote(cn_buf *out, cn_slice text);

#endif
