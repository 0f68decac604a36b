"""Topologies that different loaders read of one system, ready to be compared."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from privatelink_ingress.trace.listeners import Certificate
from privatelink_ingress.trace.security_groups import Permission
from privatelink_ingress.trace.topology import UNSEEN, LoadBalancer, TargetGroup, Topology

T = TypeVar("T")


def nodes_by_zone(topology: Topology) -> dict[str, str]:
    """The nodes of a zone by one name: AWS has instances, and a state one node for each zone of a node group."""
    return {id_: f"nodes of {node.cluster} in {node.zone_id}" for id_, node in topology.nodes.items()}


def comparable(topology: Topology, names: Mapping[str, str]) -> dict[str, Any]:
    """A topology without the order of lists and what no state has: health, expiry, and names of hosted zones.

    `names` are those of `nodes_by_zone`. `require_same` compares validation records.
    """

    def balancer(one: LoadBalancer) -> LoadBalancer:
        listeners = sorted(
            (dataclasses.replace(each, certificates=_timeless(each.certificates)) for each in one.listeners),
            key=lambda each: each.port,
        )
        return dataclasses.replace(one, listeners=tuple(listeners))

    def group(one: TargetGroup) -> TargetGroup:
        targets = {dataclasses.replace(each, id=names.get(each.id, each.id), state=UNSEEN) for each in one.targets}
        return dataclasses.replace(one, targets=_in_order(targets))

    def permissions(permitted: Iterable[Permission]) -> set[tuple[Any, ...]]:
        return {
            (one.protocol, None if one.protocol == "-1" else (one.from_port, one.to_port), peer)
            for one in permitted
            for peer in (*one.cidrs, *one.group_ids)
        }

    return {
        "aliases": _in_order(dataclasses.replace(one, zone="") for one in topology.aliases),
        "load balancers": {arn: balancer(one) for arn, one in topology.load_balancers.items()},
        "target groups": {arn: group(one) for arn, one in topology.target_groups.items()},
        "endpoints": _in_order(
            dataclasses.replace(one, interfaces=_in_order(one.interfaces)) for one in topology.endpoints
        ),
        "services": topology.services,
        "nodes": {names.get(id_, id_): dataclasses.replace(node, state=UNSEEN) for id_, node in topology.nodes.items()},
        "security groups": {
            id_: (permissions(one.ingress), permissions(one.egress)) for id_, one in topology.security_groups.items()
        },
    }


def require_same(by_states: Topology, by_aws: Topology) -> None:
    """Fail with the part of the model in which the two differ."""
    known, seen = comparable(by_states, nodes_by_zone(by_states)), comparable(by_aws, nodes_by_zone(by_aws))
    # AWS has a default security group in every VPC, which may be in no state.
    groups = seen["security groups"]
    seen["security groups"] = {id_: groups[id_] for id_ in known["security groups"]}
    for part, value in known.items():
        assert value == seen[part], part
    in_aws = _validations(by_aws)
    for arn, records in _validations(by_states).items():
        assert records in (set(), in_aws[arn]), arn


def _validations(topology: Topology) -> dict[str, set[tuple[str, str]]]:
    """The validation records by certificate; in a state none where another stack owns them."""
    return {
        certificate.arn: set(certificate.validations)
        for balancer in topology.load_balancers.values()
        for listener in balancer.listeners
        for certificate in listener.certificates
    }


def _timeless(certificates: Iterable[Certificate]) -> tuple[Certificate, ...]:
    return _in_order(dataclasses.replace(one, not_after=None, validations=()) for one in certificates)


def _in_order(many: Iterable[T]) -> tuple[T, ...]:
    return tuple(sorted(many, key=str))
