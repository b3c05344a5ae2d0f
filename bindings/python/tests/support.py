"""What the tests share."""

import unittest
from typing import Any, Callable

from canon import _ffi


def needs(*functions: str) -> Callable[[Any], Any]:
    """A build may leave parts of the library out."""
    missing = [name for name in functions if not hasattr(_ffi.lib, name)]
    return unittest.skipIf(bool(missing), f"the library has no {missing}")


DOCUMENT = """---
title: Passwords
status: todo
tags: [login, security]
---

# Passwords

## 1. Storage

### Acceptance Criteria

- [x] are hashed
- [ ] are salted

## 2. Reset
"""
