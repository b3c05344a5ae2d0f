#!/usr/bin/python3
"""Hold the answers that the tests collected to libcanon/docs/openapi.yaml.

    validate.py FOLDER OPENAPI

Each file of FOLDER is an answer: method, target, status and content type, one a
line, an empty line, the body. Status, content type and JSON must be what the
document says for the operation. Needs python3-yaml and python3-jsonschema; ends
with status 77 (skipped) without them.
"""

import json
import os
import re
import sys
from urllib.parse import unquote

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

# Answers of the layer that all operations share.
SHARED = {204, 304, 307, 401, 403, 404, 405, 413, 414, 415, 422, 429}
LONG = {"file_path", "full_path"}


def pattern_of(path):
    def part(match):
        return "(.*)" if match.group(1) in LONG else "([^/]+)"

    return re.compile("^" + re.sub(r"\{(\w+)\}", part, path) + "$")


def rank_of(path):
    """Sorts as the router chooses: literals, parameters, the rest."""
    return [
        0 if not s.startswith("{") else 2 if s[1:-1] in LONG else 1
        for s in path.split("/")
    ] + [3]


class Contract:
    def __init__(self, text):
        self.doc = yaml.safe_load(text)
        self.resolver = jsonschema.RefResolver("", self.doc)
        self.paths = sorted(
            ((rank_of(p), pattern_of(p), p, o) for p, o in self.doc["paths"].items()),
            key=lambda row: row[0],
        )

    def operation(self, method, target):
        path = unquote(re.sub(r"^https?://[^/]*", "", target.split("?")[0]))
        method = "get" if method == "HEAD" else method.lower()
        for _, pattern, _, operations in self.paths:
            if method in operations and pattern.match(path):
                return operations[method]
        return None

    def resolve(self, node):
        while "$ref" in node:
            node = self.resolver.resolve(node["$ref"])[1]
        return node

    def complaints(self, operation, status, content_type, body):
        """What is wrong with an answer; nothing when it is as documented."""
        responses = operation["responses"]
        if str(status) not in responses:
            return [] if status in SHARED else [f"status {status} is not documented"]
        content = self.resolve(responses[str(status)]).get("content", {})
        kind = content_type.split(";")[0]
        if not kind or not body:
            return [] if not body else ["a body without a type"]
        if kind not in content:
            return [] if status in SHARED else [f"type {kind} is not documented"]
        if kind != "application/json":
            return []
        schema = content[kind]["schema"]
        validator = jsonschema.Draft202012Validator(schema, resolver=self.resolver)
        return [
            f"{'/'.join(map(str, e.absolute_path))}: {e.message[:300]}"
            for e in validator.iter_errors(json.loads(body))
        ]


def main(folder, document):
    with open(document, encoding="utf-8") as file:
        contract = Contract(file.read())
    seen = {}
    failed = 0
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            method, target, status, kind, _, body = file.read().split("\n", 5)
        operation = contract.operation(method, target)
        if not operation or method == "OPTIONS":
            continue
        seen.setdefault(operation["operationId"], set()).add(int(status))
        for complaint in contract.complaints(operation, int(status), kind, body):
            failed += 1
            print(f"{method} {target} {status}: {complaint}")
    print(f"{len(seen)} operations, {failed} complaints")
    if len(seen) < 40:
        print("too few operations were seen: did the tests run?")
        return 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
