"""Checkov, a scanner that nobody here wrote, in an environment of its own: it pins an older boto3 than the product.

`python -m tests.support.checkov_cli` sets the environment up where it is missing, and says on the error stream what
it does.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from privatelink_ingress.rules import Resource
from tests.support.terraform_plan import terraform_plan
from tests.support.tools import cache, say

FOLDER = Path(__file__).parents[2] / "tools" / "checkov"
LOCK = FOLDER / "requirements.lock"


class NoScanner(Exception):
    """The scanner is not installed, and cannot be here; the text says why."""


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    """What a check says of a resource."""

    check: str
    """The scanner's id, such as `CKV_AWS_18`."""
    urn: str
    title: str = dataclasses.field(compare=False, default="")


@dataclasses.dataclass(frozen=True)
class Report:
    """What the scanner says of some stacks."""

    passed: frozenset[Finding]
    failed: frozenset[Finding]


def wanted() -> str:
    """The version that the lock pins."""
    found = re.search(r"^checkov==(\S+)", LOCK.read_text(), re.MULTILINE)
    assert found, f"{LOCK} pins no checkov"
    return found[1]


def program(*, install: bool = True) -> Path:
    """The scanner, set up once for each content of the lock.

    Raises:
        NoScanner: it is not set up, and `install` is false or the packages cannot be had.
    """
    stamp = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
    folder = cache() / f"checkov-{wanted()}-{stamp}"
    if not (folder / "complete").is_file():
        if not install:
            raise NoScanner(f"checkov {wanted()} is not set up: `./run test` does that where a package index answers")
        _install(folder)
    return folder / "bin" / "checkov"


def _install(folder: Path) -> None:
    say(f"setting up checkov {wanted()} in an environment of its own, once ...")
    began = time.monotonic()
    uv = str(Path(sys.executable).with_name("uv"))
    sync = [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", str(folder / "bin" / "python"), str(LOCK)]
    for command in ([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)], sync):
        if subprocess.run(command, stdout=sys.stderr).returncode:
            raise NoScanner("its packages could not be installed; uv's message is above")
    (folder / "complete").touch()
    say(f"set up in {time.monotonic() - began:.0f} s, kept in {folder}")


def scan(stacks: Mapping[str, Iterable[Resource]], folder: Path) -> Report:
    """Scan what some stacks register: resources of AWS and objects of Kubernetes.

    Args:
        stacks: by a name that can be a file's.
        folder: an empty one, for the scanner's input.
    """
    urns = dict[tuple[str, str], str]()
    for name, resources in stacks.items():
        resources = tuple(resources)
        plan, objects = terraform_plan(resources), _objects(resources)
        (folder / f"{name}.json").write_text(json.dumps(plan.document))
        (folder / f"{name}.yaml").write_text(yaml.safe_dump_all(each.inputs for each in objects.values()))
        urns |= {(f"/{name}.json", address): urn for address, urn in plan.urns.items()}
        urns |= {(f"/{name}.yaml", address): each.urn for address, each in objects.items()}
    options = ["--framework", "terraform_plan", "kubernetes", "--skip-download", "--compact", "--output", "json"]
    ran = subprocess.run(
        [str(program(install=False)), "--directory", str(folder), *options],
        env=os.environ | {"CKV_SKIP_PACKAGE_UPDATE_CHECK": "true", "LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
    )
    return _report(json.loads(ran.stdout), urns)


def _objects(resources: Iterable[Resource]) -> dict[str, Resource]:
    """By the scanner's name for it: `Deployment.nginx-ingress.nginx-ingress`, with the namespace in the middle."""
    found = {}
    for resource in resources:
        if resource.type.startswith("kubernetes:"):
            metadata = resource.inputs["metadata"]
            namespace = metadata.get("namespace", "default")
            found[f"{resource.inputs['kind']}.{namespace}.{metadata['name']}"] = resource
    return found


def _report(answer: list[Any], urns: Mapping[tuple[str, str], str]) -> Report:
    def of(result: str) -> frozenset[Finding]:
        return frozenset(
            Finding(each["check_id"], urns[each["file_path"], _owner(each["resource"])], each["check_name"])
            for framework in answer
            for each in framework["results"][result]
        )

    assert [framework["summary"]["parsing_errors"] for framework in answer] == [0] * len(answer), answer
    return Report(of("passed_checks"), of("failed_checks"))


def _owner(resource: str) -> str:
    """What registers a resource: the scanner names the pods of a Deployment after it, with their labels at the end."""
    kind, *rest = resource.split(".")
    return ".".join(("Deployment", *rest[:2])) if kind == "Pod" else resource


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{program()}\n")
    except NoScanner as reason:
        say(f"the tests with checkov are skipped: {reason}")
        sys.exit(1)
