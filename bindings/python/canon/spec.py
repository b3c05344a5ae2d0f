"""Spec documents: reading, checking and editing one, without an engine."""

import ctypes
import weakref
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Union

from . import _ffi
from ._text import Buffer, Text, array, decode, encode, raw, texts
from .errors import check


class Counts(NamedTuple):
    """Sections and criteria of a document."""

    total_sections: int
    done_sections: int
    total_ac: int
    done_ac: int
    realized_ac: int


class Section(NamedTuple):
    """A section; children follow their parent in Spec.sections."""

    id: str
    number: Optional[str]
    title: str
    content: str
    depth: int
    state: str
    blocked_by: Optional[str]
    ticket_system: Optional[str]
    ticket_id: Optional[str]
    criteria: List["Criterion"]
    start_line: int
    end_line: int
    parent: Optional[int]


class Criterion(NamedTuple):
    """An acceptance criterion."""

    text: str
    checked: bool
    line: int


class Finding(NamedTuple):
    """What lint or the parser noticed."""

    severity: str
    rule: str
    message: str
    line: Optional[int]


class MergePart(NamedTuple):
    """Text that is settled, or (text is None) three versions that conflict."""

    text: Optional[bytes]
    base: Optional[bytes]
    ours: Optional[bytes]
    theirs: Optional[bytes]


class Merge(NamedTuple):
    """What became of two changed versions; text marks conflicts as git does."""

    conflicts: int
    parts: List[MergePart]
    text: bytes


class Spec:
    """A parsed document. It never changes: each edit returns the new text."""

    def __init__(self, text: Text, path: str = "", max_section_depth: int = 0):
        data = raw(text)
        options = _ffi.canon_spec_options(
            size=ctypes.sizeof(_ffi.canon_spec_options),
            file_path=encode(path),
            max_section_depth=max_section_depth,
        )
        handle = ctypes.c_void_p()
        error = _ffi.canon_error()
        check(
            _ffi.lib.canon_spec_parse(
                data,
                len(data),
                ctypes.byref(options),
                ctypes.byref(handle),
                ctypes.byref(error),
            ),
            error,
        )
        self._handle = handle
        weakref.finalize(self, _ffi.lib.canon_spec_free, handle)

    @property
    def title(self) -> str:
        """The title of the front matter."""
        return str(decode(self._meta().title))

    @property
    def status(self) -> str:
        """The status of the front matter."""
        return str(decode(self._meta().status))

    @property
    def tags(self) -> List[str]:
        """The tags of the front matter."""
        meta = self._meta()
        return texts(meta.tags, meta.tag_count)

    def _meta(self) -> Any:
        return _ffi.lib.canon_spec_meta_of(self._handle).contents

    @property
    def text(self) -> bytes:
        """What was parsed, byte for byte."""
        with Buffer() as out:
            self._write("canon_spec_write", out)
            return out.data

    @property
    def counts(self) -> Counts:
        """Sections and criteria, counted."""
        counts = _ffi.canon_spec_counts()
        _ffi.lib.canon_spec_count(self._handle, ctypes.byref(counts))
        return Counts(*[getattr(counts, name) for name in Counts._fields])

    @property
    def sections(self) -> List[Section]:
        """All sections in document order."""
        count = _ffi.lib.canon_spec_section_count(self._handle)
        return [
            _section(_ffi.lib.canon_spec_section(self._handle, i).contents)
            for i in range(count)
        ]

    def find(self, text: str) -> Optional[Section]:
        """The section a person means: by id, number, or part of an id."""
        found = _ffi.lib.canon_spec_find(self._handle, encode(text))
        return _section(found.contents) if found else None

    @property
    def diagnostics(self) -> List[Finding]:
        """What the parser noticed."""
        count = _ffi.lib.canon_spec_diagnostic_count(self._handle)
        found = []
        for i in range(count):
            d = _ffi.lib.canon_spec_diagnostic(self._handle, i).contents
            found.append(_finding(d.severity, d.code, d.message, d.line))
        return found

    def lint(self, known_paths: Optional[Sequence[str]] = None) -> List[Finding]:
        """What is doubtful; known_paths are all specs, to check references."""
        options = _ffi.canon_lint_options(size=ctypes.sizeof(_ffi.canon_lint_options))
        if known_paths is not None:
            options.known_paths = array(known_paths)
            options.known_count = len(known_paths)
            options.check_references = 1
        found: List[Finding] = []

        def on_finding(finding: Any, _user: Any) -> int:
            f = finding.contents
            found.append(_finding(f.severity, f.rule, f.message, f.line))
            return 0

        error = _ffi.canon_error()
        function = _ffi.lib.canon_spec_lint
        callback = function.argtypes[2](on_finding)
        check(
            function(
                self._handle,
                ctypes.byref(options),
                callback,
                None,
                ctypes.byref(error),
            ),
            error,
        )
        return found

    def json(self) -> Dict[str, Any]:
        """The document as the REST API returns it."""
        with Buffer() as out:
            self._write("canon_spec_json", out)
            return dict(out.json())

    def html(self) -> str:
        """The document as HTML that is safe as it is."""
        with Buffer() as out:
            error = _ffi.canon_error()
            code = _ffi.lib.canon_render_spec(
                self._handle, None, out.ref, ctypes.byref(error)
            )
            check(code, error)
            return out.text

    def _write(self, function: str, out: Buffer) -> None:
        error = _ffi.canon_error()
        code = getattr(_ffi.lib, function)(self._handle, out.ref, ctypes.byref(error))
        check(code, error)

    def _edit(self, function: Callable[..., int], *arguments: Any) -> str:
        error = _ffi.canon_error()
        with Buffer() as out:
            code = function(
                self._handle, *arguments, out.ref, None, ctypes.byref(error)
            )
            check(code, error)
            return out.text

    def set_status(
        self, section: str, state: str, blocked_by: Optional[str] = None
    ) -> str:
        """Set a section's state: draft, todo, in_progress, done, ..."""
        return self._edit(
            _ffi.lib.canon_spec_set_status,
            encode(section),
            _ffi.lib.canon_state_find(encode(state)),
            encode(blocked_by),
        )

    def set_ticket(self, section: str, system: str, ticket: str) -> str:
        """Link a section to a ticket."""
        return self._edit(
            _ffi.lib.canon_spec_set_ticket,
            encode(section),
            encode(system),
            encode(ticket),
        )

    def remove_ticket(self, section: str) -> str:
        """Remove all ticket links of a section."""
        return self._edit(_ffi.lib.canon_spec_remove_ticket, encode(section))

    def set_criterion(
        self, text: str, checked: bool, section: Optional[str] = None
    ) -> str:
        """Tick or clear the box of a criterion."""
        which = _ffi.canon_criterion_ref(encode(text), encode(section))
        return self._edit(
            _ffi.lib.canon_spec_set_criterion, ctypes.byref(which), int(checked)
        )

    def set_meta(self, field: str, value: Union[str, Sequence[str], None]) -> str:
        """Set a field of the front matter; None removes it."""
        if value is None:
            given = None
        elif isinstance(value, str):
            given = ctypes.byref(_ffi.canon_meta_value(text=encode(value)))
        else:
            items = array(value)
            given = ctypes.byref(
                _ffi.canon_meta_value(items=items, item_count=len(value), is_list=1)
            )
        return self._edit(_ffi.lib.canon_spec_set_meta, encode(field), given)


def _section(s: Any) -> Section:
    no_section = ctypes.c_size_t(-1).value
    return Section(
        id=str(decode(s.id)),
        number=decode(s.number),
        title=str(decode(s.title)),
        content=str(decode(s.content)),
        depth=s.depth,
        state=str(decode(_ffi.lib.canon_state_name(s.state))),
        blocked_by=decode(s.blocked_by),
        ticket_system=decode(s.ticket_system),
        ticket_id=decode(s.ticket_id),
        criteria=[
            Criterion(str(decode(c.text)), bool(c.checked), c.line)
            for c in s.criteria[: s.criterion_count]
        ],
        start_line=s.start_line,
        end_line=s.end_line,
        parent=None if s.parent == no_section else s.parent,
    )


def _finding(severity: int, rule: bytes, message: bytes, line: int) -> Finding:
    return Finding(
        str(decode(_ffi.lib.canon_severity_name(severity))),
        str(decode(rule)),
        str(decode(message)),
        line or None,
    )


def template(
    type: Optional[str] = None,
    title: Optional[str] = None,
    owner: Optional[str] = None,
    date: Optional[str] = None,
) -> str:
    """A new document: spec, design, proposal or adr."""
    what = _ffi.canon_template(
        size=ctypes.sizeof(_ffi.canon_template),
        type=encode(type),
        title=encode(title),
        owner=encode(owner),
        date=encode(date),
    )
    error = _ffi.canon_error()
    with Buffer() as out:
        code = _ffi.lib.canon_spec_template(
            ctypes.byref(what), out.ref, ctypes.byref(error)
        )
        check(code, error)
        return out.text


def classify(path: str, patterns: Sequence[str] = ()) -> str:
    """The kind of a file by its path: doc, spec, adr, readme, ..."""
    kind = _ffi.lib.canon_spec_classify(encode(path), array(patterns), len(patterns))
    return str(decode(_ffi.lib.canon_kind_name(kind)))


def render(text: Text) -> str:
    """Markdown as HTML that is safe as it is."""
    data = raw(text)
    error = _ffi.canon_error()
    with Buffer() as out:
        code = _ffi.lib.canon_render_html(
            data, len(data), None, out.ref, ctypes.byref(error)
        )
        check(code, error)
        return out.text


def merge(base: Text, ours: Text, theirs: Text) -> Merge:
    """Put two changed versions of a document together."""
    versions = [raw(text) for text in (base, ours, theirs)]
    members = [member for data in versions for member in (data, len(data))]
    size = ctypes.sizeof(_ffi.canon_merge_input)
    handle = ctypes.c_void_p()
    error = _ffi.canon_error()
    check(
        _ffi.lib.canon_spec_merge(
            ctypes.byref(_ffi.canon_merge_input(size, *members)),
            ctypes.byref(handle),
            ctypes.byref(error),
        ),
        error,
    )
    try:
        with Buffer() as out:
            code = _ffi.lib.canon_merge_write(handle, out.ref, ctypes.byref(error))
            check(code, error)
            return Merge(
                conflicts=_ffi.lib.canon_merge_conflicts(handle),
                parts=[
                    _part(_ffi.lib.canon_merge_at(handle, i).contents)
                    for i in range(_ffi.lib.canon_merge_count(handle))
                ],
                text=out.data,
            )
    finally:
        _ffi.lib.canon_merge_free(handle)


def _part(part: Any) -> MergePart:
    given = ("base", "ours", "theirs") if part.is_conflict else ("text",)
    return MergePart(
        *[_slice(part, name) if name in given else None for name in MergePart._fields]
    )


def _slice(struct: Any, name: str) -> bytes:
    """A text that is given with its length: it may hold or lack a NUL."""
    at = ctypes.addressof(struct) + getattr(type(struct), name).offset
    length = getattr(struct, name + "_len")
    pointer = ctypes.c_void_p.from_address(at)
    return ctypes.string_at(pointer, length) if length else b""
