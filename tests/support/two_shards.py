"""Repositories with several shards in one account, Region and hosted zone; one with two shards and five connections."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.support.programs import REPOSITORY

WORKLOADS = {"shop": 0, "blog": 0, "news": 0, "cart": 1, "mail": 1}
"""The shard of each workload's connection, by its place in `SHARDS`."""

SHARDS = ("prod", "prod-2")
PROD, SECOND = (f"central-ingress/Pulumi.{shard}.yaml" for shard in SHARDS)


def many(workloads: int, shards: int) -> dict[str, int]:
    """So many workloads, and the shard of each one's connection: in equal shares, each shard's in a row."""
    return {f"app{number:03}": number * shards // workloads for number in range(workloads)}


def write(root: Path, workloads: Mapping[str, int] = WORKLOADS) -> Path:
    """This repository's projects with these workloads, each connected to its shard; `blog` by an attached stack."""
    for project in ("", "eks-service", "central-ingress"):
        (root / project).mkdir(parents=True, exist_ok=True)
        for name in ("Pulumi.yaml", "__main__.py"):
            if (REPOSITORY / project / name).exists():
                shutil.copyfile(REPOSITORY / project / name, root / project / name)
    for name, place in workloads.items():
        (root / f"eks-service/Pulumi.{name}.yaml").write_text(_workload(name, place))
    if "blog" in workloads:
        attached = "central-ingress/Pulumi.prod-blog.yaml"
        shutil.copyfile(REPOSITORY / attached, root / attached)
    text = (REPOSITORY / PROD).read_text()
    for place in sorted(set(workloads.values())):
        names = [name for name, shard in workloads.items() if shard == place and name != "blog"]
        file = root / f"central-ingress/Pulumi.prod{f'-{place + 1}' if place else ''}.yaml"
        file.write_text(_shard(text, place, names))
    return root


def _workload(name: str, place: int) -> str:
    text = (REPOSITORY / "eks-service/Pulumi.blog.yaml").read_text().replace("blog", name)
    return text.replace("10.12.", f"10.{12 + place}.")


def _shard(text: str, place: int, names: list[str]) -> str:
    head = text[: text.index("  central-ingress:connections:")].replace("10.12.", f"10.{12 + place}.")
    if place:
        # The first shard owns the record that validates example.com.
        head = re.sub(r'(- domains: \[example.com, "\*.example.com"\])', r"\1\n      validationRecords: existing", head)
    # Slot 1 is the attached stack's.
    slots = (slot for slot in range(len(names) + 1) if slot != 1)
    entries = "".join(_entry(name, slot) for slot, name in zip(slots, names, strict=True))
    return f"{head}  central-ingress:connections:\n{entries}"


def _entry(name: str, slot: int) -> str:
    return (
        f"    {name}:\n      slot: {slot}\n      owner: team-{name}\n      backends:\n        - stack: {name}\n"
        f"      routes:\n        - hosts: [{name}.example.com]\n"
    )
