"""Rules for buckets and log groups."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.rules.model import Finding, Inputs, Resource, Stack, resource_rule, stack_rule

PUBLIC_ACCESS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")

DELIVERY = "logdelivery.elasticloadbalancing.amazonaws.com"
"""The service that writes load balancers' logs (Application Load Balancers guide, access logs)."""


@stack_rule(reason="Logs name clients and their requests.", stands_for=["D09", "D14", "S3.1", "S3.8"])
def buckets_refuse_public_access(stack: Stack) -> Iterator[Finding]:
    """Every bucket blocks all four kinds of public access."""
    for bucket in stack.of(t.BUCKET):
        blocks = list(stack.referring(t.BUCKET_PUBLIC_ACCESS, "bucket", bucket))
        if not any(all(block.inputs.get(kind) for kind in PUBLIC_ACCESS) for block in blocks):
            yield bucket, "does not block all public access"


@stack_rule(reason="Logs read over plain HTTP can be read on their way.", stands_for=["D09", "S3.5"])
def buckets_refuse_plain_http(stack: Stack) -> Iterator[Finding]:
    """Every bucket's policy denies requests without TLS."""
    for bucket in stack.of(t.BUCKET):
        if not any(_denies_plain_http(statement) for statement in _statements(stack, bucket)):
            yield bucket, "takes requests without TLS"


@stack_rule(reason="AWS refuses to switch access logs on, in the middle of a deployment.", stands_for=["D09"])
def log_buckets_let_load_balancers_write(stack: Stack) -> Iterator[Finding]:
    """A bucket for a load balancer's logs lets the log delivery write, before the load balancer is created."""
    for balancer in stack.of(t.LOAD_BALANCER):
        for bucket in stack.of(t.BUCKET):
            if not balancer.refers("accessLogs", bucket):
                continue
            if not any(_lets_delivery_write(statement) for statement in _statements(stack, bucket)):
                yield bucket, f"does not let the log delivery of {balancer.name} write"
            policies = {policy.urn for policy in stack.referring(t.BUCKET_POLICY, "bucket", bucket)}
            if policies - balancer.dependencies:
                yield balancer, f"does not wait for the policy of its log bucket {bucket.name}"


@stack_rule(reason="An object with an ACL can belong to another account, and be opened by it.", stands_for=["S3.12"])
def buckets_have_no_acls(stack: Stack) -> Iterator[Finding]:
    """The bucket's owner owns every object; ACLs are off."""
    for bucket in stack.of(t.BUCKET):
        controls = stack.referring(t.BUCKET_OWNERSHIP, "bucket", bucket)
        if not any(control.inputs["rule"].get("objectOwnership") == "BucketOwnerEnforced" for control in controls):
            yield bucket, "still knows ACLs: its object ownership is not BucketOwnerEnforced"


@stack_rule(reason="Encryption at rest is what compliance asks first.", stands_for=["D09", "D14"])
def buckets_name_their_encryption(stack: Stack) -> Iterator[Finding]:
    """Every bucket says how it is encrypted."""
    for bucket in stack.of(t.BUCKET):
        if not any(stack.referring(t.BUCKET_ENCRYPTION, "bucket", bucket)):
            yield bucket, "does not say how it is encrypted"


@stack_rule(reason="Logs that never expire cost more every month.", stands_for=["D09", "S3.13"])
def buckets_have_a_lifecycle(stack: Stack) -> Iterator[Finding]:
    """Every bucket has lifecycle rules that are on."""
    for bucket in stack.of(t.BUCKET):
        cycles = stack.referring(t.BUCKET_LIFECYCLE, "bucket", bucket)
        if not any(rule.get("status") == "Enabled" for cycle in cycles for rule in cycle.inputs.get("rules") or ()):
            yield bucket, "has no lifecycle rule that is on"


@resource_rule(t.BUCKET, reason="Bucket names are unique in all of AWS: a fixed one works once.", stands_for=["D11"])
def bucket_names_carry_account_and_region(inputs: Inputs) -> Iterator[str]:
    """A bucket's name holds account id and Region."""
    name = inputs.get("bucket")
    if name is not None and not (re.search(r"\d{12}", name) and re.search(r"[a-z]{2}(-[a-z]+)+-\d", name)):
        yield "has a name without account id and Region, which another account may already hold"


@resource_rule(t.LOG_GROUP, reason="Logs that never expire cost more every month.", stands_for=["D37", "CloudWatch.16"])
def log_groups_expire(inputs: Inputs) -> Iterator[str]:
    """Every log group has a retention."""
    if not inputs.get("retentionInDays"):
        yield "keeps its logs for ever: retentionInDays is not set"


def _statements(stack: Stack, bucket: Resource) -> Iterator[dict[str, Any]]:
    for policy in stack.referring(t.BUCKET_POLICY, "bucket", bucket):
        yield from json.loads(policy.inputs["policy"])["Statement"]


def _denies_plain_http(statement: dict[str, Any]) -> bool:
    condition = statement.get("Condition", {}).get("Bool", {})
    return (
        statement["Effect"] == "Deny"
        and statement.get("Principal") in ("*", {"AWS": "*"})
        and statement.get("Action") in ("s3:*", ["s3:*"])
        and str(condition.get("aws:SecureTransport")).lower() == "false"
    )


def _lets_delivery_write(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal")
    return (
        statement["Effect"] == "Allow"
        and isinstance(principal, dict)
        and DELIVERY in principal.get("Service", ())
        and "s3:PutObject" in statement.get("Action", ())
    )
