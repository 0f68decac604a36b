"""Requests to AWS, and seconds, of `trace --live`, `doctor --live` and `report`, with many connections.

    .venv/bin/python -m benchmarks.inspection 100 20

Deploys an edge with 100 connections, and the workload stack of each, in 20 accounts, to the emulated AWS; then reads
them. Deployment takes minutes. The quotas of endpoints and rules are raised first, as AWS Support raises them.
Requests are the same on AWS, except for pages: the emulated AWS answers with larger ones, or smaller ones.
Seconds are those of an emulator in one Python process on this machine, which takes several requests at a time no faster
than one after the other. Each request also waits `LATENCY` for its answer, as it would for AWS; requests at one time
wait together. The emulated AWS throttles nobody.
"""

from __future__ import annotations

import collections
import contextlib
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any
from unittest import mock

import yaml
from botocore.client import BaseClient

from privatelink_ingress.cli import doctor, topologies
from privatelink_ingress.cli import report as report_command
from privatelink_ingress.cli.accounts import Accounts
from privatelink_ingress.local import deploy
from privatelink_ingress.local.cloud import Cloud, service_quotas
from privatelink_ingress.plan.capacity.quotas import QUOTAS
from privatelink_ingress.trace.hops import Path as Way
from privatelink_ingress.trace.request import Request
from privatelink_ingress.trace.trace import follow
from tests.support.edge_services import connection

REPOSITORY = Path(__file__).parents[1]
EDGE, REGION = "222222222222", "eu-west-1"
LIMITS = {"endpoints": 120, "rules": 200}
LATENCY = 0.05
"""Seconds from a request to its answer: an assumption, of a client in another Region of one continent."""

Counts = collections.Counter[str]


def write(root: Path, count: int, accounts: int) -> Path:
    """A repository with so many workloads, in so many accounts, and one edge, from the samples."""
    for project in ("", "eks-service", "central-ingress"):
        (root / project).mkdir(parents=True, exist_ok=True)
        for name in ("Pulumi.yaml", "__main__.py"):
            if (REPOSITORY / project / name).exists():
                shutil.copyfile(REPOSITORY / project / name, root / project / name)
    names = [f"service-{number}" for number in range(count)]
    for number, name in enumerate(names):
        config = _sample("eks-service/Pulumi.shop.yaml", account=str(111111111111 + number % accounts))
        config["eks-service:owner"] = f"team-{name}"
        config["eks-service:sample"]["hosts"] = [f"{name}.example.com"]
        _save(root / f"eks-service/Pulumi.{name}.yaml", config)
    config = _sample("central-ingress/Pulumi.prod.yaml")
    config["central-ingress:connections"] = {name: connection(name, slot) for slot, name in enumerate(names)}
    config["central-ingress:limits"] = LIMITS
    _save(root / "central-ingress/Pulumi.prod.yaml", config)
    return root


def _sample(path: str, *, account: str = "111111111111") -> dict[str, Any]:
    return yaml.safe_load((REPOSITORY / path).read_text().replace("111111111111", account))["config"]


def _save(file: Path, config: dict[str, Any]) -> None:
    file.write_text(yaml.safe_dump({"config": config}))


@contextlib.contextmanager
def counted() -> Generator[Counts]:
    """The requests of the block, by operation."""
    counts: Counts = collections.Counter()
    send, lock = BaseClient._make_api_call, threading.Lock()

    def counting(client: Any, operation: str, given: Any) -> Any:
        with lock:
            counts[f"{client.meta.service_model.service_name}:{operation}"] += 1
        time.sleep(LATENCY)
        return send(client, operation, given)

    with mock.patch.object(BaseClient, "_make_api_call", counting):
        yield counts


def measured(label: str, work: Callable[[], str]) -> None:
    """Do the work, and print its requests and seconds beside what it returns."""
    with counted() as counts:
        began = time.perf_counter()
        end = work()
        seconds = time.perf_counter() - began
    print(f"{label}: {counts.total()} requests, {seconds:.1f} s; {end}")
    for operation, number in counts.most_common():
        print(f"  {number:>5} {operation}")


def main(count: int, accounts: int) -> None:
    """Deploy, read and print."""
    with tempfile.TemporaryDirectory() as directory, Cloud() as cloud:
        root = write(Path(directory), count, accounts)
        for key, limit in LIMITS.items():
            service_quotas.apply(EDGE, REGION, str(QUOTAS[key].code), limit)
        deployment = deploy.Deployment(cloud)
        began = time.perf_counter()
        for stack in deploy.find(root):
            deployment.up(stack)
        print(f"{count} connections, {accounts} workload accounts; deployed in {time.perf_counter() - began:.0f} s\n")

        def trace_one() -> str:
            request = Request.parse("https://service-0.example.com/")
            system = topologies.of_request(root, Accounts(endpoint_url=cloud.endpoint_url), request)
            return follow("https://service-0.example.com/", Way(request=request, topology=system.topology)).end

        def diagnose() -> str:
            system = topologies.of_aws(root, Accounts(endpoint_url=cloud.endpoint_url))
            found = doctor.report(doctor.published(root, ()), system).found
            return f"{sum(one.severity != 'not seen' for one in found)} errors and warnings"

        def write_report() -> str:
            system = topologies.of_aws(root, Accounts(endpoint_url=cloud.endpoint_url))
            file = root / "report.html"
            report_command.write(report_command.system(root, system, source="emulated AWS"), file)
            return f"{file.stat().st_size:,} bytes"

        measured("trace of one URL", trace_one)
        measured("doctor", diagnose)
        measured("report", write_report)


if __name__ == "__main__":
    main(*(int(number) for number in (sys.argv[1:] or (100, 20))))
