"""Whether an account's quotas have room for what a plan adds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from privatelink_ingress import tokens as t
from privatelink_ingress.plan.capacity.quotas import QUOTAS, Quota
from privatelink_ingress.plan.capacity.region_quotas import REGION_QUOTAS, STANDARD
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.trace.judgements.findings import Diagnosis, found
from privatelink_ingress.trace.preflight.planned import Planned
from privatelink_ingress.trace.preflight.zones import instance_types

WHERE = "Quota"


def of_region(planned: Planned, own: Collection[str]) -> Mapping[str, int]:
    """What a stack adds, by key of `REGION_QUOTAS`; what it has deployed already is not added again.

    Args:
        planned: The stack.
        own: ARNs of what carries the stack's tag.
    """
    balancers = [str(one.inputs.get("loadBalancerType", "application")) for one in planned.of_type(t.LOAD_BALANCER)]
    wanted = {
        "vpcs": (_number(planned, t.VPC), ":vpc/"),
        "internetGateways": (_number(planned, t.INTERNET_GATEWAY), ":internet-gateway/"),
        "applicationLoadBalancers": (balancers.count("application"), ":loadbalancer/app/"),
        "networkLoadBalancers": (balancers.count("network"), ":loadbalancer/net/"),
        "targetGroupsOfRegion": (_number(planned, t.TARGET_GROUP), ":targetgroup/"),
        "clusters": (_number(planned, t.CLUSTER_COMPONENT), ":cluster/"),
    }
    return {key: max(0, number - sum(part in arn for arn in own)) for key, (number, part) in wanted.items()}


def vcpus(planned: Planned, own: Collection[str], each: Mapping[str, int]) -> int:
    """VCPUs that the least number of nodes adds, of the largest type that may be chosen."""
    settings = planned.settings
    sizes = [each.get(one, 0) for one in instance_types(planned) if one[0] in STANDARD]
    if not sizes or not isinstance(settings, WorkloadSettings) or any(":nodegroup/" in arn for arn in own):
        return 0
    return settings.nodes.min * max(sizes)


def of_shard(planned: Planned) -> Mapping[str, int]:
    """What a stack registers in its own VPC and at its own load balancer, by key of `QUOTAS`."""
    if not any(planned.of_type(t.VPC)):
        return {}
    numbers = {"endpoints": sum(_is_interface(one.inputs) for one in planned.of_type(t.VPC_ENDPOINT))}
    if isinstance(planned.settings, EdgeSettings):
        numbers |= {
            "targetGroups": _number(planned, t.TARGET_GROUP),
            "rules": _number(planned, t.LISTENER_RULE),
            "certificates": _number(planned, t.LISTENER_CERTIFICATE),
            "targets": _number(planned, t.TARGET),
        }
    return numbers


def judge(
    planned: Planned, added: Mapping[str, int], used: Mapping[str, int], applied: Mapping[str, int]
) -> Iterator[Diagnosis]:
    """Each quota without room.

    Args:
        planned: The stack.
        added: By key of a quota.
        used: The same, before the stack is deployed.
        applied: Limits of the account, by quota code.
    """
    for key, number in added.items():
        quota = REGION_QUOTAS.get(key) or QUOTAS[key]
        if not number or quota.code is None or quota.code not in applied:
            continue
        before, limit = used.get(key, 0), applied[quota.code]
        if before + number > limit:
            reason = f"{quota.name}: {planned.label} adds {number}, but there is room for {max(0, limit - before)}"
            evidence = f"{before} of {limit} {quota.name} of {quota.holder} are in use ({quota.label})"
            yield found(planned.label, "error", WHERE, reason, _remedy(planned, quota, before + number), evidence)


def _remedy(planned: Planned, quota: Quota, needed: int) -> str:
    if not quota.adjustable:
        return "AWS does not raise it: publish connections on another shard."
    return f"`{quota.increase(needed, planned.region)}`, which may take days; or delete what is no longer used."


def _number(planned: Planned, type_: str) -> int:
    return sum(1 for _ in planned.of_type(type_))


def _is_interface(inputs: Mapping[str, object]) -> bool:
    return inputs.get("vpcEndpointType") == "Interface"
