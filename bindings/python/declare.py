#!/usr/bin/env python3
"""Write canon/_ffi.py: every public struct and function, from the C headers.

    python3 declare.py > canon/_ffi.py

Run it after a change of include/canon; a test compares the result with the
file. It understands the C of our headers and no more.
"""

import pathlib
import re
import sys
from typing import Dict, List, Tuple

INCLUDE = pathlib.Path(__file__).resolve().parents[2] / "include"

SCALARS = {
    "void": "None",
    "int": "c_int",
    "unsigned": "c_uint",
    "double": "c_double",
    "size_t": "c_size_t",
    "int32_t": "c_int32",
    "int64_t": "c_int64",
    "uint64_t": "c_uint64",
    "char": "c_char",
    "unsigned char": "c_ubyte",
}

HEAD = '''"""The C library as it is: generated from its headers by declare.py."""

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
'''

TAIL = '''

def _declare(library: CDLL) -> CDLL:
    """Give every function its types; a build may leave some out."""
    for name, result, arguments in FUNCTIONS:
        function = getattr(library, name, None)
        if function is not None:
            function.restype = result
            function.argtypes = arguments
    return library


lib: Any = _declare(load())
'''


class Header:
    """What was found in the headers, in their order."""

    def __init__(self) -> None:
        self.seen: List[str] = []
        self.opaque: List[str] = []
        self.structs: Dict[str, List[Tuple[str, str]]] = {}
        self.constants: List[Tuple[str, str]] = []
        self.functions: List[Tuple[str, str, List[str]]] = []
        self.codes: List[Tuple[str, str]] = []

    def read(self, name: str) -> None:
        if name in self.seen:
            return
        self.seen.append(name)
        text = (INCLUDE / name).read_text(encoding="utf-8")
        for other in re.findall(r'#include "([^"]+)"', text):
            self.read(other)
        self.codes += re.findall(r"X\((\w+), (-?\d+), \"", text)
        for declaration in split(strip(text), ";"):
            self.add(" ".join(declaration.split()))

    def add(self, text: str) -> None:
        struct = re.fullmatch(r"typedef struct (\w+) ?(\{(.*)\})? ?(\w+)", text)
        enum = re.fullmatch(r"enum \{(.*)\}", text)
        if struct and struct.group(2):
            members = split(struct.group(3), ";")
            self.structs[struct.group(1)] = [
                self.variable(member, in_struct=True) for member in members
            ]
        elif struct:
            self.opaque.append(struct.group(1))
        elif enum:
            self.enumeration(split(enum.group(1), ","))
        elif text.startswith("CANON_API"):
            self.function(text[len("CANON_API") :].strip())

    def enumeration(self, items: List[str]) -> None:
        following = "0"
        for item in items:
            name, _, value = (part.strip() for part in item.partition("="))
            value = value or following
            self.constants.append((name, value))
            number = re.fullmatch(r"-?\d+", value)
            following = str(int(value) + 1) if number else f"{name} + 1"

    def function(self, text: str) -> None:
        text = re.sub(r" ?CANON_(NODISCARD|PRINTF ?\(.*?\))", "", text)
        head, arguments = text[:-1].split("(", 1)
        name, result = self.variable(head)
        self.functions.append((name, result, self.arguments(arguments)))

    def arguments(self, text: str) -> List[str]:
        if text.strip() == "void":
            return []
        parts = [part for part in split(text, ",") if part != "..."]
        return [self.variable(part)[1] for part in parts]

    def variable(self, text: str, in_struct: bool = False) -> Tuple[str, str]:
        """Name and type of a member, argument or function."""
        text = text.strip()
        callback = re.fullmatch(r"(.*?)\(\*(\w+)\) ?\((.*)\)", text)
        if callback:
            result = self.variable(callback.group(1) + " x")[1]
            types = ", ".join([result] + self.arguments(callback.group(3)))
            return callback.group(2), f"CFUNCTYPE({types})"
        plain = re.search(r"(\w+)(?:\[([\w +]+)\])?$", text)
        assert plain, text
        name, length = plain.groups()
        base = text[: text.rindex(name)]
        stars = base.count("*")
        constant = base.strip().startswith("const")
        words = [w for w in base.replace("*", " ").split() if w != "const"]
        kind = self.pointer(" ".join(words), stars, constant)
        if length and in_struct:
            kind = f"{kind} * {length}"
        elif length:
            kind = f"POINTER({kind})"
        return name, kind

    def pointer(self, base: str, stars: int, constant: bool) -> str:
        if stars == 0:
            return SCALARS.get(base, base)
        if base == "void" or base not in list(SCALARS) + list(self.structs):
            kind = "c_void_p"
        elif base == "char" and constant:
            kind = "c_char_p"
        else:
            kind = f"POINTER({SCALARS.get(base, base)})"
        for _ in range(stars - 1):
            kind = f"POINTER({kind})"
        return kind


def strip(text: str) -> str:
    """Without comments, preprocessor lines and the frame of declarations."""
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    text = re.sub(r"\\\n", " ", text)
    text = re.sub(r"^\s*#.*$", "", text, flags=re.M)
    return re.sub(r"CANON_(BEGIN|END)_DECLS", "", text)


def split(text: str, separator: str) -> List[str]:
    """Parts of a text, cut outside of brackets only."""
    parts, depth, start = [], 0, 0
    for i, c in enumerate(text):
        depth += (c in "({[") - (c in ")}]")
        if c == separator and depth == 0:
            parts.append(text[start:i].strip())
            start = i + 1
    parts.append(text[start:].strip())
    return [part for part in parts if part]


def entry(parts: List[str], indent: str = "    ") -> str:
    """A tuple on one line if it fits, else one line per part."""
    line = f"{indent}({', '.join(parts)}),"
    if len(line) <= 88:
        return line
    inside = "\n".join(f"{indent}    {part}," for part in parts)
    return f"{indent}(\n{inside}\n{indent}),"


def call(text: str, indent: str) -> str:
    """A long list or callback type, one element a line."""
    if len(indent) + len(text) + 1 <= 88:
        return text
    at = min(i for i in (text.find("["), text.find("(")) if i >= 0)
    parts = split(text[at + 1 : -1], ",")
    inside = "\n".join(f"{indent}    {call(part, indent + '    ')}," for part in parts)
    return f"{text[: at + 1]}\n{inside}\n{indent}{text[-1]}"


def generate() -> str:
    header = Header()
    header.read("canon.h")
    out = [HEAD]
    out.append("CODES: Dict[str, int] = {")
    out += [f'    "{name}": {value},' for name, value in header.codes]
    out.append("}\n")
    out += [f"{name} = {value}" for name, value in header.constants]
    for name, members in header.structs.items():
        out.append(f"\n\nclass {name}(Structure):\n    _fields_ = [")
        for member, kind in members:
            kind = call(kind, " " * 12)
            out.append(entry([f'"{member}"', kind], " " * 8))
        out.append("    ]")
    out.append("\n\nSTRUCTS: List[Any] = [")
    out += [f"    {name}," for name in header.structs]
    out.append("]\n\nFUNCTIONS: List[Tuple[str, Any, List[Any]]] = [")
    for name, result, arguments in header.functions:
        kinds = call(f"[{', '.join(arguments)}]", " " * 8)
        out.append(entry([f'"{name}"', result, kinds]))
    out.append("]\n")
    return "\n".join(out) + TAIL


if __name__ == "__main__":
    sys.stdout.write(generate())
