"""What a program reads of other stacks before they are deployed: their plans, with stand-ins for what AWS chooses."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.arns import Arn
from privatelink_ingress.contracts import service as service_contract
from privatelink_ingress.contracts import shard as shard_contract
from privatelink_ingress.fleet import assumed_zones
from privatelink_ingress.fleet.deployment import Unit
from privatelink_ingress.fleet.plans import contract_of
from privatelink_ingress.fleet.repository import Stacks
from privatelink_ingress.fleet.stacks import Edge, Workload
from privatelink_ingress.local.adapters.base import Properties
from privatelink_ingress.local.engine.registration import StackOutputs
from privatelink_ingress.plan.edge import network_zones
from privatelink_ingress.plan.edge.backends import assumed_contract
from privatelink_ingress.plan.edge.shard import EdgePlan
from privatelink_ingress.plan.workload import WorkloadPlan, declared_zones
from privatelink_ingress.regions import partition
from privatelink_ingress.stack_names import StackName, short
from privatelink_ingress.trace.preflight import zones
from privatelink_ingress.trace.preflight.planned import Planned

ORGANIZATION = "organization"
"""The organization name in every self-managed Pulumi backend."""


_PARAMETER = "parameter "
"""First part of the keys of contracts that are in parameters."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Assumed:
    """What look-ups answer when all that a stack file takes for granted is there."""

    answers: Mapping[str, Properties]
    """By token; of parameters by token and name, with a space between."""
    published: frozenset[str] = frozenset()
    """Parameters that other stacks of the repository write when they are deployed."""


class Known:
    """The plans of all stacks, and the zones of those that were previewed."""

    def __init__(self, stacks: Stacks) -> None:
        """`stacks` were compared, so that their plans are known."""
        self._stacks, self._zones = stacks, dict[str, tuple[str, ...]]()
        self._added = dict[tuple[str, ...], int]()

    def add(self, planned: Planned) -> None:
        """Remember the zones of a stack that was previewed in its account."""
        self._zones[planned.label] = zones.used(planned)

    def edge_plan(self, label: str) -> EdgePlan:
        """The plan of a shard that an attached stack names: stacks without theirs do not compare."""
        plan = self._stacks.report.plans[label]
        assert isinstance(plan, EdgePlan), label
        return plan

    def used(self, place: tuple[str, ...], used: Mapping[str, int], added: Mapping[str, int]) -> Mapping[str, int]:
        """What is in use of quotas when a stack is deployed after those before it; then `added` is in use as well.

        Args:
            place: Account and Region; and the shard, or VPC, for a quota of one.
            used: Before any of them is deployed, by key of a quota.
            added: By this stack.
        """
        now = {key: number + self._added.get((*place, key), 0) for key, number in used.items()}
        for key, number in added.items():
            self._added[*place, key] = self._added.get((*place, key), 0) + number
        return now

    def outputs(self, unit: Unit, available: Iterable[str]) -> Mapping[str, StackOutputs]:
        """What the stacks that a stack reads would export, by full name.

        Args:
            unit: The stack.
            available: Zones of its Region; those of a shard that states none.
        """
        if isinstance(unit.stack, Workload):
            return {}
        return dict(self._outputs(unit, tuple(sorted(available))))

    def assumed(self, unit: Unit) -> Assumed:
        """What look-ups answer when all that the stack file takes for granted is there."""
        contracts = {
            key.removeprefix(_PARAMETER): contract
            for key, contract in self._contracts(unit, ())
            if key.startswith(_PARAMETER)
        }
        published = {
            backend.parameter
            for connection in getattr(unit.stack.settings, "connections", {}).values()
            for backend in connection.backends
            if backend.parameter and self._publisher(unit, backend.parameter, backend.reader_role_arn)
        }
        if not isinstance(unit.stack, Workload | Edge) and (name := unit.stack.settings.edge_parameter):
            # `check` has compared it with the parameter that the shard writes.
            contracts[name] = shard_outputs(self.edge_plan(f"{shard_contract.PROJECT}/{unit.stack.shard}"))
            published.add(name)
        return Assumed(answers=_assumed(unit, contracts), published=frozenset(published))

    def _outputs(self, unit: Unit, available: tuple[str, ...]) -> Iterator[tuple[str, StackOutputs]]:
        for stack, contract in self._contracts(unit, available):
            if not stack.startswith("parameter "):
                name = StackName.parse(stack).within(ORGANIZATION, service_contract.PROJECT)
                yield str(name), StackOutputs(contract)
        if not isinstance(unit.stack, Workload | Edge):
            edge = self._stacks.report.plans.get(f"{shard_contract.PROJECT}/{unit.stack.shard}")
            if isinstance(edge, EdgePlan):
                name = StackName.parse(unit.stack.settings.edge_stack).within(ORGANIZATION, shard_contract.PROJECT)
                yield str(name), StackOutputs(shard_outputs(edge))

    def _contracts(self, unit: Unit, available: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
        """By the backend's stack, or by `parameter <name>`."""
        if isinstance(unit.stack, Workload):
            return
        settings, region = unit.stack.settings, unit.stack.region
        own = self._edge_zones(unit, available)
        for name, connection in settings.connections.items():
            for backend in connection.backends:
                if backend.stack is not None:
                    plan = self._stacks.report.plans.get(f"{service_contract.PROJECT}/{short(backend.stack)}")
                    if isinstance(plan, WorkloadPlan):
                        of_backend = self._workload_zones(short(backend.stack)) or own
                        yield backend.stack, contract_of(plan, of_backend).model_dump(mode="json")
                elif backend.parameter is not None:
                    publisher = self._publisher(unit, backend.parameter, backend.reader_role_arn)
                    contract = (
                        contract_of(publisher[1], self._workload_zones(publisher[0]) or own)
                        if publisher
                        else assumed_contract(name, connection, backend, region=region, zone_ids=own)
                    )
                    yield f"{_PARAMETER}{backend.parameter}", contract.model_dump(mode="json")

    def _publisher(self, unit: Unit, parameter: str, reader: str | None = None) -> tuple[str, WorkloadPlan] | None:
        """The workload stack of the repository that writes a parameter, and its plan."""
        owner = parameter if parameter.startswith("arn:") else reader
        account_id = Arn.parse(owner).account_id if owner else unit.account_id
        for workload in self._stacks.workloads:
            plan = self._stacks.report.plans.get(f"{service_contract.PROJECT}/{workload.stack}")
            if not isinstance(plan, WorkloadPlan):
                continue
            writer = plan.publication.parameter_writer_role_arn
            written_in = Arn.parse(writer).account_id if writer else workload.settings.account_id
            name = parameter.partition(":parameter")[2] or parameter
            if (written_in, plan.publication.parameter) == (account_id, name):
                return workload.stack, plan
        return None

    def _edge_zones(self, unit: Unit, available: tuple[str, ...]) -> tuple[str, ...]:
        shard = unit.name if isinstance(unit.stack, Edge) else getattr(unit.stack, "shard", "")
        [network] = [one.settings.network for one in self._stacks.edges if one.stack == shard] or [None]
        if network is None:
            return available or assumed_zones.assumed_zones(unit.stack.region)
        stated = network_zones.zone_ids(network) or available[: network_zones.zone_count(network)]
        return stated or assumed_zones.edge_zones(network, unit.stack.region)

    def _workload_zones(self, stack: str) -> tuple[str, ...]:
        """Of its preview, or as its file states them."""
        if previewed := self._zones.get(f"{service_contract.PROJECT}/{stack}"):
            return previewed
        [settings] = [one.settings for one in self._stacks.workloads if one.stack == stack] or [None]
        return tuple((declared_zones.zone_ids(settings) if settings else None) or ())


def shard_outputs(edge: EdgePlan) -> dict[str, Any]:
    """What a shard would export, with ids that no resource has."""
    site, zeros = edge.site, "0" * 17
    arn = Arn(
        partition=partition(site.region),
        service="elasticloadbalancing",
        region=site.region,
        account_id=site.account_id,
        resource=f"listener/app/{edge.load_balancer_name}/0/0",
    )
    return {
        **site.exports(),
        "shard_contract_version": shard_contract.VERSION,
        "vpc_id": f"vpc-{zeros}",
        "endpoint_subnet_ids": {one.zone_id: f"subnet-{zeros}" for one in site.endpoint_subnets},
        "endpoint_security_group_id": f"sg-{zeros}",
        "listener_arn": str(arn),
        "alb_dns_name": f"{edge.load_balancer_name}.{site.region}.elb.amazonaws.com",
        "alb_zone_id": "Z0",
        "zone_names": {
            one.zone_id: f"{site.region}{letter}" for one, letter in zip(site.endpoint_subnets, "abcdef", strict=False)
        },
    }


def _assumed(unit: Unit, contracts: Mapping[str, Mapping[str, Any]]) -> dict[str, Properties]:
    stack, region = unit.stack, unit.stack.region
    zone_ids = assumed_zones.assumed_zones(region, 6)
    zone_names = [f"{region}{letter}" for letter in "abcdef"]
    hosts = [host for routes in getattr(stack, "routes", ()) for host in routes.hosts]
    domain = ".".join(hosts[0].split(".")[-2:]) if hosts else "example.com"
    key = f"arn:{partition(region)}:kms:{region}:{unit.account_id}:key/0"
    role = f"arn:{partition(region)}:sts::{unit.account_id}:assumed-role/deployer/preflight"
    answers: dict[str, Properties] = {
        t.GET_AVAILABILITY_ZONES: {"id": region, "names": zone_names, "zoneIds": list(zone_ids)},
        t.GET_CALLER_IDENTITY: {"id": unit.account_id, "accountId": unit.account_id, "arn": role, "userId": "A"},
        t.GET_ADDON_VERSION: {"id": "addon", "version": "v1.0.0-eksbuild.1"},
        t.GET_REPOSITORIES: {"id": region, "names": []},
        t.GET_IMAGES: {"id": "images", "imageIds": []},
        t.GET_CLUSTERS: {"id": region, "names": []},
        t.GET_ENDPOINT_SERVICE: {"id": "service", "availabilityZones": zone_names},
        t.GET_HOSTED_ZONE: {"id": "zone", "name": domain, "privateZone": False},
        t.GET_POLICY: {"id": "policy", "name": "boundary"},
        t.GET_KEY: {
            "id": "key",
            "arn": key,
            "enabled": True,
        },
        t.GET_LOG_GROUPS: {"id": region, "logGroupNames": []},
    }
    for name, contract in contracts.items():
        text = json.dumps(contract)
        held = {"id": name, "name": name, "type": "String", "value": text, "insecureValue": text}
        answers[f"{t.GET_PARAMETER} {name}"] = held
    if isinstance(stack, Edge) and (bucket := stack.settings.logs.existing_bucket):
        answers[t.GET_BUCKET] = {"id": bucket, "bucketRegion": region}
    return answers
