/*
 * CANON.yaml: reading never fails on content, merging with nothing changes
 * nothing, and a target that is named exists.
 */
#include "fuzz.h"

#include "canon/config.h"

#include <string.h>

static void write(const canon_config *config, canon_buf *out)
{
    check(!canon_config_json(config, out, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const tags[] = {"a", "x"};
    const canon_route_facts facts = {"docs/a.md", "t", "o", tags, 2};
    canon_config *config;
    canon_config *merged;
    canon_buf once = CANON_BUF_INIT;
    canon_buf twice = CANON_BUF_INIT;
    int blocked;
    const char *target;

    if (size > 256 * 1024)
        return 0;
    check(!canon_config_parse((const char *)data, size, &config, NULL));
    check(!canon_config_merge(NULL, config, &merged, NULL));
    write(config, &once);
    write(merged, &twice);
    check(!strcmp(once.data, twice.data));
    target = canon_config_route(config, &facts, &blocked);
    check(!target || (!blocked && strstr(once.data, "ticket_mapping")));
    check(!canon_config_diagnostics_json(config, &once, NULL));
    canon_config_free(merged);
    check(!canon_config_merge(config, config, &merged, NULL));
    canon_config_free(merged);
    canon_config_free(config);
    canon_buf_free(&once);
    canon_buf_free(&twice);
    return 0;
}
