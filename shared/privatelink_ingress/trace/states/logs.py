"""Loads from states where logs go: attributes of load balancers, buckets, log groups, deliveries, flow logs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.arns import Arn
from privatelink_ingress.trace.expected import Shard
from privatelink_ingress.trace.states.resources import Outputs, Resources, place
from privatelink_ingress.trace.surroundings import Bucket, Place

_ATTRIBUTES = {
    "dropInvalidHeaderFields": "routing.http.drop_invalid_header_fields.enabled",
    "enableCrossZoneLoadBalancing": "load_balancing.cross_zone.enabled",
    "enableDeletionProtection": "deletion_protection.enabled",
    "enableWafFailOpen": "waf.fail_open.enabled",
    "idleTimeout": "idle_timeout.timeout_seconds",
    "preserveHostHeader": "routing.http.preserve_host_header.enabled",
}
"""The API's name (LoadBalancerAttribute, ELBv2 API) by the provider's, of what is judged."""

_LOGS = {"accessLogs": "access_logs", "connectionLogs": "connection_logs", "healthCheckLogs": "health_check_logs"}


def attributes(resources: Resources) -> dict[str, Mapping[str, str]]:
    """The attributes of load balancers as the API has them, by ARN."""
    return {one["arn"]: dict(_attributes(one)) for one in resources.of(t.LOAD_BALANCER)}


def buckets(resources: Resources, shards: Iterable[Shard]) -> dict[str, Bucket]:
    """The buckets that stacks created, by name, and those that `shards` lack. An existing one is in no state."""
    policies = {one["bucket"]: _policy(one["policy"]) for one in resources.of(t.BUCKET_POLICY)}
    names = [str(one.get("bucket") or one["id"]) for one in resources.of(t.BUCKET)]
    own = [one.plan.logs.bucket for one in shards if not one.plan.logs.bucket_is_existing]
    lost = {name: Bucket(name=name, exists=False) for name in own}
    return lost | {name: Bucket(name=name, exists=True, policy=policies.get(name)) for name in names}


def log_groups(resources: Resources) -> dict[Place, frozenset[str]]:
    """The names of log groups, for each place with a load balancer: an edge's stack creates those that it needs."""
    found = {place(one): set[str]() for one in resources.of(t.LOAD_BALANCER)}
    for one in resources.of(t.LOG_GROUP):
        if place(one) in found:
            found[place(one)].add(one["name"])
    return {where: frozenset(names) for where, names in found.items()}


def deliveries(resources: Resources) -> dict[Place, Mapping[tuple[str, str], str]]:
    """Name of the log group by load balancer and log type, for each place with a load balancer."""
    found: dict[Place, dict[tuple[str, str], str]] = {place(one): {} for one in resources.of(t.LOAD_BALANCER)}
    sources = {one["name"]: one for one in resources.of(t.LOG_DELIVERY_SOURCE)}
    groups = {
        one["arn"]: group_of((one.get("deliveryDestinationConfiguration") or {}).get("destinationResourceArn", ""))
        for one in resources.of(t.LOG_DELIVERY_DESTINATION)
    }
    for one in resources.of(t.LOG_DELIVERY):
        source = sources.get(one["deliverySourceName"])
        if source and place(one) in found:
            group = groups.get(one["deliveryDestinationArn"], "")
            found[place(one)][source["resourceArn"], source["logType"]] = group
    return dict(found)


def of_web_acls(resources: Resources) -> dict[str, str]:
    """Name of the log group by the name of a web ACL that a stack created; empty for one that logs nothing."""
    logging = {one["resourceArn"]: one for one in resources.of(t.WEB_ACL_LOGGING)}
    return {
        one["name"]: next(map(group_of, (logging.get(one["arn"]) or {}).get("logDestinationConfigs") or ()), "")
        for one in resources.of(t.WEB_ACL)
    }


def of_flows(resources: Resources) -> dict[str, str]:
    """`SUCCESS` by the id of a VPC that a stack created; empty for one without flow logs. No state has failures."""
    logged = {one.get("vpcId") for one in resources.of(t.FLOW_LOG)}
    return {one["id"]: "SUCCESS" if one["id"] in logged else "" for one in resources.of(t.VPC)}


def group_of(arn: str) -> str:
    """A log group's name, of its ARN with or without `:*`."""
    return Arn.parse(arn).resource.removeprefix("log-group:").removesuffix(":*") if arn else ""


def _attributes(balancer: Outputs) -> Iterator[tuple[str, str]]:
    for name, key in _ATTRIBUTES.items():
        if (value := balancer.get(name)) is not None:
            yield key, _text(value)
    if balancer["loadBalancerType"] == "application":
        for name, key in _LOGS.items():
            # Without the block, AWS's default: off.
            block = {"enabled": False, **(balancer.get(name) or {})}
            for inner in ("enabled", "bucket", "prefix"):
                yield f"{key}.s3.{inner}", _text(block.get(inner) if block.get(inner) is not None else "")


def _text(value: object) -> str:
    """As the API writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _policy(document: Any) -> Mapping[str, Any]:
    return json.loads(document) if isinstance(document, str) else document
