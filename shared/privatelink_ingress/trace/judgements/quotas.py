"""How much of AWS's quotas a shard uses, with the limits that the account really has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from privatelink_ingress.plan.capacity.quotas import ALARM_SHARE, QUOTAS, raise_command
from privatelink_ingress.trace.expected import Shard
from privatelink_ingress.trace.judgements.findings import SYSTEM, Diagnosis, found
from privatelink_ingress.trace.surroundings import Surroundings
from privatelink_ingress.trace.topology import LoadBalancer, Topology

HOP = "Quota"


def judge(shard: Shard, balancer: LoadBalancer, topology: Topology, around: Surroundings) -> Iterator[Diagnosis]:
    """Each quota of the shard that Service Quotas lists."""
    applied = around.limits.get((shard.account_id, shard.region))
    if applied is None:
        return
    for key, used in usage(balancer, topology).items():
        quota = QUOTAS[key]
        if quota.code is None or quota.code not in applied:
            continue
        limit = applied[quota.code]
        evidence = f"{used} of {limit} {quota.name} of {quota.holder} {balancer.name} ({quota.label})"
        remedy = (
            raise_command(key, needed=max(2 * used, used + 1), region=shard.region)
            if quota.adjustable
            else "AWS does not raise it: publish further connections on another shard."
        )
        if used >= ALARM_SHARE * limit:
            full = used >= limit
            left = "no room" if full else f"room for {limit - used} more"
            yield found(SYSTEM, "error" if full else "warning", HOP, f"{quota.name}: there is {left}", remedy, evidence)
        if limit < shard.limits[key]:
            reason = f"limits.{key} of {shard.stack} counts on {shard.limits[key]}, but the account has {limit}"
            yield found(SYSTEM, "warning", HOP, reason, remedy, quota.label)


def usage(balancer: LoadBalancer, topology: Topology) -> Mapping[str, int]:
    """What a load balancer and its VPC use, by key of a quota."""
    rules = [rule for listener in balancer.listeners for rule in listener.rules]
    groups = {arn for rule in rules for arn, _ in rule.action.target_groups}
    return {
        "endpoints": sum(one.vpc_id == balancer.vpc_id for one in topology.endpoints),
        "targetGroups": len(groups),
        "rules": sum(rule.priority is not None for rule in rules),
        "certificates": sum(not one.default for listener in balancer.listeners for one in listener.certificates),
        "targets": sum(len(topology.target_groups[arn].targets) for arn in groups if arn in topology.target_groups),
    }
