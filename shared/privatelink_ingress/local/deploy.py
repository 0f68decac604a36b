"""Deploys the repository's stacks to the emulated AWS: the workload stacks first, then the edge's that read them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from privatelink_ingress import contract
from privatelink_ingress.local import runner
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.cloud.route53 import prepare_hosted_zone
from privatelink_ingress.local.providers import CloudBackend
from privatelink_ingress.settings import stack_files
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.load import load
from privatelink_ingress.settings.stack_files import StackFile
from privatelink_ingress.settings.workload import WorkloadSettings

EDGE_PROJECT = "central-ingress"
ORGANIZATION = "organization"
"""What a self-managed Pulumi backend calls every organization."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack to deploy."""

    file: StackFile
    settings: WorkloadSettings | EdgeSettings

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
    return [
        _stack(root / project, name, model)
        for project, model in ((contract.PROJECT, WorkloadSettings), (EDGE_PROJECT, EdgeSettings))
        for name in stack_files.stacks(root / project)
    ]


class Deployment:
    """Stacks on one emulated AWS. Nothing is deployed before `up` is iterated."""

    def __init__(self, cloud: Cloud, stacks: list[Stack]) -> None:
        """Deploy `stacks`, in their order, to `cloud`."""
        self._cloud, self._stacks = cloud, stacks
        self._outputs: dict[str, runner.StackOutputs] = {}

    def preview(self, stack: Stack) -> int:
        """How many resources `up` will register for a stack whose references have been deployed."""
        return len(self._run(stack, preview=True).registrations)

    def up(self, stack: Stack, on_event: Callable[[runner.Registration], None] | None = None) -> runner.StackRun:
        """Deploy one stack; the stacks that it refers to come first.

        Raises:
            ProgramFailed: when a resource is refused.
        """
        if isinstance(stack.settings, EdgeSettings):
            for zone_id, domain in _hosted_zones(stack.settings):
                prepare_hosted_zone(stack.settings.account_id, zone_id, domain)
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
            backend=CloudBackend(self._cloud, ambient_account_id=account_id, region=stack.region),
            stacks=self._outputs,
            preview=preview,
            on_event=on_event,
        )


def accounts(stacks: list[Stack]) -> tuple[str, Mapping[str, str]]:
    """The edge's account, and the region by account of every stack."""
    edge = next(stack for stack in stacks if isinstance(stack.settings, EdgeSettings))
    return edge.settings.account_id, {stack.settings.account_id: stack.region for stack in stacks}


def _stack(directory: Path, name: str, model: type[WorkloadSettings] | type[EdgeSettings]) -> Stack:
    file = stack_files.read(directory, name)
    return Stack(file=file, settings=load(model, file.settings, project=file.project, stack=name))


def _hosted_zones(settings: EdgeSettings) -> Iterator[tuple[str, str]]:
    """Hosted zones that the stack expects to exist, with the domain that its certificates suggest for each."""
    for certificate in settings.certificates:
        if certificate.domains:
            domain = ".".join(certificate.domains[0].split(".")[-2:])
            yield certificate.zone_id or settings.dns.zone_id, domain
            yield settings.dns.zone_id, domain
