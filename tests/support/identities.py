"""The identity of every resource of the sample stacks: what Pulumi compares to tell an update from a replacement.

A resource whose type, name or parent changes gets another URN. Pulumi then creates it a second time and deletes the
first one, which takes a published service down. So the identities are committed, one list for each sample stack:

    ./run docs      # writes the lists again, and prints what to put into CHANGELOG.md
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping

from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.stackfiles import reader
from tests.support import adopted, deployers, programs

FOLDER = programs.REPOSITORY / "tests" / "program" / "identities"
CHANGELOG = programs.REPOSITORY / "CHANGELOG.md"
COMMAND = "./run docs"


def _prod() -> StackRun:
    file = reader.read(programs.REPOSITORY / "central-ingress", "prod")
    return programs.run_edge(connections=json.loads(file.settings["connections"]))


SAMPLES: Mapping[str, Callable[[], StackRun]] = {
    "shop": programs.run_workload,
    "blog": lambda: programs.run_workload("blog"),
    "existing-vpc": adopted.in_existing_vpc,
    "existing-cluster": adopted.adopting,
    "prod": _prod,
    "prod-blog": programs.run_attached,
    "bootstrap-workload": deployers.workload_account,
    "bootstrap-edge": deployers.edge_account,
}
"""The shipped stack files, a stack in an existing VPC, one of an existing cluster, and two accounts' bootstrap."""


def identities(run: StackRun) -> list[str]:
    """`<type> <name> <parent's type> <parent's name>` of each resource, sorted; the stack's own has no parent."""
    short = {one.urn: f"{one.type} {one.name}" for one in run.registrations}
    return sorted(f"{short[one.urn]} {short.get(one.parent, '-')}" for one in run.registrations if not one.external)


def committed(sample: str) -> list[str]:
    """The list in the repository; empty when there is none yet."""
    file = FOLDER / f"{sample}.txt"
    return file.read_text().splitlines() if file.exists() else []


def digest(lines: list[str]) -> str:
    """Twelve hexadecimal digits that stand for a list in CHANGELOG.md."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def announced(changelog: str, sample: str) -> str:
    """The digest of a list that CHANGELOG.md names first, which is its latest; empty when it names none.

    A line of a section `### Identities` reads: - `<sample>` `<digest>`: what changed, and what users must do.
    """
    for section in re.findall(r"^### Identities\n(.*?)(?=^##|\Z)", changelog, flags=re.MULTILINE | re.DOTALL):
        if found := re.search(rf"^- `{re.escape(sample)}` `([0-9a-f]{{12}})`: \S+", section, flags=re.MULTILINE):
            return found[1]
    return ""


def write() -> list[str]:
    """Write every list again.

    Returns:
        The lines that CHANGELOG.md lacks, to be completed by a person.
    """
    FOLDER.mkdir(exist_ok=True)
    changelog, missing = CHANGELOG.read_text(), []
    for sample, run in SAMPLES.items():
        lines = identities(run())
        (FOLDER / f"{sample}.txt").write_text("\n".join(lines) + "\n")
        if announced(changelog, sample) != digest(lines):
            missing.append(f"- `{sample}` `{digest(lines)}`: ")
    return missing
