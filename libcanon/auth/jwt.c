/*
 * Verification of signed tokens in compact form, RFC 7515 section 7.1, along
 * RFC 8725. One check after the other; each is a function that returns the
 * failure it found.
 */
#include "jwt_parts.h"

#include <math.h>

#define DEEPEST 16 /* of header and payload, which have little to nest */

enum { HEADER, PAYLOAD, SIGNATURE, PARTS = CN_JWT_PARTS };

/* A token on its way through the checks. */
typedef struct verification {
    cn_arena *arena;
    const cn_jwt_policy *policy;
    cn_jwt in;
    const cn_value *claims;
    const cn_pubkey *key;
} verification;

static const struct {
    const char *name;
    int kind;
} algorithms[] = {
    {"RS256", CN_RS256},
    {"ES256", CN_ES256},
    {"EdDSA", CN_EDDSA},
};

static const char *const reasons[] = {
    [CN_JWT_VALID] = "valid",
    [CN_JWT_MALFORMED] = "malformed",
    [CN_JWT_CRIT] = "crit_unsupported",
    [CN_JWT_TYPE] = "bad_type",
    [CN_JWT_ALG] = "unsupported_alg",
    [CN_JWT_UNKNOWN_KID] = "unknown_kid",
    [CN_JWT_KEY_MISMATCH] = "key_mismatch",
    [CN_JWT_SIGNATURE] = "bad_signature",
    [CN_JWT_MISSING_CLAIM] = "missing_claim",
    [CN_JWT_CLAIM_TYPE] = "bad_claim_type",
    [CN_JWT_ISSUER] = "bad_issuer",
    [CN_JWT_AUDIENCE] = "bad_audience",
    [CN_JWT_EXPIRED] = "expired",
    [CN_JWT_NOT_YET] = "not_yet_valid",
    [CN_JWT_PARTY] = "bad_party",
    [CN_JWT_NONCE] = "bad_nonce",
};

const char *cn_jwt_reason(int failure)
{
    if (failure < 0 || failure >= (int)(sizeof(reasons) / sizeof(reasons[0])))
        return "failed";
    return reasons[failure];
}

/* The kind of an algorithm's name; 0: there is none. */
static int kind_of(cn_slice name)
{
    for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
        if (cn_slice_is(name, algorithms[i].name))
            return algorithms[i].kind;
    }
    return 0;
}

unsigned cn_jwt_kinds(const char *text)
{
    cn_slice rest = cn_slice_trim(cn_str(text));
    unsigned kinds = 0;

    while (rest.len) {
        cn_slice word = cn_slice_cut(&rest, ' ');
        int kind = kind_of(word);

        if (kind == 0)
            return 0;
        kinds |= (unsigned)kind;
        rest = cn_slice_trim_start(rest);
    }
    return kinds;
}

static int decode(verification *t, cn_slice segment, cn_slice *out)
{
    size_t cap = segment.len / 4 * 3 + 3;
    char *room = cn_arena_alloc(t->arena, cap);
    size_t len;

    if (!room)
        return CANON_ENOMEM;
    if (!cn_base64url_read(segment, room, cap, &len))
        return CN_JWT_MALFORMED;
    *out = cn_slice_of(room, len);
    return CN_JWT_VALID;
}

static int split(verification *t)
{
    cn_slice rest = t->in.text;
    int failure = CN_JWT_VALID;

    if (rest.len == 0 || rest.len > CN_JWT_MAX)
        return CN_JWT_MALFORMED;
    for (int i = 0; i < PARTS && !failure; i++) {
        if (!rest.ptr)
            return CN_JWT_MALFORMED;
        failure = decode(t, cn_slice_cut(&rest, '.'), &t->in.parts[i]);
    }
    if (!failure && (rest.ptr || t->in.parts[HEADER].len == 0 ||
                     t->in.parts[PAYLOAD].len == 0))
        return CN_JWT_MALFORMED;
    return failure;
}

static int read_object(verification *t, int part, const cn_value **out)
{
    int rc =
        cn_json_parse_flat(t->arena, t->in.parts[part], DEEPEST, out, NULL);

    if (rc == CANON_ENOMEM)
        return rc;
    if (rc || (*out)->kind != CN_KIND_MAP)
        return CN_JWT_MALFORMED;
    return CN_JWT_VALID;
}

/* RFC 8725 section 3.11: a token says what it is. */
static bool is_access_token(const cn_value *type)
{
    static const char prefix[] = "application/";
    cn_slice text;

    if (type->kind != CN_KIND_TEXT)
        return false;
    text = type->text;
    if (cn_slice_starts_nocase(text, prefix))
        text = cn_slice_from(text, sizeof(prefix) - 1);
    return cn_slice_is_nocase(text, "JWT") ||
           cn_slice_is_nocase(text, "at+jwt");
}

static bool is_id_token(const verification *t)
{
    return t->policy->id_token || t->policy->nonce;
}

static int check_header(verification *t)
{
    const cn_value *kid;
    const cn_value *type;
    const cn_value *alg;
    int failure = read_object(t, HEADER, &t->in.header);

    if (failure)
        return failure;
    kid = cn_jwt_member(t->in.header, "kid");
    if (kid && kid->kind != CN_KIND_TEXT)
        return CN_JWT_MALFORMED;
    if (cn_jwt_member(t->in.header, "crit"))
        return CN_JWT_CRIT;
    type = cn_jwt_member(t->in.header, "typ");
    if (type && !is_id_token(t) && !is_access_token(type))
        return CN_JWT_TYPE;
    alg = cn_jwt_member(t->in.header, "alg");
    t->in.kind = alg && alg->kind == CN_KIND_TEXT ? kind_of(alg->text) : 0;
    if (!((unsigned)t->in.kind & t->policy->kinds))
        return CN_JWT_ALG;
    return CN_JWT_VALID;
}

static int check_signature(verification *t, const cn_jwks *set)
{
    const cn_value *kid = cn_jwt_member(t->in.header, "kid");
    cn_slice signed_text =
        cn_slice_first(t->in.text, cn_slice_rfind(t->in.text, '.'));
    int failure;

    if (!kid)
        return CN_JWT_UNKNOWN_KID;
    failure = cn_jwks_find(set, kid->text, t->in.kind, &t->key);
    if (failure)
        return failure;
    if (!cn_pubkey_verify(t->key, signed_text, t->in.parts[SIGNATURE]))
        return CN_JWT_SIGNATURE;
    return CN_JWT_VALID;
}

/* What was not configured equals nothing, not even an empty claim. */
static bool is_wanted(const cn_value *claim, const char *wanted)
{
    return wanted && *wanted && cn_jwt_is(claim, wanted);
}

/* A text that must be there. */
static int require_text(const verification *t, const char *name, cn_slice *out)
{
    const cn_value *claim = cn_jwt_member(t->claims, name);

    if (!claim)
        return CN_JWT_MISSING_CLAIM;
    if (claim->kind != CN_KIND_TEXT)
        return CN_JWT_CLAIM_TYPE;
    *out = claim->text;
    return CN_JWT_VALID;
}

static int check_issuer(const verification *t)
{
    const cn_value *claim = cn_jwt_member(t->claims, "iss");
    cn_slice issuer = {NULL, 0};
    int failure = require_text(t, "iss", &issuer);

    if (!failure && !is_wanted(claim, t->policy->issuer))
        return CN_JWT_ISSUER;
    return failure;
}

static int check_audience(const verification *t)
{
    const cn_value *claim = cn_jwt_member(t->claims, "aud");
    const char *wanted = t->policy->audience;

    if (!claim)
        return CN_JWT_MISSING_CLAIM;
    if (claim->kind == CN_KIND_TEXT)
        return is_wanted(claim, wanted) ? CN_JWT_VALID : CN_JWT_AUDIENCE;
    if (claim->kind != CN_KIND_LIST)
        return CN_JWT_CLAIM_TYPE;
    for (size_t i = 0; i < claim->count; i++) {
        if (is_wanted(&claim->items[i], wanted))
            return CN_JWT_VALID;
    }
    return CN_JWT_AUDIENCE;
}

/* A time in seconds, possibly with a fraction; NAN: not there. */
static int read_time(const verification *t, const char *name, double *out)
{
    const cn_value *claim = cn_jwt_member(t->claims, name);

    *out = (double)NAN;
    if (!claim)
        return CN_JWT_VALID;
    if (claim->kind != CN_KIND_INT && claim->kind != CN_KIND_DOUBLE)
        return CN_JWT_CLAIM_TYPE;
    *out = claim->number;
    return CN_JWT_VALID;
}

static int check_expiry(const verification *t, cn_claims *out)
{
    int failure = read_time(t, "exp", &out->exp_s);

    if (failure)
        return failure;
    if (isnan(out->exp_s))
        return CN_JWT_MISSING_CLAIM;
    if (t->policy->now_s >= out->exp_s + t->policy->leeway_s)
        return CN_JWT_EXPIRED;
    return CN_JWT_VALID;
}

/* nbf and iat are the first moment at which a token is valid. */
static int check_begin(const verification *t, const char *name)
{
    double begin;
    int failure = read_time(t, name, &begin);

    if (!failure && begin > t->policy->now_s + t->policy->leeway_s)
        return CN_JWT_NOT_YET;
    return failure;
}

static int check_subject(const verification *t, cn_claims *out)
{
    cn_slice subject = {NULL, 0};
    int failure = require_text(t, "sub", &subject);

    if (!failure && subject.len == 0)
        return CN_JWT_MISSING_CLAIM;
    out->sub = subject.ptr;
    return failure;
}

static int read_permissions(const verification *t, cn_claims *out)
{
    static const char *const none[] = {NULL};
    const cn_value *claim = cn_jwt_member(t->claims, "permissions");
    const char **list;

    out->permissions = none;
    out->has_permissions = claim != NULL;
    if (!claim)
        return CN_JWT_VALID;
    if (claim->kind != CN_KIND_LIST)
        return CN_JWT_CLAIM_TYPE;
    list = cn_arena_array(t->arena, claim->count + 1, sizeof(*list));
    if (!list)
        return CANON_ENOMEM;
    for (size_t i = 0; i < claim->count; i++) {
        if (claim->items[i].kind != CN_KIND_TEXT)
            return CN_JWT_CLAIM_TYPE;
        list[i] = claim->items[i].text.ptr;
    }
    out->permissions = list;
    return CN_JWT_VALID;
}

static int read_org_id(const verification *t, cn_claims *out)
{
    const cn_value *claim = cn_jwt_member(t->claims, "org_id");

    out->org_id = "";
    if (!claim)
        return CN_JWT_VALID;
    if (claim->kind != CN_KIND_TEXT)
        return CN_JWT_CLAIM_TYPE;
    out->org_id = claim->text.ptr;
    return CN_JWT_VALID;
}

/* OpenID Connect Core section 3.1.3.7: whom an ID token was made for, and in
 * answer to which login. */
static int check_id_token(const verification *t)
{
    const cn_value *party = cn_jwt_member(t->claims, "azp");
    cn_slice nonce = {NULL, 0};
    int failure;

    if (!is_id_token(t))
        return CN_JWT_VALID;
    if (party && !cn_jwt_is(party, t->policy->audience))
        return CN_JWT_PARTY;
    if (!t->policy->nonce)
        return CN_JWT_VALID;
    failure = require_text(t, "nonce", &nonce);
    if (!failure && !cn_secret_eq(nonce, cn_str(t->policy->nonce)))
        return CN_JWT_NONCE;
    return failure;
}

/* What a provider may also tell, under its own name or in our namespaces,
 * which a provider that keeps plain names to itself needs. */
static const char *profile_text(const verification *t, const char *const *names)
{
    for (; *names; names++) {
        const cn_value *claim = cn_jwt_member(t->claims, *names);

        if (claim && claim->kind == CN_KIND_TEXT && claim->text.len)
            return claim->text.ptr;
    }
    return "";
}

static void read_profile(const verification *t, cn_claims *out)
{
    static const char *const email[] = {"email", "https://canonhq.co/email",
                                        "https://specwright.dev/email", NULL};
    static const char *const name[] = {"name", "https://canonhq.co/name",
                                       "https://specwright.dev/name", NULL};
    static const char *const picture[] = {"picture", NULL};

    out->email = profile_text(t, email);
    out->name = profile_text(t, name);
    out->picture = profile_text(t, picture);
    out->payload = t->in.parts[PAYLOAD];
}

static int check_claims(verification *t, cn_claims *out)
{
    int failure = read_object(t, PAYLOAD, &t->claims);

    if (!failure)
        failure = check_issuer(t);
    if (!failure)
        failure = check_audience(t);
    if (!failure)
        failure = check_expiry(t, out);
    if (!failure)
        failure = check_begin(t, "nbf");
    if (!failure)
        failure = check_begin(t, "iat");
    if (!failure)
        failure = check_subject(t, out);
    if (!failure)
        failure = read_permissions(t, out);
    if (!failure)
        failure = read_org_id(t, out);
    if (!failure)
        failure = check_id_token(t);
    return failure;
}

int cn_jwt_open(cn_slice token, const cn_jwt_policy *policy, cn_arena *a,
                cn_jwt *out)
{
    verification t = {.arena = a, .policy = policy, .in = {.text = token}};
    int failure;

    cn_arena_guard(a); /* its parts make the token */
    failure = split(&t);
    if (!failure)
        failure = check_header(&t);
    *out = t.in;
    return failure;
}

int cn_jwt_check(const cn_jwks *set, const cn_jwt *token,
                 const cn_jwt_policy *policy, cn_arena *a, cn_claims *out)
{
    verification t = {.arena = a, .policy = policy, .in = *token};
    int failure = check_signature(&t, set);

    memset(out, 0, sizeof(*out));
    if (!failure)
        failure = check_claims(&t, out);
    if (failure)
        memset(out, 0, sizeof(*out));
    else
        read_profile(&t, out);
    return failure;
}

int cn_jwt_verify(const cn_jwks *set, cn_slice token,
                  const cn_jwt_policy *policy, cn_arena *a, cn_claims *out)
{
    cn_jwt opened;
    int failure = cn_jwt_open(token, policy, a, &opened);

    if (!failure)
        return cn_jwt_check(set, &opened, policy, a, out);
    memset(out, 0, sizeof(*out));
    return failure;
}
