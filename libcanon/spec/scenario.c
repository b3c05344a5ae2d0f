/*
 * Scenarios: a heading of level 4 and the steps in the lists behind it.
 */
#include "reader.h"

static const char *const keywords[] = {"GIVEN", "WHEN", "THEN", "AND", "BUT"};

bool cn_is_scenario(cn_slice heading)
{
    cn_slice name = cn_slice_from(heading, strlen("scenario:"));

    return cn_slice_starts_nocase(heading, "scenario:") &&
           cn_slice_trim(name).len > 0;
}

void cn_reader_scenario(cn_reader *r, const cn_outline_block *block,
                        const char *text)
{
    cn_scenario_parts *parts = cn_array_push(&r->scenarios);

    if (!parts) {
        r->failed = true;
        return;
    }
    /* the text is trimmed, so its end is the end of the name */
    text += strlen("scenario:");
    while (cn_is_space(*text))
        text++;
    parts->scenario.name = text;
    parts->scenario.start_line = block->line;
    parts->section = cn_reader_open(r);
    parts->first_step = (uint32_t)r->steps.count;
    r->in_scenario = true;
}

static cn_scenario_parts *current(const cn_reader *r)
{
    return cn_array_at(&r->scenarios, r->scenarios.count - 1);
}

/* A scenario is kept when it has steps and a section. */
void cn_reader_scenario_end(cn_reader *r)
{
    cn_scenario_parts *parts;

    if (!r->in_scenario || r->failed)
        return;
    r->in_scenario = false;
    parts = current(r);
    if (parts->section != CN_SPEC_NONE && parts->scenario.step_count)
        return;
    if (parts->section != CN_SPEC_NONE)
        cn_reader_report(r, CANON_SEVERITY_INFO, "scenario.empty",
                         (uint32_t)parts->scenario.start_line,
                         "a scenario without steps");
    cn_array_pop(&r->scenarios);
}

/* A keyword, perhaps between ** or __, white space and a text. */
static const char *cut_keyword(cn_slice *text)
{
    cn_slice s = *text;
    const char *mark = cn_slice_starts(s, "**")   ? "**"
                       : cn_slice_starts(s, "__") ? "__"
                                                  : "";

    s = cn_slice_from(s, strlen(mark));
    for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
        cn_slice rest = cn_slice_from(s, strlen(keywords[i]));

        if (!cn_slice_starts_nocase(s, keywords[i]) ||
            !cn_slice_starts(rest, mark))
            continue;
        rest = cn_slice_from(rest, strlen(mark));
        if (rest.len == 0 || !cn_is_space(rest.ptr[0]) ||
            cn_slice_trim(rest).len == 0)
            return NULL;
        *text = cn_slice_trim(rest);
        return keywords[i];
    }
    return NULL;
}

static bool add_step(cn_reader *r, const cn_outline_block *block, size_t first)
{
    const canon_spec *spec = r->spec;
    cn_span span = {spec->lines[block->line - 1].start + block->column,
                    spec->lines[block->last - 1].end};
    const char *joined = cn_reader_join(r, span, first);
    cn_slice text = cn_str(joined);
    const char *keyword = cut_keyword(&text);
    canon_step *step;

    if (!keyword)
        return false;
    step = cn_array_push(&r->steps);
    if (!step) {
        r->failed = true;
        return false;
    }
    step->keyword = keyword;
    step->text = text.ptr;
    step->strength = cn_strength_of(text);
    step->line = block->line;
    current(r)->scenario.step_count++;
    current(r)->scenario.end_line = block->last;
    return true;
}

void cn_reader_scenario_block(cn_reader *r, size_t i, cn_html_content html,
                              size_t first)
{
    const cn_outline_block *block = &r->outline.blocks[i];
    const cn_outline_block *item = block->parent == CN_OUTLINE_TOP
                                       ? NULL
                                       : &r->outline.blocks[block->parent];
    bool goes_on = true;

    if (!r->in_scenario || r->failed)
        return;
    if (!item)
        goes_on = block->kind == CN_OUTLINE_LIST ||
                  block->kind == CN_OUTLINE_ITEM ||
                  (block->kind == CN_OUTLINE_HTML && html == CN_HTML_COMMENTS);
    if (block->kind == CN_OUTLINE_ITEM)
        goes_on = i + 1 < block->end &&
                  r->outline.blocks[i + 1].kind == CN_OUTLINE_PARAGRAPH;
    else if (item && block->kind == CN_OUTLINE_PARAGRAPH &&
             block->parent + 1 == i)
        goes_on = add_step(r, block, first);
    if (!goes_on)
        cn_reader_scenario_end(r);
}

void cn_reader_finish_scenarios(cn_reader *r)
{
    canon_spec *spec = r->spec;
    canon_step *steps = cn_reader_array(r, r->steps.count, sizeof(canon_step));
    canon_scenario *all =
        cn_reader_array(r, r->scenarios.count, sizeof(canon_scenario));

    if (!steps || !all)
        return;
    memcpy(steps, r->steps.items, r->steps.count * sizeof(*steps));
    for (size_t i = 0; i < r->scenarios.count; i++) {
        const cn_scenario_parts *parts = cn_array_at(&r->scenarios, i);
        canon_section *section = &spec->sections[parts->section];

        all[i] = parts->scenario;
        all[i].steps = &steps[parts->first_step];
        if (section->scenario_count++ == 0)
            section->scenarios = &all[i];
    }
}
