"""Turns a Pulumi program into a function that the SDK can call; each program has its own modules."""

from __future__ import annotations

import contextlib
import inspect
import runpy
import sys
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any

import pulumi

Program = Path | Callable[[], Any]
"""A project directory, a program file, or the program itself: a function, plain or async, that may return exports."""


@contextlib.contextmanager
def as_program(program: Program) -> Generator[Callable[[], Any]]:
    """The program as a function that the SDK runs within the stack."""
    if not isinstance(program, Path):
        yield lambda: pulumi.run(program) if inspect.iscoroutinefunction(program) else _export(program())
        return
    file = program / "__main__.py" if program.is_dir() else program
    if not file.is_file():
        raise FileNotFoundError(f"No program {file}.")
    with _own_modules(file.parent.resolve()), contextlib.chdir(file.parent):
        yield lambda: _export(runpy.run_path(file.name, run_name="__main__") and None)


def _export(outputs: Mapping[str, Any] | None) -> None:
    for name, value in (outputs or {}).items():
        pulumi.export(name, value)


@contextlib.contextmanager
def _own_modules(directory: Path) -> Generator[None]:
    """Put the program's folder first on the module path, and drop the modules that it imports afterwards.

    Two projects may both have a module `network`: each run must import its own.
    """
    names = {path.stem for path in directory.glob("*.py")} | {path.parent.name for path in directory.glob("*/*.py")}
    names.discard("__main__")

    def take() -> dict[str, Any]:
        return {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] in names}

    before = take()
    sys.path.insert(0, str(directory))
    try:
        yield
    finally:
        sys.path.remove(str(directory))
        take()
        sys.modules.update(before)
