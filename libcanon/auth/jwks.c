/*
 * Key sets of a provider, RFC 7517. What a key is for is decided here, by the
 * key alone; a token can only choose among the keys by their id.
 */
#include "jwt_parts.h"

#include "fail.h"
#include "mem.h"

#define NUMBER_MAX 1040 /* bytes of a number; above 8192 bits */

typedef struct jwk {
    cn_slice kid;
    int kind;
    cn_pubkey *key; /* NULL: known, but nothing may be verified with it */
} jwk;

struct cn_jwks {
    cn_arena arena;
    jwk *keys;
    size_t count;
};

/* A decoded number; len 0: there is none. */
typedef struct number {
    char bytes[NUMBER_MAX];
    size_t len;
} number;

const cn_value *cn_jwt_member(const cn_value *map, const char *name)
{
    if (!map || map->kind != CN_KIND_MAP)
        return NULL;
    for (size_t i = 0; i < map->count; i++) {
        if (cn_slice_is(map->members[i].key, name))
            return &map->members[i].value;
    }
    return NULL;
}

bool cn_jwt_is(const cn_value *value, const char *text)
{
    return value && value->kind == CN_KIND_TEXT &&
           cn_slice_is(value->text, text);
}

/* The types of keys we know, with the one algorithm that each is for. */
static const struct {
    const char *type;
    const char *alg;
    int kind;
} types[] = {
    {"RSA", "RS256", CN_RS256},
    {"EC", "ES256", CN_ES256},
    {"OKP", "EdDSA", CN_EDDSA},
};

static int kind_of(const cn_value *from, const char **alg_out)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        *alg_out = types[i].alg;
        if (cn_jwt_is(cn_jwt_member(from, "kty"), types[i].type))
            return types[i].kind;
    }
    return 0;
}

static bool may_verify(const cn_value *ops)
{
    if (!ops)
        return true;
    for (size_t i = 0; ops->kind == CN_KIND_LIST && i < ops->count; i++) {
        if (cn_jwt_is(&ops->items[i], "verify"))
            return true;
    }
    return false;
}

/* Is the key declared for verifying with alg, or for nothing in particular? */
static bool is_meant_for(const cn_value *from, const char *alg)
{
    const cn_value *use = cn_jwt_member(from, "use");
    const cn_value *own = cn_jwt_member(from, "alg");

    return (!use || cn_jwt_is(use, "sig")) && (!own || cn_jwt_is(own, alg)) &&
           may_verify(cn_jwt_member(from, "key_ops"));
}

static cn_slice read_number(const cn_value *from, const char *name,
                            number *space)
{
    const cn_value *value = cn_jwt_member(from, name);

    if (!value || value->kind != CN_KIND_TEXT ||
        !cn_base64url_read(value->text, space->bytes, sizeof(space->bytes),
                           &space->len))
        space->len = 0;
    return cn_slice_of(space->bytes, space->len);
}

/* CANON_EINVAL: not a key that is sound. */
static int make_key(const cn_value *from, int kind, cn_pubkey **out,
                    canon_error *err)
{
    const cn_value *curve = cn_jwt_member(from, "crv");
    number first;
    number second;

    if (kind == CN_RS256)
        return cn_pubkey_rsa(read_number(from, "n", &first),
                             read_number(from, "e", &second), out, err);
    if (kind == CN_ES256 && cn_jwt_is(curve, "P-256"))
        return cn_pubkey_p256(read_number(from, "x", &first),
                              read_number(from, "y", &second), out, err);
    if (kind == CN_EDDSA && cn_jwt_is(curve, "Ed25519"))
        return cn_pubkey_ed25519(read_number(from, "x", &first), out, err);
    return cn_fail(err, CANON_EINVAL, "no curve that is known");
}

/* Add a key, if it has an id and a type that is known. */
static int add(cn_jwks *set, const cn_value *from, canon_error *err)
{
    const cn_value *kid = cn_jwt_member(from, "kid");
    const char *alg;
    int kind = kind_of(from, &alg);
    jwk *key = &set->keys[set->count];
    int rc = CANON_OK;

    if (kind == 0 || !kid || kid->kind != CN_KIND_TEXT)
        return CANON_OK;
    key->kid.ptr = cn_arena_copy(&set->arena, kid->text);
    key->kid.len = kid->text.len;
    key->kind = kind;
    if (!key->kid.ptr)
        return cn_fail_memory(err);
    if (is_meant_for(from, alg))
        rc = make_key(from, kind, &key->key, err);
    set->count++;
    return rc == CANON_EINVAL ? CANON_OK : rc;
}

static int fill(cn_jwks *set, const cn_value *list, canon_error *err)
{
    int rc = CANON_OK;

    if (!list || list->kind != CN_KIND_LIST)
        return cn_fail(err, CANON_EINVAL, "no key set: it has no list of keys");
    if (list->count > CN_JWKS_KEYS)
        return cn_fail(err, CANON_ETOOBIG, "a key set of %zu keys",
                       list->count);
    set->keys = cn_arena_array(&set->arena, list->count, sizeof(*set->keys));
    if (!set->keys)
        return cn_fail_memory(err);
    for (size_t i = 0; i < list->count && !rc; i++)
        rc = add(set, &list->items[i], err);
    return rc;
}

int cn_jwks_read(cn_slice json, cn_jwks **out, canon_error *err)
{
    cn_arena a = CN_ARENA_INIT;
    const cn_value *root;
    cn_jwks *set;
    int rc;

    *out = NULL;
    if (json.len > CN_JWKS_MAX)
        return cn_fail(err, CANON_ETOOBIG, "a key set of %zu bytes", json.len);
    set = cn_calloc(1, sizeof(*set));
    if (!set)
        return cn_fail_memory(err);
    rc = cn_json_parse(&a, json, &root, NULL, err);
    if (!rc)
        rc = fill(set, cn_jwt_member(root, "keys"), err);
    cn_arena_free(&a);
    if (rc) {
        cn_jwks_free(set);
        return rc;
    }
    cn_fail_clear(err); /* of the keys that were left out */
    *out = set;
    return CANON_OK;
}

void cn_jwks_free(cn_jwks *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->count; i++)
        cn_pubkey_free(set->keys[i].key);
    cn_arena_free(&set->arena);
    cn_free(set);
}

size_t cn_jwks_count(const cn_jwks *set)
{
    size_t count = 0;

    for (size_t i = 0; i < set->count; i++) {
        if (set->keys[i].key)
            count++;
    }
    return count;
}

int cn_jwks_find(const cn_jwks *set, cn_slice kid, int kind,
                 const cn_pubkey **out)
{
    int found = CN_JWT_UNKNOWN_KID;

    for (size_t i = 0; i < set->count; i++) {
        const jwk *key = &set->keys[i];

        if (!cn_slice_eq(key->kid, kid))
            continue;
        found = CN_JWT_KEY_MISMATCH;
        if (key->kind == kind && key->key) {
            *out = key->key;
            return CN_JWT_VALID;
        }
    }
    return found;
}
