"""The backends of a connection: as the topology has them, or else as the stack file says."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence

from privatelink_ingress.fleet.stacks import Workload
from privatelink_ingress.settings.backends import Backend as Entry
from privatelink_ingress.settings.backends import weights
from privatelink_ingress.trace.diagnosis import Followed
from privatelink_ingress.trace.topology import Endpoint, Interface, LoadBalancer, TargetGroup, Topology


@dataclasses.dataclass(frozen=True, kw_only=True)
class Zone:
    """A backend in one zone of the edge."""

    id: str
    address: str
    """Of the endpoint's network interface."""
    state: str
    """Health of the target at this address, as `Target.state`."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Backend:
    """A cluster that serves a connection."""

    name: str
    """Of the cluster or its load balancer; without either, as the stack file names it."""
    account: str
    """Account of the workload; empty when unknown."""
    service: str = ""
    """Id of its endpoint service."""
    endpoint: str = ""
    """Id of the endpoint."""
    weight: int
    """Share of the requests, in proportion to the connection's other backend."""
    zones: tuple[Zone, ...] = ()
    """Those of the edge with a target, in order; empty when nothing is deployed."""


def deployed(requests: Iterable[Followed], topology: Topology) -> tuple[Backend, ...]:
    """The backends behind the rules that the requests matched, each once."""
    found = dict[str, Backend]()
    for one in requests:
        path = vars(one.path)
        if rule := path.get("rule"):
            for arn, weight in rule.action.target_groups:
                if arn not in found and (group := topology.target_groups.get(arn)):
                    found[arn] = _behind(group, weight, path["balancer"], topology)
    return tuple({(one.service, one.name): one for one in found.values()}.values())


def planned(entries: Sequence[Entry], workloads: Mapping[str, Workload | None]) -> tuple[Backend, ...]:
    """The backends of a stack file's entry; `workloads` are their stacks as far as this repository has them."""
    shares = weights(tuple(entries))
    return tuple(
        Backend(
            name=one.stack or one.label,
            account=_account(one, workloads.get(one.stack or "")),
            weight=shares[one.position],
        )
        for one in entries
    )


def completed(seen: Sequence[Backend], written: Sequence[Backend]) -> tuple[Backend, ...]:
    """What is deployed, with name and account of the stack file where no service was seen; else what is written."""
    if len(seen) != len(written):
        return tuple(seen) or tuple(written)
    return tuple(
        one if one.account else dataclasses.replace(one, name=other.name, account=other.account)
        for one, other in zip(seen, written, strict=True)
    )


def _account(entry: Entry, workload: Workload | None) -> str:
    if entry.service:
        return entry.service.account_id
    return workload.settings.account_id if workload else ""


def _behind(group: TargetGroup, weight: int, balancer: LoadBalancer, topology: Topology) -> Backend:
    """The backend behind a target group of a load balancer."""
    entries = {interface.address: (endpoint, interface) for endpoint, interface in _interfaces(balancer, topology)}
    met = [(target, *entries[target.id]) for target in group.targets if target.id in entries]
    zones = (Zone(id=interface.zone_id, address=target.id, state=target.state) for target, _, interface in met)
    endpoint = met[0][1] if met else None
    service = topology.services.get(endpoint.service_name) if endpoint else None
    return Backend(
        name=_name(service.load_balancer_arns, topology) if service else group.name,
        account=service.owner if service else "",
        service=endpoint.service_name.rpartition(".")[2] if endpoint else "",
        endpoint=endpoint.id if endpoint else "",
        weight=weight,
        zones=tuple(sorted(zones, key=lambda zone: zone.id)),
    )


def _interfaces(balancer: LoadBalancer, topology: Topology) -> Iterator[tuple[Endpoint, Interface]]:
    for endpoint in topology.endpoints:
        if endpoint.vpc_id == balancer.vpc_id:
            for interface in endpoint.interfaces:
                yield endpoint, interface


def _name(balancer_arns: Iterable[str], topology: Topology) -> str:
    """The cluster behind a network load balancer, else the balancer."""
    balancers = [topology.load_balancers[arn] for arn in balancer_arns if arn in topology.load_balancers]
    for balancer in balancers:
        for listener in balancer.listeners:
            for arn, _ in listener.rules[-1].action.target_groups:
                for target in topology.target_groups[arn].targets:
                    if (node := topology.nodes.get(target.id)) and node.cluster:
                        return node.cluster
    return balancers[0].name if balancers else "not seen"
