/*
 * Sizes of the public structs by name, for bindings that mirror them.
 */
#include "canon.h"

#include <string.h>

#define SIZE(type)                                                             \
    {                                                                          \
#type, sizeof(type)                                                    \
    }

/* in the order of the headers; a test of the Python binding compares them */
/* clang-format off */
static const struct {
    const char *name;
    size_t size;
} sizes[] = {
    SIZE(canon_error),
    SIZE(canon_buf),
    SIZE(canon_log_event),
    SIZE(canon_event),
    SIZE(canon_header),
    SIZE(canon_http_request),
    SIZE(canon_http_response),
    SIZE(canon_env),
    SIZE(canon_options),
    SIZE(canon_caller),
    SIZE(canon_request),
    SIZE(canon_peer),
    SIZE(canon_response),
    SIZE(canon_route),
    SIZE(canon_credentials),
    SIZE(canon_principal),
    SIZE(canon_user),
    SIZE(canon_key),
    SIZE(canon_key_order),
    SIZE(canon_cookie),
    SIZE(canon_login_order),
    SIZE(canon_redirect),
    SIZE(canon_login_answer),
    SIZE(canon_login),
    SIZE(canon_tokens),
    SIZE(canon_device),
    SIZE(canon_device_poll),
    SIZE(canon_config_values),
    SIZE(canon_config_diagnostic),
    SIZE(canon_route_facts),
    SIZE(canon_coverage_query),
    SIZE(canon_coverage_counts),
    SIZE(canon_revision),
    SIZE(canon_file),
    SIZE(canon_change),
    SIZE(canon_written),
    SIZE(canon_source_ops),
    SIZE(canon_found_source),
    SIZE(canon_edit),
    SIZE(canon_edit_conflict),
    SIZE(canon_asset),
    SIZE(canon_wire),
    SIZE(canon_repo),
    SIZE(canon_answer),
    SIZE(canon_index_progress),
    SIZE(canon_index_options),
    SIZE(canon_index_report),
    SIZE(canon_index_totals),
    SIZE(canon_spec_options),
    SIZE(canon_spec_meta),
    SIZE(canon_evidence),
    SIZE(canon_criterion),
    SIZE(canon_step),
    SIZE(canon_scenario),
    SIZE(canon_section),
    SIZE(canon_diagnostic),
    SIZE(canon_spec_counts),
    SIZE(canon_criterion_ref),
    SIZE(canon_meta_value),
    SIZE(canon_template),
    SIZE(canon_finding),
    SIZE(canon_lint_options),
    SIZE(canon_merge_input),
    SIZE(canon_merge_part),
    SIZE(canon_render_options),
    SIZE(canon_search_query),
    SIZE(canon_search_hit),
    SIZE(canon_setting),
    SIZE(canon_task_query),
    SIZE(canon_task),
};
/* clang-format on */

size_t canon_sizeof(const char *struct_name)
{
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        if (strcmp(sizes[i].name, struct_name) == 0)
            return sizes[i].size;
    }
    return 0;
}
