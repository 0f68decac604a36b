"""Writes changed files: all of them or none, and each of them wholly or not at all."""

from __future__ import annotations

import dataclasses
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from privatelink_ingress.problems import Problem
from privatelink_ingress.stackfiles.reader import StackFileError


@dataclasses.dataclass(frozen=True, kw_only=True)
class Change:
    """One file, before and after."""

    path: Path
    before: str | None
    """None for a file that does not exist yet."""
    after: str | None
    """None for a file to delete."""


def read(path: Path) -> str:
    """The text of a file, line ends as they are.

    Raises:
        StackFileError: when it cannot be read.
    """
    try:
        return path.read_bytes().decode()
    except OSError as error:
        raise _failed(path, f"cannot be read: {error.strerror}", "Make it readable.") from None
    except UnicodeDecodeError:
        raise _failed(path, "is not UTF-8 text", "Save it as UTF-8.") from None


def apply(changes: Sequence[Change]) -> None:
    """Make all changes, or none when one fails or Ctrl-C is pressed.

    Every new text is complete on the disk before the first file is replaced, so a full disk stops it before that.

    Raises:
        StackFileError: when a file cannot be written, or has changed since it was read.
    """
    staged: dict[Path, Path] = {}
    done: list[Change] = []
    try:
        for change in changes:
            if (read(change.path) if change.path.exists() else None) != change.before:
                raise _failed(change.path, "has changed since it was read", "Run the command again.")
            if change.after is not None:
                staged[change.path] = _stage(change.path, change.after)
        for change in changes:
            done.append(change)
            _put(change.path, staged.get(change.path))
    except OSError as error:
        _undo(done)
        where = changes[len(done) - 1].path if done else changes[len(staged)].path
        raise _failed(
            where,
            f"cannot be written: {error.strerror}",
            "Nothing was changed. Free space, or make it writable.",
        ) from None
    except BaseException:
        _undo(done)
        raise
    finally:
        for file in staged.values():
            file.unlink(missing_ok=True)


def _stage(path: Path, text: str) -> Path:
    """The text in a file beside `path`, where a rename can put it in place at once."""
    home = path.resolve().parent
    handle, name = tempfile.mkstemp(dir=home, prefix=f".{path.name}.", suffix=".new")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, name)
        else:
            Path(name).chmod(0o644)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _put(path: Path, new: Path | None) -> None:
    if new is None:
        path.unlink()
    else:
        new.replace(path.resolve())


def _undo(done: Sequence[Change]) -> None:
    for change in done:
        if change.before is None:
            change.path.unlink(missing_ok=True)
        elif not change.path.exists() or read(change.path) != change.before:
            _put(change.path, _stage(change.path, change.before))


def _failed(path: Path, reason: str, remedy: str) -> StackFileError:
    return StackFileError("A file cannot be changed", [Problem(f"{path.parent.name}/{path.name}", reason, remedy)])
