"""What an operator types after a run that was killed: `pulumi cancel`, `orphans`, and the commands that it prints."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from privatelink_ingress.cli.app import app
from privatelink_ingress.fleet.resource_kinds import KINDS
from privatelink_ingress.local.providers.observation import Call
from tests.support import aws_commands, engine_language
from tests.support.engine import REGION, ROOT, Stack, World
from tests.support.engine_faults import Fault

TAGGED = frozenset(kind.type for kind in KINDS.values())


def recover(world: World, stack: Stack, fault: Fault, *others: Stack, adopt: bool = False) -> list[Call]:
    """Do what docs/failures.md says, after the engine was killed by `fault`.

    Args:
        world: The emulated AWS.
        stack: The one whose run was killed.
        fault: What killed it; it knows what AWS created meanwhile, with which the orphans are compared.
        others: Stacks of the same account, whose states `orphans` reads too.
        adopt: Whether orphans are adopted where a command to do so is printed; otherwise they are deleted.

    Returns:
        The creates that AWS completed and the killed engine did not record.
    """
    stack.cancel()
    known = stack.resources()
    lost = [call for call in fault.created if call.urn not in known]
    found = orphans(world, stack, *others)
    _expect(found["orphans"], [call for call in lost if call.type in TAGGED])
    for orphan in found["orphans"]:
        if adopt and orphan["adopt"]:
            _type(world, stack, orphan["adopt"][0])
        else:
            aws_commands.run(orphan["delete"], world.cloud.session(stack.account_id, REGION))
    there = {call.urn for call in lost}
    for pending in found["pending"]:
        if pending["settle"]:
            # AWS may never have received the create: the command then says so, and the next one forgets it.
            _type(world, stack, pending["settle"], refused=pending["urn"] not in there)
    for command in found["last"]:
        _type(world, stack, command)
    return lost


def _expect(found: Sequence[Mapping[str, Any]], lost: Sequence[Call]) -> None:
    types = sorted(one["type"] for one in found), sorted(call.type for call in lost)
    assert types[0] == types[1], f"{[one['arn'] for one in found]} are orphans of {[call.id for call in lost]}"


def orphans(world: World, *stacks: Stack) -> dict[str, Any]:
    """What `orphans --json` answers for these stacks, from their exported states; without what has no resources."""
    words = ["orphans", "--json", "--root", str(ROOT), "--endpoint-url", world.cloud.endpoint_url]
    for stack in stacks:
        state = stack.state()
        if state.get("resources") or state.get("pending_operations"):
            file = Path(world.home) / f"{stack.project}.{stack.name}.json"
            file.write_text(json.dumps({"version": 3, "deployment": state}))
            words += ["--state", str(file)]
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.stdout, result.stderr
    return json.loads(result.stdout)


def _type(world: World, stack: Stack, command: str, *, refused: bool = False) -> None:
    """Run a printed command of Pulumi's CLI, in the folder where the stack's inline program has its project file."""
    pulumi, _, _, *words = shlex.split(command)
    assert (pulumi, words[0] in ("refresh", "import")) == ("pulumi", True)
    workspace = stack._stack.workspace
    credentials = world.cloud.session(stack.account_id, REGION).environment()
    with engine_language.on_path(Path(world.home)) as path:
        answer = subprocess.run(
            ["pulumi", *words, "--yes", "--non-interactive", "--skip-preview"],
            cwd=workspace.work_dir,
            env={**os.environ, **workspace.env_vars, **credentials, "PATH": path},
            capture_output=True,
            text=True,
        )
    assert bool(answer.returncode) == refused, command + answer.stdout + answer.stderr
    assert not refused or "does not exist" in answer.stdout + answer.stderr
