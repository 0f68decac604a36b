"""Moves the state of a bootstrap stack from this computer into the bucket, with the Pulumi CLI."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

from privatelink_ingress import stack_names
from privatelink_ingress.plan.account import state_migration
from privatelink_ingress.plan.account.state_migration import Step
from privatelink_ingress.problems import Problem, UserError


def migrate(root: Path, stack: str, console: Console, *, source: str, dry_run: bool) -> None:
    """Move the state, skipping the steps that an earlier run finished. With `dry_run`, only print the commands.

    Raises:
        UserError: when the stack has no state in `source`, or a command fails. The state in `source` stays as it is.
    """
    backend_url, secrets_provider = (_output(root, stack, source, name) for name in ("backend_url", "secrets_provider"))
    held = _held(root, stack, backend_url)
    with tempfile.TemporaryDirectory(prefix="bootstrap-state-") as directory:
        steps = state_migration.steps(
            stack,
            source=source,
            backend_url=backend_url,
            secrets_provider=secrets_provider,
            file=str(Path(directory) / "state.json"),
            held=held,
        )
        for step in steps:
            console.print(Text(f"→ {step.command}", style="bold"), soft_wrap=True)
            if not dry_run:
                _run(root, step)
    if not dry_run:
        done = f"The state of {stack} is in {backend_url.partition('?')[0]}, and pulumi is logged in there."
        console.print(f"\n{done} The old state stays where it was and does no harm.", soft_wrap=True, highlight=False)


def _output(root: Path, stack: str, source: str, name: str) -> str:
    answer = _ask(root, source, "stack", "output", name, "--stack", stack)
    if answer.returncode:
        remedy = f"Run `pulumi login --local` and `pulumi up --stack {stack}` first, or name its backend with --from."
        reason = f"{source} has no output {name} of this stack: {_last_line(answer.stderr)}"
        raise UserError("The state cannot be moved", [Problem(f"stack {stack}", reason, remedy)])
    return answer.stdout.strip()


def _held(root: Path, stack: str, backend_url: str) -> int | None:
    answer = _ask(root, backend_url, "stack", "ls", "--json")
    if answer.returncode:
        remedy = "Use an administrator's credentials: no deployer reaches the state of a bootstrap stack."
        raise UserError("The bucket cannot be read", [Problem(backend_url, _last_line(answer.stderr), remedy)])
    stacks = {stack_names.short(entry["name"]): entry for entry in json.loads(answer.stdout)}
    return stacks[stack].get("resourceCount") or 0 if stack in stacks else None


def _run(root: Path, step: Step) -> None:
    code = subprocess.run(["pulumi", *step.arguments], cwd=root, env=_environment(step.backend), check=False).returncode
    if code:
        problem = Problem(
            step.command,
            f"exited with code {code}",
            "Correct the error and run the same command again: it resumes at this step. The old state is unchanged.",
        )
        raise UserError("The state has not moved", [problem])


def _ask(root: Path, backend: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["pulumi", *arguments]
    return subprocess.run(command, cwd=root, env=_environment(backend), capture_output=True, text=True, check=False)


def _environment(backend: str) -> dict[str, str]:
    """Each call names its backend, so that a failure halfway leaves the terminal's login unchanged."""
    return {**os.environ, "PULUMI_BACKEND_URL": backend}


def _last_line(text: str) -> str:
    return next((line for line in reversed(text.splitlines()) if line.strip()), "pulumi said nothing").strip()
