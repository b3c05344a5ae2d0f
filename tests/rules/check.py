#!/usr/bin/env python3
"""The rules of libcanon/README.md that a machine can check.

    check.py [--shared libcanon.so --static libcanon.a] [--cc gcc] [--cxx g++]

Without libraries the rules about exported names are left out. Each finding is
a line "file:line: what is wrong; what to do". Exit status 1 when there are
any. Every rule is a function that yields findings; EXCUSED lists what is
allowed nevertheless, with the reason.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from typing import Dict, Iterator, List, Optional, Tuple

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIB = ROOT / "libcanon"

Finding = Tuple[str, int, str]
Findings = Iterator[Finding]

# Functions of the C library that no file calls, except those in EXCUSED.
FORBIDDEN = {
    "malloc": "use cn_realloc or an arena",
    "calloc": "use cn_calloc",
    "realloc": "use cn_realloc",
    "free": "use cn_free",
    "strdup": "use cn_arena_str",
    "printf": "use cn_log_write or give text to the caller",
    "fprintf": "use cn_log_write or give text to the caller",
    "getenv": "add a setting",
    "time": "use canon_now_us",
    "rand": "use canon_random",
    "strcpy": "use cn_buf or memcpy with a checked length",
    "strcat": "use cn_buf",
    "sprintf": "use snprintf or cn_buf_printf",
    "vsprintf": "use vsnprintf",
    "gets": "use read",
    "atoi": "use cn_slice_int",
    "strtok": "use cn_slice_cut",
    "alloca": "use an arena",
}

# (file, word): reason. A rule that finds nothing to excuse complains.
EXCUSED = {
    ("libcanon/util/mem.c", "realloc"): "the allocator that hosts replace",
    ("libcanon/util/mem.c", "free"): "the allocator that hosts replace",
    ("canond/main.c", "printf"): "a program says its version",
    ("canond/main.c", "fprintf"): "a program says why it does not start",
}

# What somebody might try on the way to credentials: each has a test of this
# name, or one that begins with it.
THREATS = (
    "alg_none", "hmac_with_the_public_key", "kid_injection",
    "key_in_the_header", "key_for_another_purpose", "weak_key",
    "malleable_signature", "token_of_another_service",
    "token_of_another_kind", "token_without_end", "unknown_critical_header",
    "duplicate_members", "other_encoding", "key_set_flood", "huge_key_set",
    "refresh_token_theft", "bearer_leakage", "open_redirect",
    "session_fixation", "cookie_theft", "cookie_forgery", "csrf",
    "login_csrf", "code_injection", "mix_up_of_two_providers",
    "device_code_brute_force", "revocation_oracle",
    "enumeration_of_organisations", "privilege_persistence",
    "confused_deputy_between_credentials", "host_header_poisoning",
    "clickjacking", "header_injection", "replayed_webhook",
    "callback_without_state", "callback_twice", "two_authorization_headers",
)

# Header of another project: the module that alone includes it.
THIRD_PARTY = {
    "json-c/": "json",
    "yaml.h": "yaml",
    "cmark": "markdown",
    "sodium": "crypto",
    "openssl/": "crypto",
    "sqlite3": "db",
    "libpq": "db",
    "curl/": "http",
    "git2": "source",
    "civetweb": "canond",
}

SQL = re.compile(r'"\s*(SELECT\s|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|'
                 r"CREATE\s+(TABLE|INDEX|UNIQUE)|ALTER\s+TABLE|DROP\s+TABLE|"
                 r"WITH\s+\w+\s+AS|BEGIN\b|COMMIT\b|ROLLBACK\b|PRAGMA\s)")
SQL_HOMES = ("libcanon/store/", "libcanon/db/")

# Places where a statement or a decision differs between the databases.
DIALECT = re.compile(r"cn_db_dialect\(|^-- @(sqlite|postgresql)")
DIALECT_BUDGET = 17

SERVER_LINES = 550  # of canond/*.[ch]
DISPATCH = {
    "pages": {"util", "json"},
    "api": {"util", "json", "pages"},
    "host": {"util"},
}


def name_of(path: pathlib.Path) -> str:
    return path.relative_to(ROOT).as_posix()


def files(*folders: str, suffixes: Tuple[str, ...] = (".c", ".h")) \
        -> Iterator[pathlib.Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes and path.is_file():
                yield path


CODE_PARTS = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|"
                        r"'(?:\\.|[^'\\\n])*'", re.S)


def blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def without(text: str, strings: bool = True) -> str:
    """The code without comments (and texts), lines and columns unmoved."""
    def change(match: "re.Match[str]") -> str:
        part = match.group()
        if part[0] == "/":
            return blank(part)
        return '"' + blank(part[1:-1]) + '"' if strings else part
    return CODE_PARTS.sub(change, text)


def line_at(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


# --- words ------------------------------------------------------------------


def forbidden_words() -> Findings:
    used = set()
    words = re.compile(r"(?<![\w.>])(%s)\s*\(" % "|".join(FORBIDDEN))
    for path in files("libcanon", "include", "canond"):
        text = without(path.read_text())
        for match in words.finditer(text):
            word = match.group(1)
            key = (name_of(path), word)
            if key in EXCUSED:
                used.add(key)
                continue
            yield (name_of(path), line_at(text, match.start()),
                   "%s() is forbidden; %s" % (word, FORBIDDEN[word]))
    for name, word in sorted(set(EXCUSED) - used):
        yield ("tests/rules/check.py", 1,
               "%s no longer needs %s(); take it out of EXCUSED" % (name, word))


def third_party_headers() -> Findings:
    include = re.compile(r"^\s*#\s*include\s*<([^>]+)>", re.M)
    for path in files("libcanon", "include", "canond"):
        text = path.read_text()
        place = name_of(path).split("/")
        module = place[1] if place[0] == "libcanon" else place[0]
        for match in include.finditer(text):
            for header, home in THIRD_PARTY.items():
                if match.group(1).startswith(header) and module != home:
                    yield (name_of(path), line_at(text, match.start()),
                           "<%s> belongs to %s alone; call that module"
                           % (match.group(1), home))


def sql_outside_the_store() -> Findings:
    for path in files("libcanon", "canond"):
        if name_of(path).startswith(SQL_HOMES):
            continue
        text = without(path.read_text(), strings=False)
        for match in SQL.finditer(text):
            yield (name_of(path), line_at(text, match.start()),
                   "SQL; move it to libcanon/store")


def dialect_budget() -> Findings:
    places = []
    for path in files("libcanon/store", suffixes=(".c", ".h", ".sql")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if DIALECT.search(line):
                places.append((name_of(path), number))
    if len(places) > DIALECT_BUDGET:
        yield (*places[-1], "%d places differ between the databases, at most "
               "%d may; write one statement that means the same on both"
               % (len(places), DIALECT_BUDGET))


def unfinished_marks() -> Findings:
    mark = re.compile(r"(?<![\w_])(TO" r"DO|FIX" r"ME|XX" r"X)(?![\w_])")
    suffixes = (".c", ".h", ".py", ".md", ".cmake", ".txt", ".sql", ".yaml")
    for path in own_texts(suffixes):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if mark.search(line):
                yield (name_of(path), number,
                       "a mark of unfinished work; finish it")


def tracked() -> Optional[List[str]]:
    """The files of the project; None when this is no git checkout."""
    git = shutil.which("git")
    if not git or not (ROOT / ".git").exists():
        return None
    out = subprocess.run([git, "-C", str(ROOT), "ls-files", "-z", "--cached",
                          "--others", "--exclude-standard"],
                         stdout=subprocess.PIPE, check=False)
    return out.stdout.decode().split("\0")[:-1] if out.returncode == 0 else None


def own_texts(suffixes: Tuple[str, ...]) -> Iterator[pathlib.Path]:
    """Text files that were written here; test data comes from elsewhere."""
    names = tracked()
    if names is None:
        names = [name_of(p) for p in ROOT.rglob("*") if p.is_file()]
    for name in sorted(names):
        path = ROOT / name
        if name.startswith(("build/", "out/", "tests/vectors/",
                            "tests/fuzz/corpus/")):
            continue
        if (path.suffix in suffixes or not suffixes) and path.is_file() and \
                "node_modules" not in path.parts:
            yield path


def outside_references() -> Findings:
    outside = re.compile(r"\.\./shared|'\.\.', 'shared'|(?<![\w/.}])/wor" r"k/|"
                         r"(?<![\w/.])/w" r"t/")
    suffixes = (".c", ".h", ".py", ".md", ".cmake", ".txt", ".sql", ".yaml",
                ".mjs", ".sh", ".in", ".json", ".cpp", ".yml")
    for path in own_texts(suffixes):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if outside.search(line) and "CANON_PEER_DATA" not in line and \
                    path != pathlib.Path(__file__).resolve():
                yield (name_of(path), number,
                       "refers to something outside the project; take it out")


def form_requests() -> Findings:
    for path in files("canond", "libcanon"):
        text = without(path.read_text())
        for match in re.finditer(r"\bmg_handle_form_request\b", text):
            yield (name_of(path), line_at(text, match.start()),
                   "writes what strangers send into files; read the body with "
                   "mg_read")


# --- floors -----------------------------------------------------------------


def modules_of_the_build() -> Dict[str, List[str]]:
    """Module: DEPENDS, in the order of the build."""
    text = (LIB / "CMakeLists.txt").read_text()
    names: List[str] = []
    for match in re.finditer(r"(?:set\(modules|APPEND modules)\s+([^)]*)\)", text):
        names += match.group(1).split()
    modules = {}
    for name in names:
        build = LIB / name / "CMakeLists.txt"
        if not build.exists():
            continue
        call = re.search(r"canon_module\(%s\b([^)]*)\)" % name,
                         re.sub(r"#.*", "", build.read_text()))
        words = call.group(1).split() if call else []
        depends = []
        if "DEPENDS" in words:
            for word in words[words.index("DEPENDS") + 1:]:
                if word.isupper():
                    break
                depends.append(word)
        modules[name] = depends
    return modules


def floors_of_the_readme() -> Dict[str, int]:
    floors = {}
    for line in (LIB / "README.md").read_text().splitlines():
        row = re.match(r"\|\s*(\d+)\s*\|([^|]*)\|", line)
        if row:
            for module in re.findall(r"`(\w+)`", row.group(2)):
                floors[module] = int(row.group(1))
    return floors


def floors() -> Findings:
    modules = modules_of_the_build()
    table = floors_of_the_readme()
    order = list(modules)
    if len(modules) < 15 or len(table) < 15:
        yield ("libcanon/CMakeLists.txt", 1,
               "the list of modules cannot be read; repair check.py")
    for name, depends in modules.items():
        place = "libcanon/%s/CMakeLists.txt" % name
        if name not in table:
            yield (place, 1, "%s has no row in the table of floors of "
                   "libcanon/README.md; add it" % name)
        for other in depends:
            if other not in order or order.index(other) >= order.index(name) \
                    or table.get(other, 0) > table.get(name, 99):
                yield (place, 1, "%s may not use %s, which is not below it; "
                       "insert a job or move the code down" % (name, other))
        if name in DISPATCH and not set(depends) <= DISPATCH[name]:
            yield (place, 1, "%s uses %s; it may use %s and public headers "
                   "only" % (name, sorted(set(depends) - DISPATCH[name]),
                             sorted(DISPATCH[name])))
    for folder in sorted(LIB.iterdir()):
        if (folder / "CMakeLists.txt").exists() and folder.name not in modules:
            yield (name_of(folder / "CMakeLists.txt"), 1,
                   "a module that libcanon/CMakeLists.txt does not list")


def quoted_includes() -> Findings:
    """A quoted header is of the module, of one in DEPENDS, or public."""
    for name, depends in modules_of_the_build().items():
        homes = [LIB / name] + [LIB / d for d in depends] + [ROOT / "include"]
        for path in files("libcanon/" + name):
            text = path.read_text()
            for match in re.finditer(r'^\s*#\s*include\s*"([^"]+)"', text, re.M):
                header = match.group(1)
                if header.startswith("..") or \
                        not any((home / header).exists() for home in homes):
                    yield (name_of(path), line_at(text, match.start()),
                           '"%s" is of no module that %s may use'
                           % (header, name))


# --- headers ----------------------------------------------------------------


def header_guards() -> Findings:
    for path in files("include", "libcanon", "canond", "tests",
                      suffixes=(".h",)):
        text = without(path.read_text())
        words = text.split(None, 4)
        if len(words) < 4 or words[0] != "#ifndef" or words[2] != "#define" or \
                words[1] != words[3] or "#endif" not in text[-40:]:
            yield (name_of(path), 1, "no include guard; begin with #ifndef")


def doc_comments() -> Findings:
    start = re.compile(r"^CANON_API\b", re.M)
    for path in files("include"):
        text = path.read_text()
        for match in start.finditer(text):
            before = text[:match.start()].rstrip()
            opened = before.rfind("/**")
            if not before.endswith("*/") or opened < 0 or \
                    "*/" in before[opened:-2]:
                yield (name_of(path), line_at(text, match.start()),
                       "a public function without a comment /** ... */")


def headers_compile_alone(cc: str, cxx: Optional[str]) -> Findings:
    ways = [([cc, "-x", "c", "-std=c99"], "C99")]
    if cxx:
        ways.append(([cxx, "-x", "c++", "-std=c++11"], "C++11"))
    flags = ["-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only",
             "-I", str(ROOT / "include")]
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "alone.c"
        for path in files("include"):
            header = path.relative_to(ROOT / "include").as_posix()
            source.write_text('#include "%s"\n#include "%s"\n'
                              "extern int alone;\n" % (header, header))
            for command, language in ways:
                done = subprocess.run(command + flags + [str(source)],
                                      stderr=subprocess.PIPE, check=False)
                if done.returncode:
                    yield (name_of(path), 1, "does not compile alone as %s: %s"
                           % (language, done.stderr.decode()[:400]))


# --- the product ------------------------------------------------------------


def exported_names(library: str, dynamic: bool) -> Findings:
    pattern = re.compile(r"^canon_" if dynamic else r"^(canon|cn)_")
    args = ["nm", "--defined-only", "-D" if dynamic else "-g", library]
    out = subprocess.run(args, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, check=True)
    count = 0
    for line in out.stdout.decode().splitlines():
        words = line.split()
        if len(words) != 3 or words[1] in "aw":
            continue
        count += 1
        # sanitizers and coverage add names of their own
        if not pattern.match(words[2]) and not words[2].startswith("__"):
            yield (pathlib.Path(library).name, 1,
                   "exports %s; make it static or give it the prefix %s"
                   % (words[2], "canon_" if dynamic else "cn_"))
    if count < 50:
        yield (pathlib.Path(library).name, 1,
               "exports %d names only; repair the build or check.py" % count)


def public_names_are_declared(library: str) -> Findings:
    declared = set()
    for path in files("include"):
        declared |= set(re.findall(r"\b(canon_\w+)\s*\(", without(path.read_text())))
    out = subprocess.run(["nm", "--defined-only", "-D", library],
                         stdout=subprocess.PIPE, check=True)
    for line in out.stdout.decode().splitlines():
        name = line.split()[-1]
        if name.startswith("canon_") and name not in declared:
            yield (pathlib.Path(library).name, 1,
                   "exports %s, which no public header declares" % name)


def server_size() -> Findings:
    lines = 0
    last = ROOT / "canond"
    for path in files("canond"):
        lines += len(path.read_text().splitlines())
        last = path
    if lines > SERVER_LINES:
        yield (name_of(last), 1, "canond has %d lines, at most %d; what "
               "decides belongs into the library" % (lines, SERVER_LINES))


def python_compiles() -> Findings:
    """A test that does not even load must not wait for its turn to say so."""
    for path in own_texts((".py",)):
        try:
            compile(path.read_bytes(), str(path), "exec")
        except (SyntaxError, ValueError) as error:
            yield (name_of(path), getattr(error, "lineno", None) or 1,
                   "does not compile: %s" % error)


def threats_are_tested() -> Findings:
    """Every threat has a test that is named after it."""
    tests = set()
    for path in sorted((ROOT / "tests").rglob("*.c")):
        tests.update(re.findall(r"Test\(\w+, threat_(\w+)",
                                path.read_text(encoding="utf-8")))
    for threat in THREATS:
        if not any(test.startswith(threat) for test in tests):
            yield "tests/rules/check.py", 1, \
                f"no test is named threat_{threat}; write one"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", help="the shared library")
    parser.add_argument("--static", help="the static library")
    parser.add_argument("--cc", default="cc", help="C compiler")
    parser.add_argument("--cxx", default=shutil.which("c++"),
                        help="C++ compiler")
    options = parser.parse_args()
    rules = [
        threats_are_tested(), python_compiles(),
        forbidden_words(), third_party_headers(), sql_outside_the_store(),
        dialect_budget(), unfinished_marks(), outside_references(),
        form_requests(), floors(), quoted_includes(), header_guards(),
        doc_comments(), headers_compile_alone(options.cc, options.cxx),
        server_size(),
    ]
    if options.shared:
        rules.append(exported_names(options.shared, True))
        rules.append(public_names_are_declared(options.shared))
    if options.static:
        rules.append(exported_names(options.static, False))
    found = 0
    for rule in rules:
        for name, line, text in rule:
            print("%s:%d: %s" % (name, line, text))
            found += 1
    print("%d rules, %d findings" % (len(rules), found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
