"""A repository with two shards in one account, Region and hosted zone, and five connections."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.support.programs import REPOSITORY

WORKLOADS = {"shop": 0, "blog": 0, "news": 0, "cart": 1, "mail": 1}
"""The shard of each workload's connection, by its place in `SHARDS`."""

SHARDS = ("prod", "prod-2")
PROD, SECOND = (f"central-ingress/Pulumi.{shard}.yaml" for shard in SHARDS)


def write(root: Path) -> Path:
    """The projects of this repository with these stacks; `blog` is attached to its shard."""
    for project in ("", "eks-service", "central-ingress"):
        (root / project).mkdir(parents=True, exist_ok=True)
        for name in ("Pulumi.yaml", "__main__.py"):
            if (REPOSITORY / project / name).exists():
                shutil.copyfile(REPOSITORY / project / name, root / project / name)
    for name in WORKLOADS:
        (root / f"eks-service/Pulumi.{name}.yaml").write_text(_workload(name))
    shutil.copyfile(
        REPOSITORY / "central-ingress/Pulumi.prod-blog.yaml", root / "central-ingress/Pulumi.prod-blog.yaml"
    )
    text = (REPOSITORY / PROD).read_text()
    for place, file in enumerate((PROD, SECOND)):
        (root / file).write_text(_shard(text, place))
    return root


def _workload(name: str) -> str:
    text = (REPOSITORY / "eks-service/Pulumi.blog.yaml").read_text().replace("blog", name)
    if WORKLOADS[name] == 1:
        text = text.replace("10.12.", "10.13.")
    return text


def _shard(text: str, place: int) -> str:
    head = text[: text.index("  central-ingress:connections:")]
    names = [name for name, shard in WORKLOADS.items() if shard == place and name != "blog"]
    entries = "".join(_entry(name, slot) for slot, name in zip((0, 2, 3), names, strict=False))
    if place == 1:
        head = head.replace("10.12.", "10.13.")
        # The first shard owns the record that validates example.com.
        head = re.sub(r'(- domains: \[example.com, "\*.example.com"\])', r"\1\n      validationRecords: existing", head)
    return f"{head}  central-ingress:connections:\n{entries}"


def _entry(name: str, slot: int) -> str:
    return (
        f"    {name}:\n      slot: {slot}\n      owner: team-{name}\n      backends:\n        - stack: {name}\n"
        f"      routes:\n        - hosts: [{name}.example.com]\n"
    )
