#include "markdown.h"

#include "files.h"
#include "torture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#define DOCUMENTS 40000

/* The property of the fuzz target: aborts when it does not hold. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* clang-format off */
static const char *const parts[] = {
    "a", "b ", "\n", "\n", "\n", "\n\n", " ", "  ", "    ", "\t", "- ", "* ", "+",
    "1. ", "12) ", "2.", "> ", ">", "# ", "## ", "###", "#", "=", "===\n", "---\n",
    "-", "--", "***", "___\n", "```", "```\n", "~~~\n", "`", "``", "<!--", "-->",
    "<!-- c -->", "<!-- canon:x -->\n", "<!-->", "<!--->", "<!---->", "--", "<div>",
    "</div>\n", "<pre>", "</pre>", "<script>", "</script>\n", "<?", "?>", "<!A ",
    "<![CDATA[", "]]>", "<a b='", "'>", "</a>", "[", "]", "](", ")", "![", "[a]: b\n",
    "\\", "&amp;", "_", "**", "|", "\r", "\r\n", "\v", "\f", "- [ ] ", "- [x] c\n",
    "x\ny\nz\n", "text text\n", "  more text\n", "=a", "1", ".", "0. ",
};
/* clang-format on */

static size_t random_text(uint64_t *seed, char *out, size_t cap)
{
    size_t len = 0;
    size_t most;

    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    most = 3 + (*seed >> 33) % 40;
    for (size_t i = 0; i < most; i++) {
        const char *part;
        size_t n;

        *seed = *seed * 6364136223846793005u + 1442695040888963407u;
        part = parts[(*seed >> 33) % (sizeof(parts) / sizeof(parts[0]))];
        n = strlen(part);
        if (len + n > cap)
            break;
        memcpy(out + len, part, n);
        len += n;
    }
    return len;
}

Test(outline, has_the_blocks_that_cmark_finds_in_the_whole_text)
{
    const char *more = getenv("CANON_TEST_LONG");
    size_t documents = more ? strtoul(more, NULL, 10) : DOCUMENTS;
    uint64_t seed = 20260101;
    char text[512];

    for (size_t i = 0; i < documents; i++) {
        size_t len = random_text(&seed, text, sizeof(text));

        LLVMFuzzerTestOneInput((const uint8_t *)text, len);
    }
}

typedef struct read_text {
    cn_line lines[64];
    cn_outline outline;
} read_text;

static void read(const char *text, read_text *out)
{
    size_t n = cn_lines_split(cn_str(text), 0, out->lines, 64);

    cr_assert(eq(
        int, cn_outline_read(text, out->lines, 0, n, &out->outline, NULL), 0));
}

Test(outline, knows_lines_of_text_that_the_skeleton_leaves_out)
{
    read_text t;

    read("one\ntwo\nthree\n\n- item\n  goes on\nlazily\n# End\n", &t);
    cr_assert(eq(sz, t.outline.count, 5));
    cr_assert(eq(u32, t.outline.blocks[0].last, 3));
    cr_assert(eq(u32, t.outline.blocks[3].line, 5));
    cr_assert(eq(u32, t.outline.blocks[3].last, 7));
    cr_assert(eq(u32, t.outline.blocks[4].line, 8));
    cn_outline_free(&t.outline);
}

Test(outline, finds_inline_comments_but_not_those_in_code_spans)
{
    static const char text[] = "a `<!-- no -->` <!-- yes -->\nb <!-- two -->\n";
    read_text t;

    read(text, &t);
    cr_assert(eq(u32, t.outline.blocks[0].comment_count, 2));
    cr_assert(eq(u32, t.outline.comments[0], 16));
    cr_assert(eq(u32, t.outline.comments[1], 31));
    cn_outline_free(&t.outline);
}

Test(outline, drops_a_paragraph_of_link_definitions)
{
    read_text t;

    read("[a]: /b\n'title\ngoes on'\n\ntext\n", &t);
    cr_assert(eq(sz, t.outline.count, 1));
    cr_assert(eq(u32, t.outline.blocks[0].line, 5));
    cn_outline_free(&t.outline);
}

Test(outline, starts_in_the_middle_of_a_text)
{
    static const char text[] = "---\na: b\n---\n## H\n";
    cn_line lines[8];
    cn_outline outline;
    size_t n = cn_lines_split(cn_str(text), 0, lines, 8);

    cr_assert(eq(int, cn_outline_read(text, lines, 3, n, &outline, NULL), 0));
    cr_assert(eq(sz, outline.count, 1));
    cr_assert(eq(int, outline.blocks[0].level, 2));
    cr_assert(eq(u32, outline.blocks[0].line, 4));
    cn_outline_free(&outline);
}

Test(outline, is_empty_for_no_lines)
{
    cn_outline outline;

    cr_assert(eq(int, cn_outline_read("", NULL, 0, 0, &outline, NULL), 0));
    cr_assert(eq(sz, outline.count, 0));
    cn_outline_free(&outline);
}

/* More images than cmark can bear, behind a little of everything. */
static char *image_text(size_t *len_out)
{
    static const char head[] = "## A\n\n- [ ] a\n<!-- c\nd -->\n```\n- x\n"
                               "```\n    code\n> quote\n1. one\npara\nmore\n";
    char *text = malloc(sizeof(head) + 3 * (CN_MARKDOWN_MAX_IMAGES + 1));
    size_t len = sizeof(head) - 1;

    memcpy(text, head, len);
    for (size_t i = 0; i <= CN_MARKDOWN_MAX_IMAGES; i++) {
        memcpy(text + len, "![ ", 3);
        len += 3;
    }
    *len_out = len;
    return text;
}

Test(outline, reads_by_lines_what_cmark_must_not_see)
{
    static const cn_outline_kind kinds[] = {
        CN_OUTLINE_HEADING,   CN_OUTLINE_ITEM, CN_OUTLINE_PARAGRAPH,
        CN_OUTLINE_HTML,      CN_OUTLINE_CODE, CN_OUTLINE_CODE,
        CN_OUTLINE_QUOTE,     CN_OUTLINE_ITEM, CN_OUTLINE_PARAGRAPH,
        CN_OUTLINE_PARAGRAPH,
    };
    read_text t;
    size_t len;
    char *text = image_text(&len);
    size_t n = cn_lines_split(cn_slice_of(text, len), 0, t.lines, 64);

    cr_assert(
        eq(int, cn_outline_read(text, t.lines, 0, n, &t.outline, NULL), 0));
    cr_assert(eq(sz, t.outline.count, sizeof(kinds) / sizeof(kinds[0])));
    for (size_t i = 0; i < t.outline.count; i++)
        cr_assert(eq(int, t.outline.blocks[i].kind, kinds[i]), "%zu", i);
    cr_assert(eq(u32, t.outline.blocks[3].last, 5));
    cn_outline_free(&t.outline);
    free(text);
}

Test(lines, end_with_any_line_end)
{
    cn_line lines[8];

    cr_assert(eq(sz, cn_lines_split(cn_str("a\nb\r\nc\rd"), 0, lines, 8), 4));
    cr_assert(eq(u32, lines[1].start, 2));
    cr_assert(eq(u32, lines[1].end, 3));
    cr_assert(eq(u32, lines[3].start, 7));
    cr_assert(eq(sz, cn_lines_split(cn_str("a\n"), 0, lines, 8), 1));
    cr_assert(eq(sz, cn_lines_split(cn_str(""), 0, lines, 8), 0));
    cr_assert(eq(sz, cn_lines_split(cn_str("\r\r\n\n"), 0, lines, 8), 3));
}

Test(lines, are_counted_beyond_the_room)
{
    cn_line lines[1];

    cr_assert(eq(sz, cn_lines_split(cn_str("a\nb\nc"), 0, lines, 1), 3));
}

Test(lines, know_what_is_in_them)
{
    cn_line lines[8];
    const char *text = "<!--\n<!-\n->\n]:\n] :\n![\n!\n<!-- x> ]:![";

    cr_assert(eq(sz, cn_lines_split(cn_str(text), 0, lines, 8), 8));
    cr_assert(eq(u32, lines[0].flags, CN_LINE_COMMENT));
    cr_assert(eq(u32, lines[1].flags, 0));
    cr_assert(eq(u32, lines[2].flags, CN_LINE_END_TAG));
    cr_assert(eq(u32, lines[3].flags, CN_LINE_REFERENCE));
    cr_assert(eq(u32, lines[4].flags, 0));
    cr_assert(eq(u32, lines[5].flags, CN_LINE_IMAGE));
    cr_assert(eq(u32, lines[6].flags, 0));
    cr_assert(eq(u32, lines[7].flags, 15));
}

static int build(void *user)
{
    static const char text[] = "- a <!-- b -->\n  - c\n\n<!-- d -->\n[e]: f\n";
    cn_line lines[8];
    cn_outline outline;
    size_t n = cn_lines_split(cn_str(text), 0, lines, 8);
    int rc = cn_outline_read(text, lines, 0, n, &outline, NULL);

    (void)user;
    cn_outline_free(&outline);
    return rc;
}

Test(outline, survives_every_failed_allocation)
{
    cr_assert(gt(sz, torture(TORTURE_ONCE, build, NULL), 4));
    cr_assert(gt(sz, torture(TORTURE_PERSISTENT, build, NULL), 4));
}
