"""Requests to AWS, and seconds, of `trace --live` for one URL and of `doctor --live`, with many connections.

    .venv/bin/python -m benchmarks.inspection 40

Deploys so many workload stacks and an edge with a connection for each to the emulated AWS, which takes minutes, then
reads them. It has the default quotas, so fewer than 50 connections fit: EC2 allows 50 interface endpoints in a VPC.
Requests are the same on AWS, except for pages: the emulated AWS answers with larger ones, or smaller ones.
Seconds are those of an emulator in one Python process on this machine, which takes several requests at a time no faster
than one after the other: they say nothing about AWS.
"""

from __future__ import annotations

import collections
import contextlib
import shutil
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any
from unittest import mock

import yaml
from botocore.client import BaseClient

from privatelink_ingress.cli import doctor, topologies
from privatelink_ingress.cli.accounts import Accounts
from privatelink_ingress.local import deploy
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.trace.trace import trace
from tests.support.edge_services import connection

REPOSITORY = Path(__file__).parents[1]
LIMITS = {"endpoints": 100, "rules": 200}

Counts = collections.Counter[str]


def write(root: Path, count: int) -> Path:
    """A repository with so many workloads and one edge, from the samples."""
    for project in ("", "eks-service", "central-ingress"):
        (root / project).mkdir(parents=True, exist_ok=True)
        for name in ("Pulumi.yaml", "__main__.py"):
            if (REPOSITORY / project / name).exists():
                shutil.copyfile(REPOSITORY / project / name, root / project / name)
    names = [f"service-{number}" for number in range(count)]
    for name in names:
        config = _sample("eks-service/Pulumi.shop.yaml")
        config["eks-service:owner"] = f"team-{name}"
        config["eks-service:sample"]["hosts"] = [f"{name}.example.com"]
        _save(root / f"eks-service/Pulumi.{name}.yaml", config)
    config = _sample("central-ingress/Pulumi.prod.yaml")
    config["central-ingress:connections"] = {name: connection(name, slot) for slot, name in enumerate(names)}
    config["central-ingress:limits"] = LIMITS
    _save(root / "central-ingress/Pulumi.prod.yaml", config)
    return root


def _sample(path: str) -> dict[str, Any]:
    return yaml.safe_load((REPOSITORY / path).read_text())["config"]


def _save(file: Path, config: dict[str, Any]) -> None:
    file.write_text(yaml.safe_dump({"config": config}))


@contextlib.contextmanager
def counted() -> Generator[Counts]:
    """The requests of the block, by operation."""
    counts: Counts = collections.Counter()
    send = BaseClient._make_api_call

    def counting(client: Any, operation: str, given: Any) -> Any:
        counts[f"{client.meta.service_model.service_name}:{operation}"] += 1
        return send(client, operation, given)

    with mock.patch.object(BaseClient, "_make_api_call", counting):
        yield counts


def report(label: str, counts: Counts, seconds: float) -> None:
    """Print one block."""
    print(f"{label}: {counts.total()} requests, {seconds:.1f} s")
    for operation, number in counts.most_common():
        print(f"  {number:>5} {operation}")


def main(count: int) -> None:
    """Deploy, read and print."""
    with tempfile.TemporaryDirectory() as directory, Cloud() as cloud:
        root = write(Path(directory), count)
        deployment = deploy.Deployment(cloud)
        for stack in deploy.find(root):
            deployment.up(stack)
        accounts = Accounts(endpoint_url=cloud.endpoint_url)
        with counted() as counts:
            began = time.perf_counter()
            system = topologies.of_aws(root, accounts)
            found = trace("https://service-0.example.com/", system.topology)
            seconds = time.perf_counter() - began
        report(f"trace of one URL, {count} connections ({found.end})", counts, seconds)
        scope = doctor.published(root, ())
        with counted() as counts:
            began = time.perf_counter()
            judged = doctor.report(scope, topologies.of_aws(root, accounts))
            seconds = time.perf_counter() - began
        report(f"doctor, {count} connections ({len(judged.found)} findings)", counts, seconds)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 40)
