"""Chromium from PATH, driven by Playwright and looked at by axe, for the tests of the report.

`python -m tests.support.browser` fetches the two packages with npm where they are missing, and says on the error
stream what it does.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.support.tools import cache, say

FOLDER = Path(__file__).parents[2] / "tools" / "browser"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


class NoBrowser(Exception):
    """There is no browser, or nothing to drive it with; the text says why."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Visit:
    """A page to open, and what to do there."""

    url: str
    width: int = 1200
    height: int = 900
    dark: bool = False
    print: bool = False
    axe: bool = False
    """Whether axe looks at the page after the steps."""
    steps: Sequence[dict[str, str]] = ()
    """Each with one of the keys `click`, `fill` (and `text`), `press` and `read`, an expression."""
    screenshot: str = ""
    pdf: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Seen:
    """What happened on a page."""

    console: list[str]
    requests: list[str]
    read: list[Any]
    """Values of the steps that read."""
    violations: list[str]
    """What axe found, each with its impact."""


def chromium() -> str:
    """The browser on PATH.

    Raises:
        NoBrowser: there is none.
    """
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        raise NoBrowser(f"none of {', '.join(NAMES)} is on PATH")
    return found


def packages(*, install: bool = True) -> Path:
    """The folder with Playwright and axe, filled once for each content of the lock.

    Raises:
        NoBrowser: they are missing, and `install` is false or npm cannot fetch them.
    """
    lock = (FOLDER / "package-lock.json").read_bytes()
    folder = cache() / f"browser-{hashlib.sha256(lock).hexdigest()[:12]}"
    if (folder / "complete").is_file():
        return folder
    npm = shutil.which("npm")
    if not shutil.which("node") or not npm:
        raise NoBrowser("Node.js with npm is not on PATH")
    if not install:
        raise NoBrowser("Playwright and axe are not fetched: `./run test` does that where npm's registry answers")
    say("fetching Playwright and axe with npm for the tests of the report, once ...")
    began = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(FOLDER / name, folder / name)
    if subprocess.run([npm, "ci", "--silent"], cwd=folder, stdout=sys.stderr).returncode:
        raise NoBrowser("npm could not fetch Playwright and axe; its message is above")
    (folder / "complete").touch()
    say(f"fetched in {time.monotonic() - began:.0f} s, kept in {folder}")
    return folder


def visit(*visits: Visit) -> list[Seen]:
    """Open pages, each in a window of its own.

    Raises:
        NoBrowser: there is no browser, or the packages are missing.
    """
    asked = {"chromium": chromium(), "visits": [dataclasses.asdict(one) for one in visits]}
    command = ["node", str(FOLDER / "visit.mjs"), str(packages(install=False))]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return [Seen(**one) for one in json.loads(done.stdout)]


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{chromium()} {packages()}\n")
    except NoBrowser as reason:
        say(f"the tests of the report in a browser are skipped: {reason}")
        sys.exit(1)
