"""Copies an image with crane or skopeo, the first that is on PATH; the login ends with the copy."""

from __future__ import annotations

import collections
import contextlib
import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from privatelink_ingress.deployment.image_registry import NotSeen, NotThere
from privatelink_ingress.plan.workload import images
from privatelink_ingress.plan.workload.images import ImagePlan, Tool
from privatelink_ingress.problems import Problem, UsageError, UserError

TOOLS: tuple[Tool, ...] = get_args(Tool)

SECONDS = 60
"""For a manifest, which has some kilobytes."""

_NOT_THERE = re.compile(r"\bMANIFEST_UNKNOWN\b|\bNAME_UNKNOWN\b|\b(manifest|name) unknown\b|\b404 Not Found\b")
"""Registries' codes for what does not exist, as crane and skopeo repeat them:
https://distribution.github.io/distribution/spec/api/#errors-2"""

LAST_LINES = 8
"""Lines of a failed tool's output that its error repeats."""


def find() -> Tool | None:
    """The first of the tools that is on PATH."""
    return next((tool for tool in TOOLS if shutil.which(tool)), None)


def require() -> Tool:
    """As `find`.

    Raises:
        UsageError: when neither is installed.
    """
    if tool := find():
        return tool
    remedy = (
        "Install one: https://github.com/google/go-containerregistry/tree/main/cmd/crane or "
        "https://github.com/containers/skopeo. --dry-run prints the commands for another machine."
    )
    problem = Problem("PATH", f"has neither {' nor '.join(TOOLS)}, and copying an image takes one of them", remedy)
    raise UsageError("Nothing was copied", [problem])


def copy(tool: Tool, image: ImagePlan, *, password: str, report: Callable[[str], None]) -> None:
    """Log in and copy. The password goes through standard input and a file that is deleted afterwards.

    Args:
        tool: The program that copies.
        image: The image, with its origin and destination.
        password: Of the registry's user AWS.
        report: Called with each command and each line of its output as they appear.

    Raises:
        UserError: when the tool fails, with its last lines.
    """
    with tempfile.TemporaryDirectory() as folder:
        auth_file = Path(folder) / ("config.json" if tool == "crane" else "auth.json")
        environment = dict(os.environ)
        if tool == "crane":
            auth_file.write_text(json.dumps(_docker_config(image.registry)), encoding="utf-8")
            environment["DOCKER_CONFIG"] = folder
        for command in (
            images.login(tool, image, auth_file=str(auth_file)),
            images.copy(tool, image, auth_file=str(auth_file)),
        ):
            _run(command, environment, password=password, report=report)


def manifest(tool: Tool, image: ImagePlan) -> bytes:
    """The manifest at the image's source, as the tool fetches it with the user's own logins.

    Raises:
        NotThere: the source has no such image.
        NotSeen: the tool says anything else; the text has its last line.
    """
    command = images.inspect(tool, image)
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=SECONDS, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        raise NotSeen(f"{tool} has no answer within {SECONDS} seconds") from None
    except OSError as error:
        raise NotSeen(f"{tool} cannot be run: {error.strerror}") from None
    if not done.returncode:
        return done.stdout
    said = done.stderr.decode(errors="replace").strip().splitlines() or [f"nothing, exit code {done.returncode}"]
    kind = NotThere if _NOT_THERE.search(done.stderr.decode(errors="replace")) else NotSeen
    raise kind(f"{tool} says: {said[-1]}")


def _docker_config(registry: str) -> dict[str, Any]:
    """The user's own logins, which a private source may need, with `registry` kept out of their password stores."""
    folder = os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker"
    config: dict[str, Any] = {}
    with contextlib.suppress(OSError, ValueError):  # no logins, or none that crane could read either
        config = json.loads((Path(folder) / "config.json").read_text(encoding="utf-8"))
    # Without a helper of its own name the password would go into the desktop's store, and stay there.
    return {**config, "credHelpers": {**config.get("credHelpers", {}), registry: ""}}


def _run(
    command: Sequence[str], environment: Mapping[str, str], *, password: str, report: Callable[[str], None]
) -> None:
    report(f"$ {shlex.join(command)}")
    last: collections.deque[str] = collections.deque(maxlen=LAST_LINES)
    try:
        with subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                # Both commands' input ends at once; only the login's has anything in it.
                process.stdin.write(password if "--password-stdin" in command else "")
                process.stdin.close()
            except BrokenPipeError:
                pass  # it exited without reading its input: its exit code and output say why
            for line in process.stdout:
                shown = line.rstrip().replace(password, "[password]")
                last.append(shown)
                report(f"  {shown}")
    except OSError as error:
        problem = Problem(command[0], f"cannot be run: {error.strerror}", "Reinstall it, or remove it from PATH.")
        raise UserError("Nothing was copied", [problem]) from None
    if process.returncode:
        said = "; ".join(line for line in last if line) or "nothing"
        problem = Problem(
            shlex.join(command),
            f"exited with code {process.returncode}, and said: {said}",
            "Correct the reported error and copy again: images copied so far stay.",
        )
        raise UserError("The image was not copied", [problem])
