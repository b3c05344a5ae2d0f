#include "catalog.h"

#include "array.h"
#include "fail.h"
#include "map.h"
#include "search.h"
#include "stamps.h"

#include <stdlib.h>

#define MAX_BYTES ((size_t)1024 * 1024 * 1024)

/* What the bytes begin with; arrays and text follow in the order of
 * cn_catalog. */
typedef struct header {
    int64_t stamp;
    uint32_t documents;
    uint32_t tags;
    uint32_t names;
    uint32_t text_len;
} header;

/* A document while the catalog is made. */
typedef struct entry {
    int64_t id;
    uint32_t place; /* in the order of repository and path */
    uint32_t fields[CN_FIELD_COUNT];
    uint32_t tag_count;
} entry;

typedef struct builder {
    cn_array entries;
    cn_array tags;    /* uint32_t */
    cn_array name_at; /* uint32_t */
    cn_buf text;
    cn_map names; /* of a number + 1; keys in arena */
    cn_arena arena;
    size_t at; /* the document whose tags come */
    canon_error *err;
} builder;

static int name_of(builder *b, cn_slice text, uint32_t *out)
{
    uintptr_t known = (uintptr_t)cn_map_get(&b->names, text);
    const char *copy;
    uint32_t *at;

    if (known > 0) {
        *out = (uint32_t)(known - 1);
        return CANON_OK;
    }
    copy = cn_arena_copy(&b->arena, text);
    at = cn_array_push(&b->name_at);
    if (!copy || !at ||
        cn_map_put(&b->names, cn_slice_of(copy, text.len),
                   (void *)(uintptr_t)b->name_at.count))
        return cn_fail_memory(b->err);
    *at = (uint32_t)b->text.len;
    *out = (uint32_t)(b->name_at.count - 1);
    cn_buf_slice(&b->text, text);
    cn_buf_putc(&b->text, '\0');
    return cn_buf_check(&b->text, b->err);
}

static int on_document(void *user, const cn_search_document *document)
{
    builder *b = user;
    entry *e = cn_array_push(&b->entries);
    int rc = e ? CANON_OK : cn_fail_memory(b->err);

    if (rc)
        return rc;
    e->id = document->id;
    e->place = (uint32_t)(b->entries.count - 1);
    rc = name_of(b, document->status, &e->fields[CN_FIELD_STATUS]);
    if (!rc)
        rc = name_of(b, document->repo, &e->fields[CN_FIELD_REPO]);
    if (!rc)
        rc = name_of(b, document->team, &e->fields[CN_FIELD_TEAM]);
    return rc ? rc
              : name_of(b, document->review_status,
                        &e->fields[CN_FIELD_REVIEW]);
}

/* Tags come in the order of the documents. */
static int on_tag(void *user, int64_t document_id, cn_slice tag)
{
    builder *b = user;
    entry *entries = b->entries.items;
    entry *e;
    uint32_t *name;

    while (b->at < b->entries.count && entries[b->at].id < document_id)
        b->at++;
    e = &entries[b->at];
    if (b->at == b->entries.count || e->id != document_id)
        return CANON_OK;
    name = cn_array_push(&b->tags);
    if (!name)
        return cn_fail_memory(b->err);
    e->tag_count++;
    return name_of(b, tag, name);
}

static int by_id(const void *a, const void *b)
{
    int64_t x = ((const entry *)a)->id;
    int64_t y = ((const entry *)b)->id;

    return x < y ? -1 : x > y;
}

static int read_rows(canon_conn *conn, const char *org, builder *b)
{
    uint32_t nothing;
    int rc = name_of(b, cn_slice_of("", 0), &nothing);

    if (!rc)
        rc = cn_store_search_documents(conn->db, org, on_document, b, b->err);
    if (rc || b->entries.count == 0)
        return rc;
    qsort(b->entries.items, b->entries.count, b->entries.size, by_id);
    return cn_store_search_tags(conn->db, org, on_tag, b, b->err);
}

static void put_number(cn_buf *out, size_t n)
{
    uint32_t number = (uint32_t)n;

    cn_buf_add(out, &number, sizeof(number));
}

static void put_order(cn_buf *out, const cn_array *entries, cn_arena *a)
{
    uint32_t *order = cn_arena_array(a, entries->count + 1, sizeof(*order));
    const entry *e = entries->items;

    if (!order) {
        out->rc = CANON_ENOMEM;
        return;
    }
    for (size_t i = 0; i < entries->count; i++)
        order[e[i].place] = (uint32_t)i;
    cn_buf_add(out, order, entries->count * sizeof(*order));
}

static void put_array(cn_buf *out, const cn_array *array)
{
    if (array->count > 0)
        cn_buf_add(out, array->items, array->count * array->size);
}

/* In the order of cn_catalog. */
static int put_all(builder *b, int64_t stamp, cn_buf *out)
{
    const entry *e = b->entries.items;
    size_t count = b->entries.count;
    size_t tags = 0;
    header h = {stamp, (uint32_t)count, (uint32_t)b->tags.count,
                (uint32_t)b->name_at.count, (uint32_t)b->text.len};

    cn_buf_add(out, &h, sizeof(h));
    for (size_t i = 0; i < count; i++)
        cn_buf_add(out, &e[i].id, sizeof(e[i].id));
    put_order(out, &b->entries, &b->arena);
    for (size_t i = 0; i < count; i++)
        put_number(out, e[i].place);
    for (size_t f = 0; f < CN_FIELD_COUNT; f++)
        for (size_t i = 0; i < count; i++)
            put_number(out, e[i].fields[f]);
    for (size_t i = 0; i < count; i++) {
        put_number(out, tags);
        tags += e[i].tag_count;
    }
    put_number(out, tags);
    put_array(out, &b->tags);
    put_array(out, &b->name_at);
    cn_buf_slice(out, cn_buf_all(&b->text));
    return cn_buf_check(out, b->err);
}

static const uint32_t *take(const uint32_t **rest, size_t count)
{
    const uint32_t *numbers = *rest;

    *rest += count;
    return numbers;
}

/* Point into the bytes. */
static void open_bytes(cn_catalog *c)
{
    const header *h = (const void *)c->bytes.data;
    const uint32_t *rest;

    c->count = h->documents;
    c->name_count = h->names;
    c->ids = (const void *)(h + 1);
    rest = (const void *)(c->ids + c->count);
    c->order = take(&rest, c->count);
    c->rank = take(&rest, c->count);
    for (size_t f = 0; f < CN_FIELD_COUNT; f++)
        c->fields[f] = take(&rest, c->count);
    c->first_tag = take(&rest, c->count + 1);
    c->tags = take(&rest, h->tags);
    c->name_at = take(&rest, h->names);
    c->text = (const void *)rest;
}

static int make(canon_conn *conn, const char *org, int64_t stamp, cn_buf *out)
{
    builder b = {.entries = CN_ARRAY_INIT(entry),
                 .tags = CN_ARRAY_INIT(uint32_t),
                 .name_at = CN_ARRAY_INIT(uint32_t),
                 .text = CN_BUF_INIT(MAX_BYTES),
                 .names = CN_MAP_INIT,
                 .arena = CN_ARENA_INIT,
                 .err = &conn->err};
    int rc = read_rows(conn, org, &b);

    if (!rc)
        rc = put_all(&b, stamp, out);
    cn_array_free(&b.entries);
    cn_array_free(&b.tags);
    cn_array_free(&b.name_at);
    cn_buf_free(&b.text);
    cn_map_free(&b.names);
    cn_arena_free(&b.arena);
    return rc;
}

static bool is_current(const cn_buf *bytes, int64_t stamp)
{
    const header *h = (const void *)bytes->data;

    return !bytes->rc && bytes->len >= sizeof(*h) && h->stamp == stamp;
}

int cn_catalog_load(canon_conn *conn, const char *org, cn_catalog *out)
{
    const cn_buf empty = CN_BUF_INIT(MAX_BYTES);
    cn_buf key = CN_BUF_INIT(256);
    int64_t stamp = 0;
    int rc = cn_store_stamp_get(conn->db, org, &stamp, &conn->err);

    out->bytes = empty;
    cn_buf_printf(&key, "%s/catalog", org);
    if (!rc)
        rc = cn_buf_check(&key, &conn->err);
    if (!rc &&
        !(cn_lru_get(cn_conn_cache(conn), cn_buf_all(&key), &out->bytes) &&
          is_current(&out->bytes, stamp))) {
        cn_buf_free(&out->bytes);
        out->bytes = empty;
        rc = make(conn, org, stamp, &out->bytes);
        if (!rc && stamp)
            cn_lru_put(cn_conn_cache(conn), cn_buf_all(&key),
                       cn_buf_all(&out->bytes));
    }
    if (!rc)
        open_bytes(out);
    cn_buf_free(&key);
    return rc;
}

void cn_catalog_free(cn_catalog *catalog)
{
    cn_buf_free(&catalog->bytes);
}

/* Ever longer steps, then halves: near ones are found at once. */
size_t cn_catalog_find(const cn_catalog *c, int64_t id, size_t from)
{
    size_t step = 1;
    size_t low = from;
    size_t high = from;

    while (high < c->count && c->ids[high] < id) {
        low = high + 1;
        high += step;
        step *= 2;
    }
    if (high > c->count)
        high = c->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (c->ids[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < c->count && c->ids[low] == id ? low : c->count;
}
