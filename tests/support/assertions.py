"""Which tests a file has, and whether they assert anything."""

from __future__ import annotations

import ast
import functools

from tests.support.programs import REPOSITORY


@functools.cache
def functions(file: str) -> dict[str, int]:
    """How many assertions, or expected errors, each test function of a file has, those of its helpers left out."""
    tree = ast.parse((REPOSITORY / file).read_text(encoding="utf-8"))
    return {
        one.name: sum(isinstance(part, ast.Assert | ast.With) for part in ast.walk(one))
        for one in tree.body
        if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")
    }
