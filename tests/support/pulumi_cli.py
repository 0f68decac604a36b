"""Pulumi's CLI for the tests on its engine: the one on PATH when it is new enough, else built once with Go.

`python -m tests.support.pulumi_cli` prints the folder that holds it, and says on the error stream what it does.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.support.tools import cache, say

MODULE = Path(__file__).parents[2] / "tools" / "pulumi"
"""The Go module that pins the CLI. Its version is in `go.mod`, and there alone."""
PACKAGE = "github.com/pulumi/pulumi/pkg/v3"
VERSION_SYMBOL = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
"""What the CLI answers to `pulumi version`. Without it the Automation API refuses the CLI."""


class NoEngine(Exception):
    """There is no CLI, and none can be built here; the text says why."""


def wanted() -> str:
    """The version that `go.mod` pins, such as `v3.274.1`."""
    found = re.search(rf"^\s*(?:require )?{re.escape(PACKAGE)} (v\S+)", (MODULE / "go.mod").read_text(), re.MULTILINE)
    assert found, f"{MODULE / 'go.mod'} pins no {PACKAGE}"
    return found[1]


def folder(*, build: bool = True) -> Path:
    """The folder of a CLI that is as new as the pinned one; built first if `build`.

    Raises:
        NoEngine: none is there, and none is built.
    """
    on_path = shutil.which("pulumi")
    if on_path and _number(_version(on_path)) >= _number(wanted()):
        return Path(on_path).parent
    cached = cache() / f"pulumi-{wanted()}"
    if (cached / "pulumi").is_file():
        return cached
    go = shutil.which("go")
    if not build or not go:
        older = f"on PATH is {_version(on_path)}" if on_path else "there is none on PATH"
        raise NoEngine(f"Pulumi's CLI {wanted()} or newer is needed: {older}" + (", and no Go to build it" * (not go)))
    _build(go, cached)
    return cached


def _build(go: str, target: Path) -> None:
    say(f"building Pulumi's CLI {wanted()} with Go for the tests on its engine: once, five minutes on two cores ...")
    began = time.monotonic()
    target.mkdir(parents=True, exist_ok=True)
    partial = target / f"pulumi.{os.getpid()}"
    flags = f"-s -w -X {VERSION_SYMBOL}={wanted()}"
    built = subprocess.run(
        ["nice", go, "build", "-trimpath", "-ldflags", flags, "-o", str(partial), f"{PACKAGE}/cmd/pulumi"],
        cwd=MODULE,
        stdout=sys.stderr,
    )
    if built.returncode:
        raise NoEngine("Pulumi's CLI could not be built; Go's message is above")
    partial.rename(target / "pulumi")
    say(f"built in {time.monotonic() - began:.0f} s, kept in {target}")


def _version(program: str) -> str:
    return subprocess.run([program, "version"], capture_output=True, text=True).stdout.strip()


def _number(version: str) -> tuple[int, ...]:
    """Zero for anything but a release, such as a CLI without a version."""
    found = re.match(r"v?(\d+)\.(\d+)\.(\d+)", version)
    return tuple(int(part) for part in found.groups()) if found else (0,)


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{folder()}\n")
    except NoEngine as reason:
        say(str(reason))
        sys.exit(1)
