"""Whether an account's quotas have room for what a plan adds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from privatelink_ingress import tokens as t
from privatelink_ingress.plan.capacity.quotas import QUOTAS, Quota
from privatelink_ingress.plan.capacity.region_quotas import REGION_QUOTAS, STANDARD
from privatelink_ingress.plan.capacity.usage import client_rules
from privatelink_ingress.regions import home
from privatelink_ingress.settings.attached import AttachedSettings
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
    kinds = [one.inputs.get("vpcEndpointType", "Gateway") for one in planned.of_type(t.VPC_ENDPOINT)]
    wanted = {
        "applicationLoadBalancers": (balancers.count("application"), ":loadbalancer/app/"),
        "networkLoadBalancers": (balancers.count("network"), ":loadbalancer/net/"),
        # ARNs do not tell the kind of an endpoint: where the stack has any, it has its gateway endpoint.
        "gatewayEndpoints": (kinds.count("Gateway"), ":vpc-endpoint/"),
        # IAM's roles are not listed by their tags: a stack that has anything is taken to have its roles.
        "roles": (0 if own else _number(planned, t.ROLE), ":role/"),
        **{key: (_number(planned, type_), part) for key, (type_, part) in _COUNTED.items()},
    }
    return {key: max(0, number - sum(part in arn for arn in own)) for key, (number, part) in wanted.items()}


_COUNTED = {
    "vpcs": (t.VPC, ":vpc/"),
    "internetGateways": (t.INTERNET_GATEWAY, ":internet-gateway/"),
    "securityGroups": (t.SECURITY_GROUP, ":security-group/"),
    "targetGroupsOfRegion": (t.TARGET_GROUP, ":targetgroup/"),
    "trustStores": (t.TRUST_STORE, ":truststore/"),
    "clusters": (t.CLUSTER_COMPONENT, ":cluster/"),
    "webAcls": (t.WEB_ACL, ":regional/webacl/"),
    "ruleGroups": (t.RULE_GROUP, ":regional/rulegroup/"),
    "ipSets": (t.IP_SET, ":regional/ipset/"),
    "certificatesOfRegion": (t.CERTIFICATE, ":certificate/"),
}
"""Type, and a part of the ARNs, of quotas that count every resource of one type."""


def vcpus(planned: Planned, own: Collection[str], each: Mapping[str, int]) -> int:
    """VCPUs that the least number of nodes adds, of the largest type that may be chosen."""
    settings = planned.settings
    sizes = [each.get(one, 0) for one in instance_types(planned) if one[0] in STANDARD]
    if not sizes or not isinstance(settings, WorkloadSettings) or any(":nodegroup/" in arn for arn in own):
        return 0
    return settings.nodes.min * max(sizes)


def of_vpc(planned: Planned) -> Mapping[str, int]:
    """What a stack registers in its VPC, by key of `QUOTAS`."""
    kinds = [one.inputs.get("vpcEndpointType") for one in planned.of_type(t.VPC_ENDPOINT)]
    return {"endpoints": kinds.count("Interface")}


def of_balancer(planned: Planned) -> Mapping[str, int]:
    """What a stack registers at the load balancer of its shard, by key of `QUOTAS`."""
    if isinstance(planned.settings, WorkloadSettings):
        return {}
    return {
        "targetGroups": _number(planned, t.TARGET_GROUP),
        "rules": _number(planned, t.LISTENER_RULE),
        "certificates": _number(planned, t.LISTENER_CERTIFICATE),
        "targets": _number(planned, t.TARGET),
    }


def of_security_group(planned: Planned) -> Mapping[str, int]:
    """Rules of one security group, by key of `QUOTAS`: those for the clients of a load balancer."""
    settings = planned.settings
    return {"securityGroupRules": client_rules(settings.load_balancer)} if isinstance(settings, EdgeSettings) else {}


def existing_vpc(planned: Planned) -> str | None:
    """Id of a VPC that the stack does not create, in which it registers interface endpoints."""
    if any(planned.of_type(t.VPC)) or isinstance(planned.settings, AttachedSettings):
        return None
    return next((str(vpc) for one in planned.of_type(t.VPC_ENDPOINT) if (vpc := one.inputs.get("vpcId"))), None)


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
        if not number or quota.code is None:
            continue
        before, limit = used.get(key, 0), applied.get(quota.code, quota.default)
        if before + number > limit:
            reason = f"{quota.name}: {planned.label} adds {number}, but there is room for {max(0, limit - before)}"
            evidence = f"{before} of {limit} {quota.name} of {quota.holder} are in use ({quota.label})"
            told = quota.code in applied
            if not told:
                evidence += f"; {limit} is AWS's default, as Service Quotas lists none: {quota.source}"
            remedy = _remedy(planned, quota, before + number)
            yield found(planned.label, "error" if told else "warning", WHERE, reason, remedy, evidence)


def _remedy(planned: Planned, quota: Quota, needed: int) -> str:
    if not quota.adjustable:
        return "AWS does not raise it: publish connections on another shard."
    # The quotas of IAM are in one Region for all of them.
    region = home(planned.region) if quota.service == "iam" else planned.region
    return f"`{quota.increase(needed, region)}`, which may take days; or delete what is no longer used."


def _number(planned: Planned, type_: str) -> int:
    return sum(1 for _ in planned.of_type(type_))
