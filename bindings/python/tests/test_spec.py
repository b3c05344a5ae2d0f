import unittest

import canon
from canon import errors

from .support import DOCUMENT, needs


class Reading(unittest.TestCase):
    def setUp(self) -> None:
        self.spec = canon.Spec(DOCUMENT, path="docs/specs/passwords.md")

    def test_gives_the_front_matter(self) -> None:
        self.assertEqual(self.spec.title, "Passwords")
        self.assertEqual(self.spec.status, "todo")
        self.assertEqual(self.spec.tags, ["login", "security"])

    def test_gives_sections_and_criteria(self) -> None:
        first, second = self.spec.sections
        self.assertEqual((first.number, first.title), ("1", "Storage"))
        self.assertEqual([c.checked for c in first.criteria], [True, False])
        self.assertEqual(first.criteria[0].text, "are hashed")
        self.assertEqual(second.criteria, [])
        self.assertIsNone(first.parent)

    def test_counts(self) -> None:
        self.assertEqual(self.spec.counts.total_sections, 2)
        self.assertEqual(self.spec.counts.total_ac, 2)
        self.assertEqual(self.spec.counts.done_ac, 1)

    def test_finds_a_section_by_number(self) -> None:
        found = self.spec.find("2")
        self.assertIsNotNone(found)
        self.assertEqual(found and found.title, "Reset")
        self.assertIsNone(self.spec.find("nothing like it"))

    def test_keeps_the_text_to_the_byte(self) -> None:
        text = b"\xef\xbb\xbf" + DOCUMENT.replace("\n", "\r\n").encode()
        self.assertEqual(canon.Spec(text).text, text)

    def test_has_the_json_of_the_rest_api(self) -> None:
        document = self.spec.json()
        self.assertEqual(document["file_path"], "docs/specs/passwords.md")
        self.assertEqual(document["raw"], DOCUMENT)

    def test_reports_what_is_odd(self) -> None:
        (finding,) = canon.Spec("---\ntitle: a: b\n---\n").diagnostics
        self.assertEqual(finding.rule, "frontmatter.invalid_yaml")
        self.assertEqual((finding.severity, finding.line), ("error", 2))

    def test_refuses_a_text_that_is_too_long(self) -> None:
        with self.assertRaises(errors.TooBigError):
            canon.Spec(b"x" * (1024 * 1024 + 1))


class Editing(unittest.TestCase):
    @needs("canon_spec_set_status")
    def test_sets_a_status(self) -> None:
        text = canon.Spec(DOCUMENT).set_status("1", "done")
        section = canon.Spec(text).find("1")
        self.assertEqual(section and section.state, "done")

    @needs("canon_spec_set_criterion")
    def test_ticks_a_criterion(self) -> None:
        text = canon.Spec(DOCUMENT).set_criterion("are salted", True)
        self.assertEqual(text, DOCUMENT.replace("- [ ]", "- [x]"))

    @needs("canon_spec_set_ticket")
    def test_links_and_unlinks_a_ticket(self) -> None:
        text = canon.Spec(DOCUMENT).set_ticket("2", "jira", "PAY-1")
        section = canon.Spec(text).find("2")
        self.assertEqual(section and section.ticket_id, "PAY-1")
        section = canon.Spec(canon.Spec(text).remove_ticket("2")).find("2")
        self.assertIsNone(section and section.ticket_id)

    @needs("canon_spec_set_meta")
    def test_sets_fields_of_the_front_matter(self) -> None:
        spec = canon.Spec(DOCUMENT)
        self.assertEqual(canon.Spec(spec.set_meta("title", "New")).title, "New")
        self.assertEqual(canon.Spec(spec.set_meta("tags", ["x", "y"])).tags, ["x", "y"])
        self.assertEqual(canon.Spec(spec.set_meta("tags", None)).tags, [])

    @needs("canon_spec_set_status")
    def test_says_which_section_is_not_there(self) -> None:
        with self.assertRaises(errors.NotFoundError):
            canon.Spec(DOCUMENT).set_status("9.9", "done")


@needs("canon_spec_merge")
class Merging(unittest.TestCase):
    def test_puts_two_versions_together(self) -> None:
        ours = DOCUMENT.replace("- [ ]", "- [x]")
        theirs = DOCUMENT.replace("## 2. Reset", "## 2. Recovery")
        merge = canon.merge(DOCUMENT, ours, theirs.encode())
        self.assertEqual(merge.conflicts, 0)
        expected = ours.replace("## 2. Reset", "## 2. Recovery").encode()
        self.assertEqual(merge.text, expected)
        self.assertEqual(b"".join(part.text or b"" for part in merge.parts), expected)

    def test_shows_what_both_changed_differently(self) -> None:
        ours, theirs = (DOCUMENT.replace("Reset", x) for x in ("Change", "Recovery"))
        merge = canon.merge(DOCUMENT, ours, theirs)
        self.assertEqual(merge.conflicts, 1)
        (part,) = [part for part in merge.parts if part.text is None]
        self.assertEqual(
            part,
            (None, b"## 2. Reset\n", b"## 2. Change\n", b"## 2. Recovery\n"),
        )
        self.assertIn(b"<<<<<<<", merge.text)
        self.assertEqual(merge.parts[0].text, DOCUMENT.encode().split(b"## 2.")[0])
        self.assertEqual(merge.parts[0].ours, None)

    def test_keeps_every_byte(self) -> None:
        text = b"\xef\xbb\xbf# A\r\n\xff\0\r\n"
        self.assertEqual(canon.merge(text, text, text).text, text)
        self.assertEqual(canon.merge("", "", ""), (0, [], b""))

    def test_refuses_a_version_that_is_too_long(self) -> None:
        with self.assertRaises(errors.TooBigError):
            canon.merge("", "", b"x" * (4 * 1024 * 1024 + 1))


class Tools(unittest.TestCase):
    @needs("canon_spec_classify")
    def test_know_the_kind_of_a_path(self) -> None:
        self.assertEqual(canon.classify("README.md"), "readme")
        self.assertEqual(canon.classify("a/b.md", ["a/*.md"]), "spec")

    @needs("canon_spec_template")
    def test_write_a_new_document(self) -> None:
        text = canon.template(title="Invoices", owner="ann", date="2026-01-02")
        self.assertEqual(canon.Spec(text).title, "Invoices")
        with self.assertRaises(errors.InvalidError):
            canon.template(type="poem")

    @needs("canon_spec_lint")
    def test_lint(self) -> None:
        findings = canon.Spec("## 1. Only\n").lint(known_paths=["a.md"])
        self.assertTrue(findings)
        self.assertTrue(all(f.rule and f.message for f in findings))

    @needs("canon_render_html")
    def test_render_markdown_that_is_safe(self) -> None:
        html = canon.render("# Hi\n\n<script>x</script>\n\n**bold**")
        self.assertIn("<strong>bold</strong>", html)
        self.assertNotIn("<script", html)
        self.assertIn("Storage", canon.Spec(DOCUMENT).html())
