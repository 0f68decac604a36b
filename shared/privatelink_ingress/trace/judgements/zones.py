"""Zones that one side serves alone: the service without an endpoint, or the network load balancer without nodes."""

from __future__ import annotations

from collections.abc import Iterator

from privatelink_ingress.trace.hops import Path
from privatelink_ingress.trace.judgements.findings import Diagnosis, found
from privatelink_ingress.trace.surroundings import Surroundings
from privatelink_ingress.trace.topology import UNSEEN, LoadBalancer, TargetGroup, Topology

ENDPOINT, NODES = "Interface endpoint", "Node port"

CROSS_ZONE = "load_balancing.cross_zone.enabled"
"""The same for load balancers and target groups (LoadBalancerAttribute and TargetGroupAttribute, ELBv2 API)."""


def judge(connection: str, path: Path, around: Surroundings) -> Iterator[Diagnosis]:
    """The zones of a request's path, as far as it was followed."""
    hops = vars(path)
    if "service" not in hops:
        return
    entered = {interface.zone_id for _, _, interface in path.entries}
    missing = sorted(set(path.service.zone_ids) & set(path.balancer.subnets) - entered)
    if missing and UNSEEN not in entered:
        reason = f"both sides are in {', '.join(missing)}, but no endpoint is there"
        remedy = "Change the backend's generation, and run `pulumi up` in central-ingress/."
        evidence = f"{path.service.name} is in {', '.join(path.service.zone_ids)}"
        yield found(connection, "warning", ENDPOINT, reason, remedy, evidence)
    if "inner_group" not in hops or crosses_zones(path.inner, path.inner_group, around) is not False:
        return
    if lost := sorted(bare(path.inner, path.inner_group, path.topology) & entered):
        reason = f"no healthy node is in {', '.join(lost)}, and cross-zone load balancing of {path.inner.name} is off"
        remedy = (
            "Leave publication.crossZone out or set it to true in the eks-service stack's file, or raise nodes.min, "
            "and run `pulumi up` in eks-service/."
        )
        evidence = f"{path.inner.name} is in {', '.join(sorted(path.inner.subnets))}"
        yield found(connection, "warning", NODES, reason, remedy, evidence)


def bare(balancer: LoadBalancer, group: TargetGroup, topology: Topology) -> set[str]:
    """The zones of a network load balancer in which no target takes requests.

    While no target of any zone is healthy, all that are registered get requests:
    https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html
    """
    registered = [one for one in group.targets if one.state != "draining"]
    healthy = [one for one in registered if one.state in ("healthy", UNSEEN)]
    nodes = [topology.nodes.get(one.id) for one in healthy or registered]
    if not nodes or any(node is None or node.zone_id == UNSEEN for node in nodes):
        return set()  # the trace says that there is none, or that some cannot be seen
    return set(balancer.subnets) - {node.zone_id for node in nodes if node and node.state in ("running", UNSEEN)}


def forwarded(balancer: LoadBalancer, topology: Topology) -> list[TargetGroup]:
    """The target groups to which a network load balancer's listeners send."""
    arns = {arn for one in balancer.listeners for arn, _ in one.rules[-1].action.target_groups}
    return [topology.target_groups[arn] for arn in sorted(arns) if arn in topology.target_groups]


def crosses_zones(balancer: LoadBalancer, group: TargetGroup, around: Surroundings) -> bool | None:
    """Whether each zone also sends to the nodes of the others; None when it is not known.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-cross-zone.html
    """
    own = around.attributes.get(group.arn, {}).get(CROSS_ZONE, "use_load_balancer_configuration")
    of_balancer = around.attributes.get(balancer.arn, {}).get(CROSS_ZONE)
    if own in ("true", "false"):
        return own == "true"
    return None if of_balancer is None else of_balancer == "true"
