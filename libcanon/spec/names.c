/*
 * Names of the constants in canon/spec.h.
 */
#include "spec.h"

static const char *const states[] = {
    [CANON_STATE_DRAFT] = "draft",
    [CANON_STATE_TODO] = "todo",
    [CANON_STATE_IN_PROGRESS] = "in_progress",
    [CANON_STATE_DONE] = "done",
    [CANON_STATE_BLOCKED] = "blocked",
    [CANON_STATE_DEPRECATED] = "deprecated",
};

static const char *const deltas[] = {"", "added", "modified", "removed"};

static const char *const strengths[] = {
    [CANON_STRENGTH_NONE] = "",
    [CANON_STRENGTH_MUST] = "MUST",
    [CANON_STRENGTH_MUST_NOT] = "MUST_NOT",
    [CANON_STRENGTH_SHOULD] = "SHOULD",
    [CANON_STRENGTH_SHOULD_NOT] = "SHOULD_NOT",
    [CANON_STRENGTH_MAY] = "MAY",
};

static const char *const severities[] = {"error", "warning", "info"};

static const char *name_in(const char *const *names, int count, int i)
{
    return names[i >= 0 && i < count ? i : 0];
}

const char *canon_state_name(int state)
{
    return name_in(states, CANON_STATE_COUNT, state);
}

int canon_state_find(const char *name)
{
    for (int i = 0; i < CANON_STATE_COUNT; i++) {
        if (cn_slice_is(cn_str(name), states[i]))
            return i;
    }
    return -1;
}

const char *canon_strength_name(int strength)
{
    return name_in(strengths, CANON_STRENGTH_MAY + 1, strength);
}

const char *canon_delta_name(int delta)
{
    return name_in(deltas, CANON_DELTA_REMOVED + 1, delta);
}

const char *canon_severity_name(int severity)
{
    return name_in(severities, CANON_SEVERITY_INFO + 1, severity);
}
