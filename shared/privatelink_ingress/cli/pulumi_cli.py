"""Runs the Pulumi CLI for commands that deploy what they wrote."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.text import Text

from privatelink_ingress.problems import Problem, UsageError, UserError


def require() -> None:
    """Raises `UsageError` where the Pulumi CLI is not on PATH."""
    if shutil.which("pulumi") is None:
        remedy = (
            "Install it from https://www.pulumi.com/docs/install/, or leave --run out and run the command yourself."
        )
        raise UsageError("Nothing was done", [Problem("--run", "needs pulumi, which is not on PATH", remedy)])


def run(root: Path, commands: Iterable[str], console: Console) -> None:
    """Run the commands one after the other at the top of the repository, each with this terminal.

    Raises:
        UserError: when one fails. Nothing is taken back: the files are right, and the same call goes on from there.
    """
    for command in commands:
        console.print(Text(f"→ {command}", style="bold"), soft_wrap=True)
        code = subprocess.run(command.split(), cwd=root, check=False).returncode
        if code:
            remedy = "Correct what it says, and run the same command again: it goes on with this."
            problem = Problem(command, f"ended with exit code {code}", remedy)
            raise UserError("The files are written, but not deployed", [problem])
