"""Runs the Pulumi CLI for commands that deploy what they wrote."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.text import Text

from privatelink_ingress.fleet.pulumi_commands import PulumiCommand
from privatelink_ingress.problems import Problem, UsageError, UserError


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
    """What `pulumi version` prints; None where the CLI is not on PATH, or does not answer."""
    if shutil.which("pulumi") is None:
        return None
    done = subprocess.run(["pulumi", "version"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or None
