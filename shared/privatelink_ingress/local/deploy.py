"""Deploys the repository's stacks to the emulated AWS, each after those that it reads.

First the workload stacks, then the edge's with a load balancer, then those that are attached to one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path

from privatelink_ingress import contract, shard
from privatelink_ingress.local import prerequisites, runner
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.kubernetes import KubernetesStore
from privatelink_ingress.local.providers import CloudBackend
from privatelink_ingress.settings import stack_files
from privatelink_ingress.settings.attached import AttachedSettings, load_edge
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.load import load
from privatelink_ingress.settings.stack_files import StackFile
from privatelink_ingress.settings.workload import WorkloadSettings

ORGANIZATION = "organization"
"""What a self-managed Pulumi backend calls every organization."""


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
    workloads = [_workload(root, name) for name in stack_files.stacks(root / contract.PROJECT)]
    edges = [_edge(root, name) for name in stack_files.stacks(root / shard.PROJECT)]
    return [*workloads, *sorted(edges, key=lambda stack: isinstance(stack.settings, AttachedSettings))]


class Deployment:
    """Stacks on one emulated AWS."""

    def __init__(self, cloud: Cloud) -> None:
        """Deploy to `cloud`, with a Kubernetes API beside it."""
        self._cloud = cloud
        self._kubernetes = KubernetesStore()
        self._outputs: dict[str, runner.StackOutputs] = {}

    def preview(self, stack: Stack) -> int:
        """How many resources `up` will register for a stack whose references have been deployed."""
        return len(self._run(stack, preview=True).registrations)

    def up(self, stack: Stack, on_event: Callable[[runner.Registration], None] | None = None) -> runner.StackRun:
        """Deploy one stack; the stacks that it refers to come first.

        Raises:
            ProgramFailed: when a resource is refused.
        """
        prerequisites.prepare(self._cloud, stack.settings, stack.region)
        run = self._run(stack, on_event=on_event)
        self._outputs[f"{ORGANIZATION}/{stack.label}"] = run.outputs
        return run

    def _run(
        self, stack: Stack, *, preview: bool = False, on_event: Callable[[runner.Registration], None] | None = None
    ) -> runner.StackRun:
        account_id = stack.settings.account_id
        return runner.run(
            stack.file.path.parent,
            project=stack.file.project,
            stack=stack.file.stack,
            config=stack.file.config,
            backend=CloudBackend(
                self._cloud, ambient_account_id=account_id, region=stack.region, kubernetes=self._kubernetes
            ),
            stacks=self._outputs,
            preview=preview,
            on_event=on_event,
        )


def accounts(stacks: list[Stack]) -> tuple[str, Mapping[str, str]]:
    """The first edge's account, and the region by account of every stack."""
    edge = next(stack for stack in stacks if isinstance(stack.settings, EdgeSettings))
    return edge.settings.account_id, {stack.settings.account_id: stack.region for stack in stacks}


def _workload(root: Path, name: str) -> Stack:
    file = stack_files.read(root / contract.PROJECT, name)
    return Stack(file=file, settings=load(WorkloadSettings, file.settings, project=file.project, stack=name))


def _edge(root: Path, name: str) -> Stack:
    file = stack_files.read(root / shard.PROJECT, name)
    return Stack(file=file, settings=load_edge(file.settings, project=file.project, stack=name))
