"""Deploys the repository's stacks to the emulated AWS, each after the stacks that it reads.

First the workload stacks, then the edge's with a load balancer, then those that are attached to one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path

from privatelink_ingress.aws import credentials
from privatelink_ingress.aws.reads import Account
from privatelink_ingress.contracts import service as service_contract
from privatelink_ingress.contracts import shard
from privatelink_ingress.local import prerequisites
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.cloud_backend import CloudBackend
from privatelink_ingress.local.engine import runner
from privatelink_ingress.local.engine.incremental_backend import IncrementalBackend
from privatelink_ingress.local.kubernetes import KubernetesStore
from privatelink_ingress.plan.workload.images import ImagePlan
from privatelink_ingress.settings import secrets
from privatelink_ingress.settings.attached import AttachedSettings, load_edge
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.load import load
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.stackfiles import reader
from privatelink_ingress.stackfiles.reader import StackFile
from privatelink_ingress.trace.cluster_objects import KINDS, ClusterKey, Object

OnEvent = Callable[[runner.Registration], None]

ORGANIZATION = "organization"
"""The organization name in every self-managed Pulumi backend."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack to deploy."""

    file: StackFile
    settings: WorkloadSettings | EdgeSettings | AttachedSettings

    @property
    def label(self) -> str:
        """`<project>/<stack>`."""
        return f"{self.file.project}/{self.file.stack}"

    @property
    def region(self) -> str:
        """The region of all its resources."""
        return self.file.config["aws:region"]


def find(root: Path) -> list[Stack]:
    """The stacks of both projects under `root`, in the order of deployment.

    Raises:
        UserError: for a stack file with mistakes.
    """
    workloads = [_workload(root, name) for name in reader.stacks(root / service_contract.PROJECT)]
    edges = [_edge(root, name) for name in reader.stacks(root / shard.PROJECT)]
    return [*workloads, *sorted(edges, key=lambda stack: isinstance(stack.settings, AttachedSettings))]


class Deployment:
    """Stacks on one emulated AWS."""

    def __init__(self, cloud: Cloud) -> None:
        """Deploy to `cloud`, with a Kubernetes API beside it."""
        self._cloud = cloud
        self.kubernetes = KubernetesStore()
        self._runs: dict[str, runner.StackRun] = {}

    def preview(self, stack: Stack) -> int:
        """Number of resources in the next `pulumi up`, for a stack whose references have been deployed."""
        prerequisites.prepare(self._cloud, stack.settings, stack.region)
        return len(self._run(stack, preview=True).registrations)

    def up(
        self,
        stack: Stack,
        on_event: OnEvent | None = None,
        on_copied: Callable[[Sequence[ImagePlan]], None] | None = None,
        *,
        updates: Collection[str] = (),
    ) -> runner.StackRun:
        """Deploy one stack as on AWS; the stacks that it refers to come first.

        A workload's first `pulumi up` creates the repositories. Then its images are copied (here: placeholders), and a
        second `pulumi up` adds the workloads that run them.

        Args:
            stack: What to deploy.
            on_event: Called with every registration of every run.
            on_copied: Called with the images between the two runs.
            updates: Types of resources that a further deployment of the stack may update.

        Raises:
            ProgramFailed: when a resource is refused.
        """
        prerequisites.prepare(self._cloud, stack.settings, stack.region)
        self._runs[stack.label] = self._run(stack, on_event=on_event, updates=updates)
        if copied := self._copy_images(stack):
            if on_copied:
                on_copied(copied)
            self._runs[stack.label] = self._run(stack, on_event=on_event)
        return self._runs[stack.label]

    def objects(self, accounts: Iterable[Account]) -> Mapping[ClusterKey, Sequence[Object]]:
        """What decides the way of a request in every cluster of `accounts`."""
        found = {}
        for account in accounts:
            eks = account.client("eks")
            for name in eks.list_clusters()["clusters"]:
                server = eks.describe_cluster(name=name)["cluster"]["endpoint"]
                listed = self.kubernetes.list(server)
                found[account.account_id, account.region, name] = [one for one in listed if one["kind"] in KINDS]
        return found

    def _copy_images(self, stack: Stack) -> Sequence[ImagePlan]:
        """Images that the stack pins and its repositories lack."""
        if not isinstance(stack.settings, WorkloadSettings):
            return ()
        return prerequisites.copy_images(self._cloud, stack.settings, stack=stack.file.stack, region=stack.region)

    def _run(
        self,
        stack: Stack,
        *,
        preview: bool = False,
        on_event: OnEvent | None = None,
        updates: Collection[str] = (),
    ) -> runner.StackRun:
        account_id = stack.settings.account_id
        cloud = CloudBackend(
            self._cloud, ambient_account_id=account_id, region=stack.region, kubernetes=self.kubernetes
        )
        before = self._runs.get(stack.label)
        backend: runner.Backend = IncrementalBackend(cloud, before, updates=updates) if before else cloud
        with credentials.answered_by(self._cloud.session):
            return runner.run(
                stack.file.path.parent,
                project=stack.file.project,
                stack=stack.file.stack,
                config=stack.file.config,
                secret_keys=stack.file.secure,
                backend=backend,
                stacks={f"{ORGANIZATION}/{label}": run.outputs for label, run in self._runs.items()},
                preview=preview,
                on_event=on_event,
            )


def places(stacks: list[Stack]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Account and Region of every edge with a load balancer, and of every workload; each once."""
    edges = [stack for stack in stacks if isinstance(stack.settings, EdgeSettings)]
    workloads = [stack for stack in stacks if isinstance(stack.settings, WorkloadSettings)]

    def distinct(some: list[Stack]) -> list[tuple[str, str]]:
        return list(dict.fromkeys((stack.settings.account_id, stack.region) for stack in some))

    return distinct(edges), distinct(workloads)


def _workload(root: Path, name: str) -> Stack:
    file = reader.read(root / service_contract.PROJECT, name)
    return Stack(file=file, settings=load(WorkloadSettings, file.settings, project=file.project, stack=name))


def _edge(root: Path, name: str) -> Stack:
    file = secrets.with_stand_ins(reader.read(root / shard.PROJECT, name))
    return Stack(file=file, settings=load_edge(file.settings, project=file.project, stack=name))
