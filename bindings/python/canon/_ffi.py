"""The C library as it is: generated from its headers by declare.py."""

from ctypes import (
    CDLL,
    CFUNCTYPE,
    POINTER,
    Structure,
    c_char,
    c_char_p,
    c_double,
    c_int,
    c_int32,
    c_int64,
    c_size_t,
    c_ubyte,
    c_uint,
    c_void_p,
)
from typing import Any, Dict, List, Tuple

from ._library import load

CODES: Dict[str, int] = {
    "OK": 0,
    "EINVAL": -1,
    "ENOMEM": -2,
    "ENOTFOUND": -3,
    "ECONFLICT": -4,
    "EAMBIGUOUS": -5,
    "ETOOBIG": -6,
    "EDENIED": -7,
    "EAUTH": -8,
    "ELIMIT": -9,
    "EBUSY": -10,
    "ESTORE": -11,
    "EIO": -12,
    "EREMOTE": -13,
    "ECANCELED": -14,
    "EUNSUPPORTED": -15,
    "EVERSION": -16,
}

CANON_LOG_ERROR = 0
CANON_LOG_WARN = 1
CANON_LOG_INFO = 2
CANON_LOG_DEBUG = 3
CANON_HTTP_PUBLIC = 1
CANON_PERM_SPECS_READ = 1
CANON_PERM_SPECS_WRITE = 2
CANON_PERM_SPECS_ADMIN = 4
CANON_PERM_ORG_MANAGE = 8
CANON_PERM_PLATFORM_MANAGE = 16
CANON_PERM_ALL = 31
CANON_BY_NOTHING = 0
CANON_BY_OPERATOR = 1
CANON_BY_SESSION = 2
CANON_BY_TOKEN = 3
CANON_BY_KEY = 4
CANON_BY_HOST = 5
CANON_AUTH_OK = 0
CANON_AUTH_NONE = 1
CANON_AUTH_KEY_UNKNOWN = 2
CANON_AUTH_KEY_REVOKED = 3
CANON_AUTH_KEY_EXPIRED = 4
CANON_AUTH_KEY_LOST = 5
CANON_AUTH_TOKEN = 6
CANON_AUTH_SESSION = 7
CANON_AUTH_DEACTIVATED = 8
CANON_AUTH_PROVIDER = 9
CANON_AUTH_STORE = 10
CANON_AUTH_STALE = 11
CANON_REFRESH_OK = 0
CANON_REFRESH_UNKNOWN = 1
CANON_REFRESH_REFUSED = 2
CANON_REFRESH_LOST = 3
CANON_REFRESH_RUNNING = 4
CANON_REFRESH_PROVIDER = 5
CANON_REFRESH_STORE = 6
CANON_DEVICE_PENDING = 0
CANON_DEVICE_SLOW = 1
CANON_DEVICE_APPROVED = 2
CANON_DEVICE_DENIED = 3
CANON_DEVICE_EXPIRED = 4
CANON_DEVICE_FAILED = 5
CANON_WIRE_CUT = -1
CANON_WIRE_LATE = -2
CANON_WIRE_CLOSE = 1
CANON_WIRE_STARTING = 2
CANON_WIRE_STOPPING = 4
CANON_STATE_DRAFT = 0
CANON_STATE_TODO = 1
CANON_STATE_IN_PROGRESS = 2
CANON_STATE_DONE = 3
CANON_STATE_BLOCKED = 4
CANON_STATE_DEPRECATED = 5
CANON_STATE_COUNT = 6
CANON_DELTA_NONE = 0
CANON_DELTA_ADDED = 1
CANON_DELTA_MODIFIED = 2
CANON_DELTA_REMOVED = 3
CANON_STRENGTH_NONE = 0
CANON_STRENGTH_MUST = 1
CANON_STRENGTH_MUST_NOT = 2
CANON_STRENGTH_SHOULD = 3
CANON_STRENGTH_SHOULD_NOT = 4
CANON_STRENGTH_MAY = 5
CANON_SEVERITY_ERROR = 0
CANON_SEVERITY_WARNING = 1
CANON_SEVERITY_INFO = 2
CANON_KIND_DOC = 0
CANON_KIND_SPEC = 1
CANON_KIND_ADR = 2
CANON_KIND_README = 3
CANON_KIND_CHANGELOG = 4
CANON_KIND_CONTRIBUTING = 5
CANON_KIND_RUNBOOK = 6
CANON_KIND_PLUGIN = 7
CANON_KIND_SKILL = 8
CANON_KIND_COUNT = 9
CANON_SETTING_TEXT = 0
CANON_SETTING_INT = 1
CANON_SETTING_BOOL = 2
CANON_SETTING_WORD = 3
CANON_SETTING_BYTES = 4
CANON_SETTING_SECRET = 5


class canon_error(Structure):
    _fields_ = [
        ("code", c_int),
        ("text", c_char * 240),
    ]


class canon_buf(Structure):
    _fields_ = [
        ("data", POINTER(c_char)),
        ("len", c_size_t),
        ("cap", c_size_t),
    ]


class canon_log_event(Structure):
    _fields_ = [
        ("level", c_int),
        ("module", c_char_p),
        ("text", c_char_p),
        ("request", c_char_p),
        ("time_us", c_int64),
    ]


class canon_event(Structure):
    _fields_ = [
        ("name", c_char_p),
        ("org", c_char_p),
        ("detail", c_char_p),
        ("time_us", c_int64),
    ]


class canon_header(Structure):
    _fields_ = [
        ("name", c_char_p),
        ("value", c_char_p),
    ]


class canon_http_request(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("method", c_char_p),
        ("url", c_char_p),
        ("headers", POINTER(canon_header)),
        ("header_count", c_size_t),
        ("body", c_void_p),
        ("body_len", c_size_t),
        ("connect_us", c_int64),
        ("total_us", c_int64),
        ("max_bytes", c_int64),
        ("on_data", CFUNCTYPE(c_int, c_void_p, c_void_p, c_size_t)),
        ("data_user", c_void_p),
        ("flags", c_int),
    ]


class canon_http_response(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("status", c_int),
        ("on_header", CFUNCTYPE(None, c_void_p, c_char_p, c_char_p)),
        ("header_user", c_void_p),
        ("reason", c_char * 120),
    ]


class canon_env(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("user", c_void_p),
        ("now_us", CFUNCTYPE(c_int64, c_void_p)),
        ("monotonic_us", CFUNCTYPE(c_int64, c_void_p)),
        ("random", CFUNCTYPE(c_int, c_void_p, c_void_p, c_size_t)),
        ("realloc", CFUNCTYPE(c_void_p, c_void_p, c_void_p, c_size_t)),
        (
            "http",
            CFUNCTYPE(
                c_int,
                c_void_p,
                POINTER(canon_http_request),
                POINTER(canon_http_response),
            ),
        ),
        ("log", CFUNCTYPE(None, c_void_p, POINTER(canon_log_event))),
        ("event", CFUNCTYPE(None, c_void_p, POINTER(canon_event))),
    ]


class canon_options(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("database_url", c_char_p),
        ("env", POINTER(canon_env)),
        ("shell_html", c_char_p),
        ("shell_len", c_size_t),
        ("busy_timeout_ms", c_int),
        ("local_mode_off", c_int),
    ]


class canon_caller(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("sub", c_char_p),
        ("email", c_char_p),
        ("name", c_char_p),
        ("org", c_char_p),
        ("permissions", c_uint),
    ]


class canon_request(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("method", c_char_p),
        ("target", c_char_p),
        ("headers", POINTER(canon_header)),
        ("header_count", c_size_t),
        ("remote_addr", c_char_p),
        ("body_len", c_int64),
        ("caller", POINTER(canon_caller)),
    ]


class canon_peer(Structure):
    _fields_ = [
        ("read", CFUNCTYPE(c_int, c_void_p, c_void_p, c_size_t)),
        (
            "begin",
            CFUNCTYPE(c_int, c_void_p, c_int, POINTER(canon_header), c_size_t, c_int64),
        ),
        ("write", CFUNCTYPE(c_int, c_void_p, c_void_p, c_size_t)),
        ("user", c_void_p),
    ]


class canon_response(Structure):
    _fields_ = [
        ("status", c_int),
        ("headers", canon_buf),
        ("body", canon_buf),
    ]


class canon_route(Structure):
    _fields_ = [
        ("method", c_char_p),
        ("path", c_char_p),
        ("operation", c_char_p),
        ("permission", c_char_p),
        ("implemented", c_int),
        ("extension", c_int),
    ]


class canon_credentials(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("bearer", c_char_p),
        ("session", c_char_p),
    ]


class canon_principal(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("by", c_int),
        ("sub", c_char_p),
        ("email", c_char_p),
        ("name", c_char_p),
        ("picture", c_char_p),
        ("org_id", c_char_p),
        ("org", c_char_p),
        ("orgs", POINTER(c_char_p)),
        ("github_login", c_char_p),
        ("github_name", c_char_p),
        ("user_id", c_int64),
        ("key_id", c_int64),
        ("last_login_us", c_int64),
        ("permissions", c_uint),
    ]


class canon_user(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("id", c_int64),
        ("sub", c_char_p),
        ("email", c_char_p),
        ("name", c_char_p),
        ("role", c_char_p),
        ("created_us", c_int64),
        ("last_login_us", c_int64),
        ("active", c_int),
    ]


class canon_key(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("id", c_int64),
        ("label", c_char_p),
        ("prefix", c_char_p),
        ("org", c_char_p),
        ("owner", c_char_p),
        ("scopes", c_uint),
        ("created_us", c_int64),
        ("expires_us", c_int64),
        ("revoked_us", c_int64),
        ("last_used_us", c_int64),
    ]


class canon_key_order(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("org", c_char_p),
        ("user_id", c_int64),
        ("label", c_char_p),
        ("scopes", c_uint),
        ("granted_by", c_uint),
        ("expires_days", c_int),
    ]


class canon_cookie(Structure):
    _fields_ = [
        ("name", c_char * 48),
        ("value", c_char_p),
        ("path", c_char_p),
        ("max_age_s", c_int64),
    ]


class canon_login_order(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("org", c_char_p),
        ("connection", c_char_p),
        ("next", c_char_p),
    ]


class canon_redirect(Structure):
    _fields_ = [
        ("url", c_char_p),
        ("cookie", canon_cookie),
    ]


class canon_login_answer(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("state", c_char_p),
        ("code", c_char_p),
        ("error", c_char_p),
        ("iss", c_char_p),
        ("cookie", c_char_p),
        ("device", c_char_p),
        ("session", c_char_p),
    ]


class canon_login(Structure):
    _fields_ = [
        ("org", c_char_p),
        ("next", c_char_p),
        ("sub", c_char_p),
        ("first", c_int),
        ("session", canon_cookie),
        ("refresh", canon_cookie),
        ("state", canon_cookie),
    ]


class canon_tokens(Structure):
    _fields_ = [
        ("access_token", c_char_p),
        ("refresh_token", c_char_p),
        ("expires_s", c_int64),
    ]


class canon_device(Structure):
    _fields_ = [
        ("device_code", c_char_p),
        ("user_code", c_char_p),
        ("verification_uri", c_char_p),
        ("verification_uri_complete", c_char_p),
        ("interval_s", c_int64),
        ("expires_s", c_int64),
    ]


class canon_device_poll(Structure):
    _fields_ = [
        ("state", c_int),
        ("tokens", canon_tokens),
        ("email", c_char_p),
        ("org", c_char_p),
        ("refreshable", c_int),
    ]


class canon_config_values(Structure):
    _fields_ = [
        ("team", c_char_p),
        ("ticket_system", c_char_p),
        ("project_key", c_char_p),
        ("slack_channel", c_char_p),
        ("doc_paths", POINTER(c_char_p)),
        ("doc_path_count", c_size_t),
        ("auto_tickets", c_int),
        ("require_review", c_int),
        ("lifecycle_sync", c_char_p),
        ("sync_content", c_int),
        ("conflict", c_char_p),
        ("reverse_sync", c_int),
        ("pr_analysis", c_int),
        ("doc_updates", c_int),
        ("realization_check", c_int),
        ("stale_days", c_int),
        ("skip_drafts", c_int),
        ("check_partial", c_int),
        ("block_on_conflict", c_int),
    ]


class canon_config_diagnostic(Structure):
    _fields_ = [
        ("severity", c_int),
        ("code", c_char_p),
        ("message", c_char_p),
        ("line", c_size_t),
    ]


class canon_route_facts(Structure):
    _fields_ = [
        ("path", c_char_p),
        ("team", c_char_p),
        ("owner", c_char_p),
        ("tags", POINTER(c_char_p)),
        ("tag_count", c_size_t),
    ]


class canon_coverage_query(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("org", c_char_p),
        ("repo", c_char_p),
        ("team", c_char_p),
        ("days", c_int),
    ]


class canon_coverage_counts(Structure):
    _fields_ = [
        ("total_specs", c_int64),
        ("total_sections", c_int64),
        ("done_sections", c_int64),
        ("total_ac", c_int64),
        ("done_ac", c_int64),
        ("realized_ac", c_int64),
        ("section_pct", c_double),
        ("ac_pct", c_double),
        ("realization_pct", c_double),
        ("health", c_double),
    ]


class canon_revision(Structure):
    _fields_ = [
        ("id", c_char * 72),
        ("branch", c_char * 256),
        ("time_us", c_int64),
    ]


class canon_file(Structure):
    _fields_ = [
        ("path", c_char_p),
        ("blob", c_char_p),
        ("stamp", c_char_p),
        ("len", c_int64),
        ("time_us", c_int64),
    ]


class canon_change(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("path", c_char_p),
        ("text", c_char_p),
        ("text_len", c_size_t),
        ("base_blob", c_char_p),
        ("message", c_char_p),
        ("author_name", c_char_p),
        ("author_email", c_char_p),
        ("branch", c_char_p),
        ("title", c_char_p),
        ("body", c_char_p),
    ]


class canon_written(Structure):
    _fields_ = [
        ("blob", c_char * 72),
        ("commit", c_char * 72),
        ("branch", c_char * 256),
        ("number", c_int64),
        ("url", c_char * 512),
    ]


class canon_source_ops(Structure):
    _fields_ = [
        ("size", c_size_t),
        (
            "open",
            CFUNCTYPE(
                c_int,
                c_void_p,
                c_char_p,
                POINTER(c_void_p),
                POINTER(canon_error),
            ),
        ),
        (
            "head",
            CFUNCTYPE(
                c_int,
                c_void_p,
                c_char_p,
                POINTER(canon_revision),
                POINTER(canon_error),
            ),
        ),
        (
            "list",
            CFUNCTYPE(
                c_int,
                c_void_p,
                POINTER(canon_revision),
                CFUNCTYPE(c_int, POINTER(canon_file), c_void_p),
                c_void_p,
                POINTER(canon_error),
            ),
        ),
        (
            "read",
            CFUNCTYPE(
                c_int,
                c_void_p,
                POINTER(canon_revision),
                c_char_p,
                c_size_t,
                POINTER(canon_buf),
                POINTER(c_char),
                POINTER(canon_error),
            ),
        ),
        (
            "write",
            CFUNCTYPE(
                c_int,
                c_void_p,
                POINTER(canon_change),
                POINTER(canon_written),
                POINTER(canon_error),
            ),
        ),
        (
            "propose",
            CFUNCTYPE(
                c_int,
                c_void_p,
                POINTER(canon_change),
                POINTER(canon_written),
                POINTER(canon_error),
            ),
        ),
        ("close", CFUNCTYPE(None, c_void_p)),
    ]


class canon_found_source(Structure):
    _fields_ = [
        ("name", c_char_p),
        ("url", c_char_p),
    ]


class canon_edit(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("org", c_char_p),
        ("full_name", c_char_p),
        ("change", canon_change),
    ]


class canon_edit_conflict(Structure):
    _fields_ = [
        ("text", canon_buf),
        ("blob", c_char * 72),
        ("branch_exists", c_int),
    ]


class canon_asset(Structure):
    _fields_ = [
        ("path", c_char_p),
        ("data", POINTER(c_ubyte)),
        ("len", c_size_t),
    ]


class canon_wire(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("read", CFUNCTYPE(c_int, c_void_p, c_void_p, c_size_t)),
        ("write", CFUNCTYPE(c_int, c_void_p, c_void_p, c_size_t)),
        ("stream", CFUNCTYPE(c_int, c_void_p, c_int)),
        ("user", c_void_p),
        ("out", POINTER(c_char)),
        ("out_cap", c_size_t),
        ("version", c_char_p),
        ("assets", POINTER(canon_asset)),
        ("flags", c_int),
        ("status", c_int),
        ("why", c_char_p),
    ]


class canon_repo(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("org", c_char_p),
        ("full_name", c_char_p),
        ("source", c_char_p),
        ("description", c_char_p),
    ]


class canon_index_progress(Structure):
    _fields_ = [
        ("org", c_char_p),
        ("repo", c_char_p),
        ("path", c_char_p),
        ("done", c_int64),
        ("total", c_int64),
        ("repos_done", c_int64),
        ("repos_total", c_int64),
    ]


class canon_index_options(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("force", c_int),
        ("on_progress", CFUNCTYPE(c_int, POINTER(canon_index_progress), c_void_p)),
        ("user", c_void_p),
    ]


class canon_index_report(Structure):
    _fields_ = [
        ("repos", c_int64),
        ("repos_failed", c_int64),
        ("files", c_int64),
        ("indexed", c_int64),
        ("unchanged", c_int64),
        ("removed", c_int64),
        ("errors", c_int64),
        ("first_error", c_char * 240),
    ]


class canon_answer(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("org", c_char_p),
        ("key", POINTER(c_char_p)),
        ("key_count", c_size_t),
        ("make", CFUNCTYPE(c_int, c_void_p, c_void_p, POINTER(canon_buf))),
        ("user", c_void_p),
    ]


class canon_index_totals(Structure):
    _fields_ = [
        ("repos", c_int64),
        ("documents", c_int64),
        ("specs", c_int64),
        ("sections", c_int64),
        ("done_sections", c_int64),
        ("criteria", c_int64),
        ("done_criteria", c_int64),
        ("realized_criteria", c_int64),
    ]


class canon_spec_options(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("file_path", c_char_p),
        ("max_len", c_size_t),
        ("max_section_depth", c_int),
        ("no_content", c_int),
    ]


class canon_spec_meta(Structure):
    _fields_ = [
        ("title", c_char_p),
        ("status", c_char_p),
        ("owner", c_char_p),
        ("team", c_char_p),
        ("ticket_project", c_char_p),
        ("created", c_char_p),
        ("updated", c_char_p),
        ("doc_type", c_char_p),
        ("supersedes", c_char_p),
        ("review_status", c_char_p),
        ("sync", c_char_p),
        ("ai_exposure", c_char_p),
        ("tags", POINTER(c_char_p)),
        ("tag_count", c_size_t),
        ("depends_on", POINTER(c_char_p)),
        ("depends_on_count", c_size_t),
        ("paths", POINTER(c_char_p)),
        ("path_count", c_size_t),
        ("has_mapping", c_int),
        ("has_title", c_int),
        ("has_type", c_int),
    ]


class canon_evidence(Structure):
    _fields_ = [
        ("pr_number", c_int32),
        ("file_path", c_char_p),
        ("lines", c_char_p),
    ]


class canon_criterion(Structure):
    _fields_ = [
        ("text", c_char_p),
        ("checked", c_int),
        ("strength", c_int),
        ("line", c_size_t),
        ("evidence", POINTER(canon_evidence)),
        ("evidence_count", c_size_t),
    ]


class canon_step(Structure):
    _fields_ = [
        ("keyword", c_char_p),
        ("text", c_char_p),
        ("strength", c_int),
        ("line", c_size_t),
    ]


class canon_scenario(Structure):
    _fields_ = [
        ("name", c_char_p),
        ("steps", POINTER(canon_step)),
        ("step_count", c_size_t),
        ("start_line", c_size_t),
        ("end_line", c_size_t),
    ]


class canon_section(Structure):
    _fields_ = [
        ("id", c_char_p),
        ("number", c_char_p),
        ("title", c_char_p),
        ("content", c_char_p),
        ("depth", c_int),
        ("state", c_int),
        ("blocked_by", c_char_p),
        ("delta", c_int),
        ("ticket_system", c_char_p),
        ("ticket_id", c_char_p),
        ("criteria", POINTER(canon_criterion)),
        ("criterion_count", c_size_t),
        ("scenarios", POINTER(canon_scenario)),
        ("scenario_count", c_size_t),
        ("evidence", POINTER(canon_evidence)),
        ("evidence_count", c_size_t),
        ("start_line", c_size_t),
        ("end_line", c_size_t),
        ("parent", c_size_t),
        ("child_count", c_size_t),
        ("subtree", c_size_t),
    ]


class canon_diagnostic(Structure):
    _fields_ = [
        ("severity", c_int),
        ("code", c_char_p),
        ("message", c_char_p),
        ("line", c_size_t),
    ]


class canon_spec_counts(Structure):
    _fields_ = [
        ("total_sections", c_int64),
        ("done_sections", c_int64),
        ("total_ac", c_int64),
        ("done_ac", c_int64),
        ("realized_ac", c_int64),
    ]


class canon_criterion_ref(Structure):
    _fields_ = [
        ("text", c_char_p),
        ("section", c_char_p),
    ]


class canon_meta_value(Structure):
    _fields_ = [
        ("text", c_char_p),
        ("items", POINTER(c_char_p)),
        ("item_count", c_size_t),
        ("is_list", c_int),
    ]


class canon_merge_input(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("base", c_char_p),
        ("base_len", c_size_t),
        ("ours", c_char_p),
        ("ours_len", c_size_t),
        ("theirs", c_char_p),
        ("theirs_len", c_size_t),
    ]


class canon_merge_part(Structure):
    _fields_ = [
        ("is_conflict", c_int),
        ("text", c_char_p),
        ("text_len", c_size_t),
        ("base", c_char_p),
        ("base_len", c_size_t),
        ("ours", c_char_p),
        ("ours_len", c_size_t),
        ("theirs", c_char_p),
        ("theirs_len", c_size_t),
    ]


class canon_template(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("type", c_char_p),
        ("title", c_char_p),
        ("owner", c_char_p),
        ("date", c_char_p),
    ]


class canon_finding(Structure):
    _fields_ = [
        ("file", c_char_p),
        ("severity", c_int),
        ("rule", c_char_p),
        ("message", c_char_p),
        ("line", c_size_t),
    ]


class canon_lint_options(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("known_paths", POINTER(c_char_p)),
        ("known_count", c_size_t),
        ("check_references", c_int),
    ]


class canon_render_options(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("org", c_char_p),
        ("repo", c_char_p),
        ("path", c_char_p),
        ("jira_host", c_char_p),
        ("raw_base", c_char_p),
        ("patterns", POINTER(c_char_p)),
        ("pattern_count", c_size_t),
    ]


class canon_search_query(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("org", c_char_p),
        ("q", c_char_p),
        ("team", c_char_p),
        ("tag", c_char_p),
        ("status", c_char_p),
        ("repo", c_char_p),
        ("review_status", c_char_p),
        ("limit", c_int),
        ("offset", c_int),
        ("no_facets", c_int),
    ]


class canon_search_hit(Structure):
    _fields_ = [
        ("file_path", c_char_p),
        ("title", c_char_p),
        ("status", c_char_p),
        ("owner", c_char_p),
        ("team", c_char_p),
        ("repo_full_name", c_char_p),
        ("repo_owner", c_char_p),
        ("repo_name", c_char_p),
        ("tags", POINTER(c_char_p)),
        ("tag_count", c_size_t),
        ("heading", c_char_p),
        ("snippet_html", c_char_p),
        ("doc_type", c_char_p),
        ("review_status", c_char_p),
        ("score", c_double),
    ]


class canon_setting(Structure):
    _fields_ = [
        ("name", c_char_p),
        ("group", c_char_p),
        ("preset", c_char_p),
        ("words", c_char_p),
        ("help", c_char_p),
        ("min", c_int64),
        ("max", c_int64),
        ("type", c_int),
    ]


class canon_task_query(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("org", c_char_p),
        ("status", c_char_p),
        ("repo", c_char_p),
    ]


class canon_task(Structure):
    _fields_ = [
        ("section_id", c_char_p),
        ("section_number", c_char_p),
        ("title", c_char_p),
        ("status", c_char_p),
        ("blocked_by", c_char_p),
        ("ticket_system", c_char_p),
        ("ticket_id", c_char_p),
        ("spec_title", c_char_p),
        ("spec_file_path", c_char_p),
        ("repo_owner", c_char_p),
        ("repo_name", c_char_p),
        ("total_ac", c_int64),
        ("done_ac", c_int64),
        ("sub_total_ac", c_int64),
        ("sub_done_ac", c_int64),
        ("owner", c_char_p),
        ("team", c_char_p),
        ("updated_us", c_int64),
        ("ticket_url", c_char_p),
    ]


STRUCTS: List[Any] = [
    canon_error,
    canon_buf,
    canon_log_event,
    canon_event,
    canon_header,
    canon_http_request,
    canon_http_response,
    canon_env,
    canon_options,
    canon_caller,
    canon_request,
    canon_peer,
    canon_response,
    canon_route,
    canon_credentials,
    canon_principal,
    canon_user,
    canon_key,
    canon_key_order,
    canon_cookie,
    canon_login_order,
    canon_redirect,
    canon_login_answer,
    canon_login,
    canon_tokens,
    canon_device,
    canon_device_poll,
    canon_config_values,
    canon_config_diagnostic,
    canon_route_facts,
    canon_coverage_query,
    canon_coverage_counts,
    canon_revision,
    canon_file,
    canon_change,
    canon_written,
    canon_source_ops,
    canon_found_source,
    canon_edit,
    canon_edit_conflict,
    canon_asset,
    canon_wire,
    canon_repo,
    canon_index_progress,
    canon_index_options,
    canon_index_report,
    canon_answer,
    canon_index_totals,
    canon_spec_options,
    canon_spec_meta,
    canon_evidence,
    canon_criterion,
    canon_step,
    canon_scenario,
    canon_section,
    canon_diagnostic,
    canon_spec_counts,
    canon_criterion_ref,
    canon_meta_value,
    canon_merge_input,
    canon_merge_part,
    canon_template,
    canon_finding,
    canon_lint_options,
    canon_render_options,
    canon_search_query,
    canon_search_hit,
    canon_setting,
    canon_task_query,
    canon_task,
]

FUNCTIONS: List[Tuple[str, Any, List[Any]]] = [
    ("canon_version", c_char_p, []),
    ("canon_code_name", c_char_p, [c_int]),
    ("canon_code_text", c_char_p, [c_int]),
    ("canon_sizeof", c_size_t, [c_char_p]),
    ("canon_buf_free", None, [POINTER(canon_buf)]),
    ("canon_buf_set", c_int, [POINTER(canon_buf), c_void_p, c_size_t]),
    (
        "canon_open",
        c_int,
        [POINTER(canon_options), POINTER(c_void_p), POINTER(canon_error)],
    ),
    ("canon_set", c_int, [c_void_p, c_char_p, c_char_p, POINTER(canon_error)]),
    ("canon_migrate", c_int, [c_void_p, POINTER(canon_error)]),
    ("canon_connect", c_int, [c_void_p, POINTER(c_void_p), POINTER(canon_error)]),
    ("canon_disconnect", None, [c_void_p]),
    ("canon_interrupt", None, [c_void_p]),
    ("canon_close", None, [c_void_p]),
    ("canon_last_error", POINTER(canon_error), [c_void_p]),
    ("canon_conn_set_request", None, [c_void_p, c_char_p]),
    ("canon_conn_engine", c_void_p, [c_void_p]),
    ("canon_log", None, [c_void_p, c_int, c_char_p, c_char_p]),
    ("canon_event_emit", None, [c_void_p, c_char_p, c_char_p, c_char_p]),
    ("canon_now_us", c_int64, [c_void_p]),
    ("canon_monotonic_us", c_int64, [c_void_p]),
    ("canon_random", c_int, [c_void_p, c_void_p, c_size_t]),
    ("canon_ready", c_int, [c_void_p]),
    ("canon_missing_file", c_char_p, [c_void_p]),
    ("canon_verify", c_int, [c_void_p]),
    (
        "canon_limit_take",
        c_int,
        [c_void_p, c_char_p, c_char_p, c_int, c_int64, POINTER(c_int64)],
    ),
    (
        "canon_limit_check",
        c_int,
        [c_void_p, c_char_p, c_char_p, c_int, c_int64, POINTER(c_int64)],
    ),
    ("canon_limit_return", None, [c_void_p, c_char_p, c_char_p]),
    ("canon_set_shell", c_int, [c_void_p, c_char_p, c_size_t, POINTER(canon_error)]),
    ("canon_shell_html", c_char_p, [c_void_p, POINTER(c_size_t)]),
    ("canon_sha256_hex", None, [c_void_p, c_size_t, POINTER(c_char)]),
    ("canon_dispatch", c_int, [c_void_p, POINTER(canon_request), POINTER(canon_peer)]),
    (
        "canon_dispatch_collect",
        c_int,
        [c_void_p, POINTER(canon_request), c_void_p, c_size_t, POINTER(canon_response)],
    ),
    ("canon_response_free", None, [POINTER(canon_response)]),
    ("canon_route_count", c_size_t, []),
    ("canon_route_at", POINTER(canon_route), [c_size_t]),
    ("canon_role_permissions", c_uint, [c_char_p]),
    ("canon_permission_find", c_uint, [c_char_p]),
    ("canon_permission_name", c_char_p, [c_uint]),
    (
        "canon_auth_identify",
        c_int,
        [
            c_void_p,
            POINTER(canon_credentials),
            POINTER(c_int),
            POINTER(POINTER(canon_principal)),
        ],
    ),
    (
        "canon_auth_allows",
        c_int,
        [c_void_p, POINTER(canon_principal), c_char_p, c_uint],
    ),
    ("canon_principal_free", None, [POINTER(canon_principal)]),
    ("canon_user_list", c_int, [c_void_p, c_char_p, c_int64, c_int, POINTER(c_void_p)]),
    ("canon_users_count", c_size_t, [c_void_p]),
    ("canon_users_at", POINTER(canon_user), [c_void_p, c_size_t]),
    ("canon_users_free", None, [c_void_p]),
    ("canon_user_put", c_int, [c_void_p, POINTER(canon_user), POINTER(c_int64)]),
    ("canon_user_activate", c_int, [c_void_p, c_int64, c_int]),
    ("canon_member_put", c_int, [c_void_p, c_char_p, c_int64, c_char_p, c_char_p]),
    (
        "canon_key_create",
        c_int,
        [c_void_p, POINTER(canon_key_order), POINTER(c_char), POINTER(c_int64)],
    ),
    ("canon_key_list", c_int, [c_void_p, c_char_p, c_int64, POINTER(c_void_p)]),
    ("canon_keys_count", c_size_t, [c_void_p]),
    ("canon_keys_at", POINTER(canon_key), [c_void_p, c_size_t]),
    ("canon_keys_json", c_int, [c_void_p, POINTER(canon_buf), POINTER(canon_error)]),
    ("canon_keys_free", None, [c_void_p]),
    ("canon_key_revoke", c_int, [c_void_p, c_char_p, c_int64, c_int64]),
    ("canon_session_cookie", c_char_p, [c_void_p]),
    ("canon_login_cookie_prefix", c_char_p, [c_void_p]),
    ("canon_next_cookie", c_char_p, [c_void_p]),
    ("canon_next_remember", c_int, [c_void_p, c_char_p, POINTER(canon_cookie)]),
    ("canon_next_recall", c_int, [c_void_p, c_char_p, POINTER(c_char_p)]),
    ("canon_login_check", c_int, [c_void_p, POINTER(canon_error)]),
    (
        "canon_login_begin",
        c_int,
        [c_void_p, POINTER(canon_login_order), POINTER(POINTER(canon_redirect))],
    ),
    ("canon_redirect_free", None, [POINTER(canon_redirect)]),
    (
        "canon_login_finish",
        c_int,
        [
            c_void_p,
            POINTER(canon_login_answer),
            POINTER(c_char_p),
            POINTER(POINTER(canon_login)),
        ],
    ),
    ("canon_login_free", None, [POINTER(canon_login)]),
    ("canon_logout", c_int, [c_void_p, c_char_p, c_char_p, POINTER(canon_buf)]),
    (
        "canon_tokens_refresh",
        c_int,
        [c_void_p, c_char_p, POINTER(c_int), POINTER(POINTER(canon_tokens))],
    ),
    ("canon_tokens_free", None, [POINTER(canon_tokens)]),
    ("canon_tokens_revoke", c_int, [c_void_p, c_char_p]),
    ("canon_device_begin", c_int, [c_void_p, c_char_p, POINTER(POINTER(canon_device))]),
    ("canon_device_free", None, [POINTER(canon_device)]),
    (
        "canon_device_ask",
        c_int,
        [c_void_p, c_char_p, POINTER(POINTER(canon_device_poll))],
    ),
    ("canon_device_poll_free", None, [POINTER(canon_device_poll)]),
    ("canon_github_enabled", c_int, [c_void_p]),
    (
        "canon_github_begin",
        c_int,
        [c_void_p, c_char_p, POINTER(POINTER(canon_redirect))],
    ),
    (
        "canon_github_finish",
        c_int,
        [
            c_void_p,
            c_char_p,
            POINTER(canon_login_answer),
            POINTER(c_char_p),
            POINTER(canon_cookie),
            POINTER(c_size_t),
        ],
    ),
    ("canon_github_remove", c_int, [c_void_p, c_char_p]),
    ("canon_next_ok", c_int, [c_char_p]),
    ("canon_same_origin", c_int, [c_char_p, c_char_p]),
    (
        "canon_config_parse",
        c_int,
        [c_char_p, c_size_t, POINTER(c_void_p), POINTER(canon_error)],
    ),
    (
        "canon_config_merge",
        c_int,
        [c_void_p, c_void_p, POINTER(c_void_p), POINTER(canon_error)],
    ),
    ("canon_config_free", None, [c_void_p]),
    ("canon_config_values_of", POINTER(canon_config_values), [c_void_p]),
    ("canon_config_diagnostic_count", c_size_t, [c_void_p]),
    (
        "canon_config_diagnostic_at",
        POINTER(canon_config_diagnostic),
        [c_void_p, c_size_t],
    ),
    ("canon_config_json", c_int, [c_void_p, POINTER(canon_buf), POINTER(canon_error)]),
    (
        "canon_config_diagnostics_json",
        c_int,
        [c_void_p, POINTER(canon_buf), POINTER(canon_error)],
    ),
    (
        "canon_config_route",
        c_char_p,
        [c_void_p, POINTER(canon_route_facts), POINTER(c_int)],
    ),
    ("canon_coverage_score", None, [POINTER(canon_coverage_counts)]),
    (
        "canon_coverage_compute",
        c_int,
        [c_void_p, POINTER(canon_coverage_query), POINTER(c_void_p)],
    ),
    ("canon_coverage_totals", POINTER(canon_coverage_counts), [c_void_p]),
    ("canon_coverage_repo_count", c_size_t, [c_void_p]),
    (
        "canon_coverage_repo",
        POINTER(canon_coverage_counts),
        [c_void_p, c_size_t, POINTER(c_char_p)],
    ),
    ("canon_coverage_team_count", c_size_t, [c_void_p]),
    (
        "canon_coverage_team",
        POINTER(canon_coverage_counts),
        [c_void_p, c_size_t, POINTER(c_char_p)],
    ),
    (
        "canon_coverage_json",
        c_int,
        [c_void_p, POINTER(canon_buf), POINTER(canon_error)],
    ),
    ("canon_coverage_free", None, [c_void_p]),
    ("canon_coverage_snapshot", c_int, [c_void_p, c_char_p, c_int32]),
    (
        "canon_source_register",
        c_int,
        [c_void_p, c_char_p, POINTER(canon_source_ops), c_void_p, POINTER(canon_error)],
    ),
    ("canon_source_open", c_int, [c_void_p, c_char_p, POINTER(c_void_p)]),
    ("canon_source_head", c_int, [c_void_p, c_char_p, POINTER(canon_revision)]),
    (
        "canon_source_list",
        c_int,
        [
            c_void_p,
            POINTER(canon_revision),
            CFUNCTYPE(c_int, POINTER(canon_file), c_void_p),
            c_void_p,
        ],
    ),
    (
        "canon_source_read",
        c_int,
        [
            c_void_p,
            POINTER(canon_revision),
            c_char_p,
            c_size_t,
            POINTER(canon_buf),
            POINTER(c_char),
        ],
    ),
    (
        "canon_source_write",
        c_int,
        [c_void_p, POINTER(canon_change), POINTER(canon_written)],
    ),
    (
        "canon_source_propose",
        c_int,
        [c_void_p, POINTER(canon_change), POINTER(canon_written)],
    ),
    ("canon_source_close", None, [c_void_p]),
    (
        "canon_source_discover",
        c_int,
        [
            c_char_p,
            CFUNCTYPE(c_int, POINTER(canon_found_source), c_void_p),
            c_void_p,
            POINTER(canon_error),
        ],
    ),
    ("canon_editor_path_check", c_int, [c_char_p]),
    (
        "canon_editor_load",
        c_int,
        [c_void_p, c_char_p, c_char_p, c_char_p, POINTER(canon_buf), POINTER(c_char)],
    ),
    (
        "canon_editor_save",
        c_int,
        [
            c_void_p,
            POINTER(canon_edit),
            POINTER(canon_written),
            POINTER(canon_edit_conflict),
        ],
    ),
    (
        "canon_editor_propose",
        c_int,
        [
            c_void_p,
            POINTER(canon_edit),
            POINTER(canon_written),
            POINTER(canon_edit_conflict),
        ],
    ),
    ("canon_editor_repos_json", c_int, [c_void_p, c_char_p, POINTER(canon_buf)]),
    (
        "canon_set_environment",
        c_int,
        [c_void_p, POINTER(c_char_p), POINTER(canon_error)],
    ),
    (
        "canon_listen_addresses",
        c_int,
        [c_void_p, POINTER(canon_buf), POINTER(canon_error)],
    ),
    ("canon_prepare", c_int, [c_void_p, POINTER(canon_error)]),
    ("canon_is_current", c_int, [c_void_p]),
    ("canon_check", c_int, [c_void_p, POINTER(canon_buf), POINTER(canon_error)]),
    ("canon_settings_help", c_int, [c_int, POINTER(canon_buf), POINTER(canon_error)]),
    ("canon_log_json", c_size_t, [POINTER(canon_log_event), POINTER(c_char), c_size_t]),
    ("canon_asset_find", POINTER(canon_asset), [POINTER(canon_asset), c_char_p]),
    (
        "canon_serve",
        c_int,
        [c_void_p, c_void_p, POINTER(canon_request), POINTER(canon_wire)],
    ),
    ("canon_repo_add", c_int, [c_void_p, POINTER(canon_repo)]),
    ("canon_repo_remove", c_int, [c_void_p, c_char_p, c_char_p]),
    ("canon_repo_add_sources", c_int, [c_void_p, c_char_p]),
    (
        "canon_repo_list",
        c_int,
        [c_void_p, c_char_p, CFUNCTYPE(c_int, POINTER(canon_repo), c_void_p), c_void_p],
    ),
    (
        "canon_index_repo",
        c_int,
        [
            c_void_p,
            c_char_p,
            c_char_p,
            POINTER(canon_index_options),
            POINTER(canon_index_report),
        ],
    ),
    (
        "canon_index_all",
        c_int,
        [c_void_p, c_char_p, POINTER(canon_index_options), POINTER(canon_index_report)],
    ),
    ("canon_index_file", c_int, [c_void_p, c_char_p, c_char_p, c_char_p]),
    ("canon_index_schedule", c_int, [c_void_p, c_char_p, c_char_p]),
    ("canon_index_watch", c_int, [c_void_p]),
    ("canon_org_exists", c_int, [c_void_p, c_char_p, POINTER(c_int)]),
    ("canon_org_stamp", c_int, [c_void_p, c_char_p, POINTER(c_int64)]),
    (
        "canon_answer_get",
        c_int,
        [c_void_p, POINTER(canon_answer), c_int64, POINTER(canon_buf), POINTER(c_char)],
    ),
    ("canon_org_has_specs", c_int, [c_void_p, c_char_p, POINTER(c_int)]),
    (
        "canon_org_list",
        c_int,
        [c_void_p, CFUNCTYPE(c_int, c_char_p, c_void_p), c_void_p],
    ),
    ("canon_dashboard_json", c_int, [c_void_p, c_char_p, POINTER(canon_buf)]),
    ("canon_repo_json", c_int, [c_void_p, c_char_p, c_char_p, POINTER(canon_buf)]),
    (
        "canon_spec_detail_json",
        c_int,
        [c_void_p, c_char_p, c_char_p, c_char_p, POINTER(canon_buf)],
    ),
    (
        "canon_doc_detail_json",
        c_int,
        [c_void_p, c_char_p, c_char_p, c_char_p, POINTER(canon_buf)],
    ),
    (
        "canon_document_text",
        c_int,
        [c_void_p, c_char_p, c_char_p, c_char_p, POINTER(canon_buf)],
    ),
    (
        "canon_index_totals_get",
        c_int,
        [c_void_p, c_char_p, POINTER(canon_index_totals)],
    ),
    ("canon_workers_start", c_int, [c_void_p, c_int, POINTER(canon_error)]),
    ("canon_workers_stop", None, [c_void_p]),
    ("canon_jobs_run", c_int, [c_void_p, c_int, POINTER(c_int)]),
    ("canon_schedule_run", c_int, [c_void_p, c_char_p]),
    ("canon_schedule_tick", c_int, [c_void_p]),
    (
        "canon_spec_parse",
        c_int,
        [
            c_char_p,
            c_size_t,
            POINTER(canon_spec_options),
            POINTER(c_void_p),
            POINTER(canon_error),
        ],
    ),
    ("canon_spec_free", None, [c_void_p]),
    ("canon_spec_meta_of", POINTER(canon_spec_meta), [c_void_p]),
    ("canon_spec_section_count", c_size_t, [c_void_p]),
    ("canon_spec_section", POINTER(canon_section), [c_void_p, c_size_t]),
    ("canon_spec_find", POINTER(canon_section), [c_void_p, c_char_p]),
    ("canon_spec_diagnostic_count", c_size_t, [c_void_p]),
    ("canon_spec_diagnostic", POINTER(canon_diagnostic), [c_void_p, c_size_t]),
    ("canon_spec_count", None, [c_void_p, POINTER(canon_spec_counts)]),
    ("canon_spec_preamble", c_char_p, [c_void_p]),
    ("canon_spec_heading", c_char_p, [c_void_p]),
    ("canon_spec_file_path", c_char_p, [c_void_p]),
    ("canon_spec_text", c_char_p, [c_void_p, POINTER(c_size_t)]),
    ("canon_spec_write", c_int, [c_void_p, POINTER(canon_buf), POINTER(canon_error)]),
    ("canon_spec_json", c_int, [c_void_p, POINTER(canon_buf), POINTER(canon_error)]),
    (
        "canon_spec_editor_json",
        c_int,
        [c_void_p, POINTER(canon_buf), POINTER(canon_error)],
    ),
    (
        "canon_spec_diagnostics_json",
        c_int,
        [c_void_p, POINTER(canon_buf), POINTER(canon_error)],
    ),
    ("canon_state_name", c_char_p, [c_int]),
    ("canon_state_find", c_int, [c_char_p]),
    ("canon_strength_name", c_char_p, [c_int]),
    ("canon_delta_name", c_char_p, [c_int]),
    ("canon_severity_name", c_char_p, [c_int]),
    (
        "canon_spec_set_status",
        c_int,
        [
            c_void_p,
            c_char_p,
            c_int,
            c_char_p,
            POINTER(canon_buf),
            POINTER(c_int),
            POINTER(canon_error),
        ],
    ),
    (
        "canon_spec_set_ticket",
        c_int,
        [
            c_void_p,
            c_char_p,
            c_char_p,
            c_char_p,
            POINTER(canon_buf),
            POINTER(c_int),
            POINTER(canon_error),
        ],
    ),
    (
        "canon_spec_remove_ticket",
        c_int,
        [c_void_p, c_char_p, POINTER(canon_buf), POINTER(c_int), POINTER(canon_error)],
    ),
    (
        "canon_spec_set_delta",
        c_int,
        [
            c_void_p,
            c_char_p,
            c_int,
            POINTER(canon_buf),
            POINTER(c_int),
            POINTER(canon_error),
        ],
    ),
    (
        "canon_spec_clear_delta",
        c_int,
        [c_void_p, c_char_p, POINTER(canon_buf), POINTER(c_int), POINTER(canon_error)],
    ),
    (
        "canon_spec_set_criterion",
        c_int,
        [
            c_void_p,
            POINTER(canon_criterion_ref),
            c_int,
            POINTER(canon_buf),
            POINTER(c_int),
            POINTER(canon_error),
        ],
    ),
    (
        "canon_spec_add_evidence",
        c_int,
        [
            c_void_p,
            POINTER(canon_criterion_ref),
            POINTER(canon_evidence),
            POINTER(canon_buf),
            POINTER(c_int),
            POINTER(canon_error),
        ],
    ),
    (
        "canon_spec_set_meta",
        c_int,
        [
            c_void_p,
            c_char_p,
            POINTER(canon_meta_value),
            POINTER(canon_buf),
            POINTER(c_int),
            POINTER(canon_error),
        ],
    ),
    (
        "canon_spec_merge",
        c_int,
        [POINTER(canon_merge_input), POINTER(c_void_p), POINTER(canon_error)],
    ),
    ("canon_merge_conflicts", c_size_t, [c_void_p]),
    ("canon_merge_count", c_size_t, [c_void_p]),
    ("canon_merge_at", POINTER(canon_merge_part), [c_void_p, c_size_t]),
    ("canon_merge_write", c_int, [c_void_p, POINTER(canon_buf), POINTER(canon_error)]),
    ("canon_merge_json", c_int, [c_void_p, POINTER(canon_buf), POINTER(canon_error)]),
    ("canon_merge_free", None, [c_void_p]),
    ("canon_spec_classify", c_int, [c_char_p, POINTER(c_char_p), c_size_t]),
    ("canon_spec_counts_as_spec", c_int, [c_void_p, c_char_p]),
    ("canon_kind_name", c_char_p, [c_int]),
    ("canon_glob_match", c_int, [c_char_p, c_char_p]),
    (
        "canon_spec_template",
        c_int,
        [POINTER(canon_template), POINTER(canon_buf), POINTER(canon_error)],
    ),
    (
        "canon_spec_lint",
        c_int,
        [
            c_void_p,
            POINTER(canon_lint_options),
            CFUNCTYPE(c_int, POINTER(canon_finding), c_void_p),
            c_void_p,
            POINTER(canon_error),
        ],
    ),
    (
        "canon_render_html",
        c_int,
        [
            c_char_p,
            c_size_t,
            POINTER(canon_render_options),
            POINTER(canon_buf),
            POINTER(canon_error),
        ],
    ),
    (
        "canon_render_spec",
        c_int,
        [
            c_void_p,
            POINTER(canon_render_options),
            POINTER(canon_buf),
            POINTER(canon_error),
        ],
    ),
    ("canon_search", c_int, [c_void_p, POINTER(canon_search_query), POINTER(c_void_p)]),
    ("canon_search_total", c_int64, [c_void_p]),
    ("canon_search_count", c_size_t, [c_void_p]),
    ("canon_search_hit_at", POINTER(canon_search_hit), [c_void_p, c_size_t]),
    ("canon_search_json", c_int, [c_void_p, POINTER(canon_buf), POINTER(canon_error)]),
    ("canon_search_free", None, [c_void_p]),
    ("canon_setting_count", c_size_t, []),
    ("canon_setting_at", POINTER(canon_setting), [c_size_t]),
    ("canon_setting_text", c_char_p, [c_void_p, c_char_p]),
    ("canon_setting_int", c_int64, [c_void_p, c_char_p]),
    ("canon_local_mode", c_int, [c_void_p]),
    (
        "canon_tasks_list",
        c_int,
        [c_void_p, POINTER(canon_task_query), POINTER(c_void_p)],
    ),
    ("canon_tasks_count", c_size_t, [c_void_p]),
    ("canon_tasks_at", POINTER(canon_task), [c_void_p, c_size_t]),
    ("canon_tasks_json", c_int, [c_void_p, POINTER(canon_buf), POINTER(canon_error)]),
    ("canon_tasks_free", None, [c_void_p]),
]


def _declare(library: CDLL) -> CDLL:
    """Give every function its types; a build may leave some out."""
    for name, result, arguments in FUNCTIONS:
        function = getattr(library, name, None)
        if function is not None:
            function.restype = result
            function.argtypes = arguments
    return library


lib: Any = _declare(load())
