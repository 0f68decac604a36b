"""Whether the edge's logs arrive: of the load balancer, of the firewall, and of the VPC's flows."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from typing import Any

from privatelink_ingress.plan.edge.logs import ACCESS, CONNECTION, HEALTH_CHECK, WRITER
from privatelink_ingress.trace.expected import Shard
from privatelink_ingress.trace.judgements import existing_web_acls
from privatelink_ingress.trace.judgements.findings import SYSTEM, UP_EDGE, Diagnosis, found
from privatelink_ingress.trace.surroundings import Surroundings
from privatelink_ingress.trace.topology import LoadBalancer

HOP = "Logs"

_OWNER = "Ask the bucket's owner: docs/logs.md has the policy that it takes."


def judge(shard: Shard, balancer: LoadBalancer, around: Surroundings) -> Iterator[Diagnosis]:
    """The logs of a shard. What was not read is not judged."""
    yield from _to_bucket(shard, balancer, around)
    yield from _to_cloudwatch(shard, balancer, around)
    yield from _of_firewall(shard, balancer, around)
    if (status := around.flow_logs.get(balancer.vpc_id)) is not None and status != "SUCCESS":
        reason = f"delivery of the VPC's flow logs is {status}" if status else "the VPC has no flow logs"
        remedy = (
            f"{'Ask the owner of the VPC' if shard.plan.network.existing else UP_EDGE[:-1]}, or see: "
            f"aws ec2 describe-flow-logs --filter Name=resource-id,Values={balancer.vpc_id}"
        )
        yield _lost(reason, remedy, balancer.vpc_id)


def _to_bucket(shard: Shard, balancer: LoadBalancer, around: Surroundings) -> Iterator[Diagnosis]:
    attributes = around.attributes.get(balancer.arn)
    if attributes is None:
        return
    kinds = {"access": ACCESS, "connection": CONNECTION, "health_check": HEALTH_CHECK}
    for kind, prefix in kinds.items():
        on, bucket, under = (attributes.get(f"{kind}_logs.s3.{key}", "") for key in ("enabled", "bucket", "prefix"))
        if on != "true":
            yield _lost(f"{prefix} logs are off", UP_EDGE, balancer.name)
        elif (bucket, under) != (shard.plan.logs.bucket, prefix):
            reason = f"{prefix} logs go to {bucket}/{under}, not to {shard.plan.logs.bucket}/{prefix}"
            yield _lost(reason, UP_EDGE, balancer.name)
    yield from _of_bucket(shard, balancer, around)


def _of_bucket(shard: Shard, balancer: LoadBalancer, around: Surroundings) -> Iterator[Diagnosis]:
    bucket = around.buckets.get(shard.plan.logs.bucket)
    if bucket is None:
        return
    remedy = _OWNER if shard.plan.logs.bucket_is_existing else UP_EDGE
    if not bucket.exists:
        yield _lost(f"the bucket {bucket.name} does not exist", remedy, balancer.name)
        return
    closed = [
        kind
        for kind in (ACCESS, CONNECTION, HEALTH_CHECK)
        if not _admits(
            bucket.policy or {},
            f"{bucket.name}/{kind}/AWSLogs/{shard.account_id}/x",
            accounts=shard.plan.logs.bucket_is_existing,
        )
    ]
    if closed:
        reason = f"the policy of {bucket.name} does not let the load balancer write {', '.join(closed)} logs"
        yield _lost(reason, remedy, f"aws s3api get-bucket-policy --bucket {bucket.name}")


def _to_cloudwatch(shard: Shard, balancer: LoadBalancer, around: Surroundings) -> Iterator[Diagnosis]:
    place = (shard.account_id, shard.region)
    held, groups = around.deliveries.get(place), around.log_groups.get(place)
    for delivery in shard.plan.logs.deliveries:
        if held is not None and held.get((balancer.arn, delivery.log_type)) != delivery.log_group:
            yield _lost(f"{delivery.key} logs are not delivered to {delivery.log_group}", UP_EDGE, balancer.name)
        elif groups is not None and delivery.log_group not in groups:
            yield _lost(f"the log group {delivery.log_group} does not exist", UP_EDGE, delivery.name)


def _of_firewall(shard: Shard, balancer: LoadBalancer, around: Surroundings) -> Iterator[Diagnosis]:
    plan = shard.plan.firewall
    acl = balancer.web_acl
    if acl is None:
        return  # the trace tells it
    if plan.existing_arn and plan.group:
        yield from existing_web_acls.judge(acl, plan.existing_arn, plan.group.name, balancer)
        return
    if acl.name != plan.name:
        reason = f"the load balancer's web ACL is {acl.name}, not {plan.name}"
        yield found(SYSTEM, "warning", "Web ACL", reason, UP_EDGE, balancer.name)
        return
    group = around.firewall_logs.get(acl.name)
    if group is None:
        return
    if not group:
        yield _lost("the web ACL logs nothing", UP_EDGE, acl.name)
    elif group != plan.log.group:
        yield _lost(f"the web ACL logs to {group}, not to {plan.log.group}", UP_EDGE, acl.name)
    elif (groups := around.log_groups.get((shard.account_id, shard.region))) is not None and group not in groups:
        yield _lost(f"the log group {group} does not exist", UP_EDGE, acl.name)


def _admits(policy: Mapping[str, Any], key: str, *, accounts: bool) -> bool:
    """Whether a statement lets load balancers write an object. Their conditions are not evaluated.

    With `accounts`, a statement for AWS accounts will do: older policies name Elastic Load Balancing's account of the
    Region, https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html.
    """
    return any(
        one.get("Effect") == "Allow"
        and (WRITER in _listed((principal := one.get("Principal") or {}), "Service") or (accounts and _any(principal)))
        and any(fnmatch.fnmatchcase("s3:PutObject", action) for action in _listed(one, "Action"))
        and any(fnmatch.fnmatchcase(f"arn:aws:s3:::{key}", _in_aws(arn)) for arn in _listed(one, "Resource"))
        for one in policy.get("Statement", ())
    )


def _any(principal: Any) -> bool:
    return principal == "*" or bool(_listed(principal, "AWS"))


def _listed(block: Any, key: str) -> list[str]:
    value = block.get(key, []) if isinstance(block, Mapping) else []
    return value if isinstance(value, list) else [value]


def _in_aws(arn: str) -> str:
    """An ARN of any partition as one of AWS's first."""
    return f"arn:aws:{arn.split(':', 2)[-1]}"


def _lost(reason: str, remedy: str, evidence: str) -> Diagnosis:
    return found(SYSTEM, "warning", HOP, reason, remedy, evidence)
