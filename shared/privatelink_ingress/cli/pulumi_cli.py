"""Runs the Pulumi CLI for commands that deploy what they wrote."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.text import Text

from privatelink_ingress.fleet.pulumi_commands import PulumiCommand
from privatelink_ingress.problems import Problem, UsageError, UserError
from privatelink_ingress.trace.preflight.machine import Plugin

SECONDS = 60
"""For an answer: listing plugins counts the bytes of each."""


def require(what: str = "--run", otherwise: str = "or leave out --run and run the commands yourself.") -> None:
    """Raises `UsageError` where the Pulumi CLI is not on PATH; `otherwise` is what to do instead of `what`."""
    if shutil.which("pulumi") is None:
        remedy = f"Install it from https://www.pulumi.com/docs/install/, {otherwise}"
        raise UsageError("Nothing was done", [Problem(what, "needs pulumi, which is not on PATH", remedy)])


def run(root: Path, commands: Iterable[PulumiCommand], console: Console) -> None:
    """Run the commands one after the other at the top of the repository, each with this terminal.

    Raises:
        UserError: when one fails. Nothing is undone: the files are right, and the same call continues from there.
    """
    for command in commands:
        console.print(Text(f"→ {command}", style="bold"), soft_wrap=True)
        code = subprocess.run(command.arguments(), cwd=root, check=False).returncode
        if code:
            remedy = "Correct what it reports, and run the same command again: it continues from here."
            problem = Problem(str(command), f"exited with code {code}", remedy)
            raise UserError("The files are written, but not deployed", [problem])


def version() -> str | None:
    """What `pulumi version` prints, or why it prints nothing; None where the CLI is not on PATH."""
    return _said("version") if shutil.which("pulumi") else None


def plugins() -> tuple[Plugin, ...] | str:
    """The resource plugins that `pulumi plugin ls` lists, in `PULUMI_HOME`; its text says why it lists none."""
    said = _said("plugin", "ls", "--json")
    with contextlib.suppress(ValueError, TypeError, KeyError):  # an error's text, or another list
        if isinstance(listed := json.loads(said), list):
            return tuple(Plugin(one["name"], one["version"]) for one in listed if one["kind"] == "resource")
    return f"`pulumi plugin ls --json` printed {said[:200]!r}"


def _said(*words: str) -> str:
    """What a command prints; the error stream's last line where it fails."""
    try:
        done = subprocess.run(
            ["pulumi", *words],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return f"nothing within {SECONDS} seconds"
    except OSError as error:
        return str(error.strerror)
    return done.stdout.strip() or (done.stderr.strip().splitlines() or [f"nothing, exit code {done.returncode}"])[-1]
