"""What docs/bootstrap.md tells a newcomer to write and to run."""

from __future__ import annotations

import inspect
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from pulumi.automation import LocalWorkspace
from ruamel.yaml import YAML

from privatelink_ingress.plan.account import state_migration
from privatelink_ingress.settings.bootstrap import BootstrapSettings, Roles
from tests.support.bootstrap import bootstrap
from tests.support.deployers import SHARD_PARAMETER
from tests.support.programs import REPOSITORY, shard_contract

TEXT = (REPOSITORY / "docs" / "bootstrap.md").read_text()
SAMPLES = [
    YAML(typ="safe", pure=True).load(block)["config"] for block in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
]
SCRIPT = [line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines()]


def exports(sample: dict[str, Any]) -> set[str]:
    keys: dict[str, Any] = {
        key.removeprefix("bootstrap:"): value for key, value in sample.items() if key.startswith("bootstrap:")
    }
    return set(
        bootstrap(
            stacks=None,
            parameters={SHARD_PARAMETER: shard_contract()},
            **{key: value if isinstance(value, str) else json.dumps(value) for key, value in keys.items()},
        ).exports
    )


def test_its_stack_files_run_and_export_every_output_that_it_names():
    named = set(re.findall(r"pulumi stack output (\w+)", TEXT)) | set(
        re.findall(r"^\| `(\w+_\w+)` \|", TEXT, re.MULTILINE)
    )
    found = [exports(sample) for sample in SAMPLES]
    assert len(found) == 3
    assert {"backend_url", "secrets_provider", "workload_roles", "edge_roles"} <= named
    assert named <= set.union(*found)
    assert set.union(*found) - named == {"bucket"}


def test_the_commands_by_hand_are_those_that_the_command_runs():
    values = {
        "$BACKEND_URL": "s3://bucket?region=eu-west-1",
        "$SECRETS_PROVIDER": "awskms://alias/key?region=eu-west-1",
    }
    by_hand = [[values.get(word, word) for word in shlex.split(line)] for line in SCRIPT if line.startswith("pulumi")]
    first, rest = by_hand[:3], by_hand[3:]
    assert [" ".join(command) for command in first] == [
        "pulumi login --local",
        "pulumi stack init workload",
        "pulumi up",
    ]
    steps = state_migration.steps(
        "workload",
        source=state_migration.LOCAL,
        backend_url=values["$BACKEND_URL"],
        secrets_provider=values["$SECRETS_PROVIDER"],
        file="bootstrap-workload.json",
        held=None,
    )
    # By hand, the login says which backend is meant; the command names it with each call, and logs in at the end.
    *moving, login = [["pulumi", *step.arguments] for step in steps]
    switch = next(place for place, step in enumerate(steps) if step.backend != state_migration.LOCAL)
    assert rest == [*moving[:switch], login, *moving[switch:]]
    assert "privatelink-ingress bootstrap migrate-state workload" in SCRIPT
    # The outputs are read while the local state is still the one in use.
    assert [line.split("=")[0] for line in SCRIPT if "stack output" in line] == ["BACKEND_URL", "SECRETS_PROVIDER"]
    assert SCRIPT.index('pulumi login "$BACKEND_URL"') > max(
        place for place, line in enumerate(SCRIPT) if "stack output" in line
    )


@pytest.mark.parametrize("option", ["--secrets-provider", "--file"])
def test_options_that_pulumis_own_sdk_uses_are_spelled_as_it_spells_them(option: str):
    assert f'"{option}"' in Path(inspect.getfile(LocalWorkspace)).read_text()
    assert f" {option} " in "\n".join(SCRIPT)


def test_every_key_that_it_names_is_one_of_the_settings():
    keys = [
        key for row in re.findall(r"^\| (`[a-z].*?`) \|", TEXT, re.MULTILINE) for key in re.findall(r"`([\w.]+)`", row)
    ]
    paths = {key for key in keys if "." in key or key == "prefix"}
    assert len(paths) >= 11
    for path in paths:
        model: Any = Roles
        for part in path.split("."):
            assert model is not None, path
            fields = {field.alias: field for field in model.model_fields.values()}
            assert part in fields, path
            annotation = fields[part].annotation
            inner = [one for one in getattr(annotation, "__args__", (annotation,)) if hasattr(one, "model_fields")]
            model = inner[0] if inner else None
    assert BootstrapSettings.model_fields["roles"].annotation is Roles
