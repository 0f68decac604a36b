"""The hops in the workload account: from PrivateLink to the controller's node ports."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from privatelink_ingress.trace.hops import RIGHTS, Hop, Path, Stopped, Unseen
from privatelink_ingress.trace.security_groups import admits_group, admits_network, releases_group
from privatelink_ingress.trace.topology import UNSEEN, Endpoint

_CLOSED = {
    "pendingAcceptance": "the owner has not accepted the connection",
    "rejected": "the owner has rejected the connection",
    "expired": "the connection was not accepted in time",
    "failed": "AWS could not create the connection",
}
"""Reason by state (VpcEndpoint, EC2 API) of an endpoint that passes no traffic."""

_EXISTING_SUBNETS = "no state contains the ranges of the edge's existing subnets, so it may not admit them"


def cross_private_link(path: Path) -> Iterator[Hop]:
    """The endpoint service: readable, and connected from its owner's side."""
    hop, endpoint = "PrivateLink", path.entries[0][1]
    service = path.topology.services.get(endpoint.service_name)
    if service is None and endpoint.state in _CLOSED:
        raise Stopped(hop, f"{endpoint.id} of {endpoint.service_name} is {endpoint.state}", *_closed(endpoint))
    if service is None:
        raise Unseen(
            hop,
            f"{endpoint.service_name} belongs to an account that cannot be read here",
            "the request cannot be followed into that account",
            "Give that account's credentials, or its stack's exported state, too. If the service is gone, run "
            "`pulumi up` there.",
        )
    path.service = service
    state = service.connections.get(endpoint.id, "unknown")
    evidence = f"{service.name} of {service.owner}: {endpoint.id} is {state}"
    if state != "available":
        raise Stopped(hop, evidence, *_closed(dataclasses.replace(endpoint, state=state), f"account {service.owner}"))
    outside = sorted({interface.zone_id for _, _, interface in path.entries} - {*service.zone_ids, UNSEEN})
    if outside and service.zone_ids:
        reason = f"the service is not in {', '.join(outside)}"
        yield Hop(name=hop, verdict="warns", evidence=evidence, reason=reason)
    else:
        yield Hop(name=hop, verdict="passes", evidence=evidence)


def balance(path: Path) -> Iterator[Hop]:
    """The network load balancer: its listener, and its security groups when they also apply to PrivateLink."""
    hop, topology, port = "Network load balancer", path.topology, path.entries[0][0].port
    balancers = [topology.load_balancers.get(arn) for arn in path.service.load_balancer_arns]
    inner = next((balancer for balancer in balancers if balancer), None)
    if inner is None and path.service.load_balancer_arns and topology.lacks("load balancers"):
        raise Unseen(hop, ", ".join(path.service.load_balancer_arns), "load balancers cannot be read")
    if inner is None:
        raise Stopped(hop, f"{path.service.id} has no load balancer", "traffic ends at the service")
    path.inner = inner
    listener = next((listener for listener in inner.listeners if listener.port == port), None)
    ports = ", ".join(f"{listener.protocol} {listener.port}" for listener in inner.listeners) or "none"
    evidence = f"{inner.name} ({inner.state}) listens on {ports}"
    if listener is None:
        raise Stopped(
            hop,
            evidence,
            f"nothing listens on port {port}, to which the edge sends",
            "Run `pulumi up` in eks-service/, then in central-ingress/: the contract's port has changed.",
        )
    groups = listener.rules[-1].action.target_groups
    if groups[0][0] not in topology.target_groups:
        raise Unseen(hop, evidence, f"the target group {groups[0][0]} cannot be read")
    path.inner_group = topology.target_groups[groups[0][0]]
    if not path.balancer.subnets:
        yield Hop(name=hop, verdict="not seen", evidence=evidence, reason=_EXISTING_SUBNETS)
        return
    if not inner.enforces_private_link_rules:
        yield Hop(name=hop, verdict="passes", evidence=f"{evidence}; open to every accepted endpoint")
        return
    shut = [
        cidr
        for cidr in path.balancer.subnets.values()
        if not admits_network(topology.security_groups, inner.security_group_ids, cidr, port)
    ]
    if shut and len(shut) == len(path.balancer.subnets):
        raise Stopped(
            hop,
            evidence,
            f"its security group admits none of the edge's load balancer subnets {', '.join(shut)} to port {port}",
            "Set publication.consumers[].albSubnetCidrs of the eks-service stack to these subnets.",
        )
    if shut:
        yield Hop(name=hop, verdict="warns", evidence=evidence, reason=f"closed to edge subnets {', '.join(shut)}")
    else:
        yield Hop(
            name=hop, verdict="passes", evidence=f"{evidence}; admits {', '.join(path.balancer.subnets.values())}"
        )


def arrive(path: Path) -> Iterator[Hop]:
    """The nodes behind the network load balancer, at the controller's node port."""
    hop, topology, group = "Node port", path.topology, path.inner_group
    groups = topology.security_groups
    targets = [(target, topology.nodes.get(target.id)) for target in group.targets]
    if not targets:
        raise Stopped(
            hop,
            f"{group.name} has no targets",
            "no node is registered",
            "Run `pulumi up` in eks-service/ to attach the node group, and check that it has nodes.",
        )
    if topology.lacks("instances") and not any(node for _, node in targets):
        reason = "instances cannot be read, so neither their state nor their security groups are known"
        yield Hop(
            name=hop, verdict="not seen", evidence=f"{group.name}, port {group.port}", reason=reason, remedy=RIGHTS
        )
        return
    if unknown := [target.id for target, node in targets if not node and target.state == UNSEEN]:
        reason = f"the nodes of {', '.join(unknown)} are in no state"
        yield Hop(name=hop, verdict="not seen", evidence=f"{group.name}, port {group.port}", reason=reason)
        return
    open_nodes = [
        (target, node)
        for target, node in targets
        if node
        and node.state in ("running", UNSEEN)
        and releases_group(groups, path.inner.security_group_ids, node.security_group_ids, target.port)
        and admits_group(groups, node.security_group_ids, path.inner.security_group_ids, target.port)
    ]
    still = [target.id for target, node in targets if not node or node.state not in ("running", UNSEEN)]
    if len(still) == len(targets):
        raise Stopped(
            hop,
            f"{group.name}: {', '.join(still)}",
            "no node runs",
            "Look at the node group: aws eks list-nodegroups, and its health: aws eks describe-nodegroup.",
        )
    if not open_nodes:
        raise Stopped(
            hop,
            f"{group.name}: {', '.join(target.id for target, _ in targets)}",
            f"security groups keep {path.inner.name} from port {targets[0][0].port} of every node",
            "Run `pulumi up` in eks-service/ to restore the rules between the load balancer and the cluster's group.",
        )
    zones = sorted({node.zone_id for _, node in open_nodes})
    if any(node.state == UNSEEN for _, node in open_nodes):
        evidence = f"the node group in {', '.join(zones)}, at port {open_nodes[0][0].port}"
        yield Hop(name=hop, verdict="passes", evidence=f"{evidence}; no state contains its instances")
        return
    evidence = f"{len(open_nodes)} of {len(targets)} nodes at port {open_nodes[0][0].port}, zones {', '.join(zones)}"
    if len(open_nodes) == len(targets):
        yield Hop(name=hop, verdict="passes", evidence=evidence)
        return
    shut = sorted({target.id for target, _ in targets} - {target.id for target, _ in open_nodes})
    reason = f"{len(shut)} of {len(targets)} nodes cannot be reached: {', '.join(shut)}"
    remedy = "Run `pulumi up` in eks-service/; `aws ec2 describe-instance-status` shows whether they run."
    yield Hop(name=hop, verdict="warns", evidence=evidence, reason=reason, remedy=remedy)


def _closed(endpoint: Endpoint, owner: str = "the service's account") -> tuple[str, str]:
    """Why a connection that is not available lets nothing through, and what opens it."""
    if endpoint.state != "pendingAcceptance":
        reason = _CLOSED.get(endpoint.state, "the connection is not available")
        return (
            reason,
            f"Settle it with {owner}, then write the other generation at the backend: a new endpoint.",
        )
    _, _, _, region, service_id = endpoint.service_name.split(".")
    return _CLOSED[endpoint.state], (
        f"Write accepterRoleArn at the backend and run `pulumi up` in central-ingress/. Or in {owner}: aws ec2 "
        f"accept-vpc-endpoint-connections --region {region} --service-id {service_id} --vpc-endpoint-ids {endpoint.id}"
    )
