/*
 * Cookies, RFC 6265: finding one among those that a browser sends, and asking a
 * browser to keep one. What cannot stand in a cookie is written as %XX.
 */
#include "api.h"

#include "canon/settings.h"

#include "escape.h"
#include "fail.h"

#include <inttypes.h>
#include <stdio.h>

/* cookie-octet of RFC 6265 section 4.1.1. */
static bool is_octet(char c)
{
    return c > ' ' && c < 0x7f && c != '"' && c != ',' && c != ';' && c != '\\';
}

static bool are_octets(cn_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_octet(text.ptr[i]))
            return false;
    return true;
}

/* A token of RFC 9110 section 5.6.2, as far as our names need it. */
static bool is_name(const char *name)
{
    const char *p = name;

    while (cn_is_alpha(*p) || cn_is_digit(*p) || *p == '_' || *p == '-')
        p++;
    return p > name && *p == '\0';
}

/* The content of a pair; some clients put it in quotes. */
static cn_slice unquote(cn_slice value)
{
    if (value.len >= 2 && value.ptr[0] == '"' &&
        value.ptr[value.len - 1] == '"')
        return cn_slice_of(value.ptr + 1, value.len - 2);
    return value;
}

size_t cn_cookie_find(cn_slice header, cn_slice name, cn_slice *out)
{
    size_t count = out->ptr ? 1 : 0;

    while (header.ptr) {
        cn_slice value = cn_slice_cut(&header, ';');
        cn_slice key = cn_slice_trim(cn_slice_cut(&value, '='));

        if (!value.ptr || !cn_slice_eq(key, name))
            continue;
        value = unquote(cn_slice_trim(value));
        if (count > 0 && cn_slice_eq(value, *out))
            continue;
        if (count == 0)
            *out = value;
        count++;
    }
    return count;
}

/* A copy with its escapes undone; NULL when they are no good. */
static const char *decode(cn_call *c, cn_slice value)
{
    cn_buf text = CN_BUF_INIT(CN_COOKIE_MAX);
    const char *copy = NULL;
    bool ok = cn_url_decode(&text, value, false);

    if (cn_buf_check(&text, &c->err) == CANON_OK && ok && text.len > 0 &&
        !memchr(text.data, '\0', text.len)) {
        copy = cn_arena_str(&c->arena, text.data);
        if (!copy)
            (void)cn_fail_memory(&c->err); /* the caller looks at it */
    }
    cn_buf_free(&text);
    return copy;
}

/* How many different contents a cookie has, in all headers. */
static size_t find(const cn_call *c, const char *name, cn_slice *out)
{
    size_t count = 0;

    *out = (cn_slice){NULL, 0};
    for (size_t i = 0; i < c->request.header_count; i++) {
        const canon_header *header = &c->request.headers[i];

        if (cn_slice_is_nocase(cn_str(header->name), "Cookie"))
            count = cn_cookie_find(cn_str(header->value), cn_str(name), out);
        if (count > 1)
            return count;
    }
    return count;
}

bool cn_call_has_cookie(const cn_call *c, const char *name)
{
    cn_slice value;

    return find(c, name, &value) > 0;
}

const char *cn_call_cookie(cn_call *c, const char *name)
{
    cn_slice value;

    if (find(c, name, &value) != 1 || value.len == 0 ||
        value.len > CN_COOKIE_MAX || !are_octets(value))
        return NULL;
    return decode(c, value);
}

/* The content, so that it survives the way there and back. */
static void put_value(cn_buf *out, cn_slice value)
{
    for (size_t i = 0; i < value.len; i++) {
        if (is_octet(value.ptr[i]) && value.ptr[i] != '%')
            cn_buf_putc(out, value.ptr[i]);
        else
            cn_buf_printf(out, "%%%02X", (unsigned char)value.ptr[i]);
    }
}

int cn_call_set_cookie(cn_call *c, const canon_cookie *cookie)
{
    cn_slice base = cn_str(canon_setting_text(c->engine, "PLATFORM_URL"));
    bool deletes = !cookie->value || !*cookie->value || !cookie->max_age_s;
    cn_buf text = CN_BUF_INIT(4 * CN_COOKIE_MAX);
    const char **place;
    int rc;

    if (!is_name(cookie->name))
        return cn_fail(&c->err, CANON_EINVAL, "no name of a cookie");
    place = cn_array_push(&c->cookies);
    cn_buf_printf(&text, "%s=", cookie->name);
    if (!deletes)
        put_value(&text, cn_str(cookie->value));
    cn_buf_printf(&text, "; Path=%s", cookie->path ? cookie->path : "/");
    if (deletes)
        cn_buf_puts(&text, "; Max-Age=0");
    else if (cookie->max_age_s > 0)
        cn_buf_printf(&text, "; Max-Age=%" PRId64, cookie->max_age_s);
    cn_buf_puts(&text, "; HttpOnly; SameSite=Lax");
    if (cn_slice_starts_nocase(base, "https://"))
        cn_buf_puts(&text, "; Secure");
    rc = cn_buf_check(&text, &c->err);
    if (!rc && place)
        *place = cn_arena_str(&c->arena, cn_buf_text(&text));
    cn_buf_free(&text);
    if (!rc && (!place || !*place))
        rc = cn_fail_memory(&c->err);
    return rc;
}

int cn_call_delete_cookie(cn_call *c, const char *name, const char *path)
{
    canon_cookie cookie = {.value = "", .path = path};

    (void)snprintf(cookie.name, sizeof(cookie.name), "%s", name);
    return cn_call_set_cookie(c, &cookie);
}
