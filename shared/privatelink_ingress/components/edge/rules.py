"""Listener rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pulumi_aws as aws
from pulumi import Input, ResourceOptions

from privatelink_ingress.plan.routing.conditions import ANY_KEY
from privatelink_ingress.plan.routing.conflicts import Match, Parameter
from privatelink_ingress.plan.routing.routes import Rule
from privatelink_ingress.settings.routes import Rewrite, RewriteRule


def listener_rule(
    name: str,
    rule: Rule,
    *,
    listener_arn: Input[str],
    actions: Sequence[Mapping[str, Any]],
    tags: Mapping[str, str],
    opts: ResourceOptions,
) -> aws.lb.ListenerRule:
    """A planned rule, with `actions` for the requests that it matches."""
    return aws.lb.ListenerRule(
        name,
        listener_arn=listener_arn,
        priority=rule.priority,
        conditions=_conditions(rule.match),
        actions=cast(list[Any], list(actions)),
        transforms=_transforms(rule.rewrite) if rule.rewrite else None,
        tags=tags,
        opts=opts,
    )


def _conditions(match: Match) -> list[Any]:
    kinds: list[tuple[str, tuple[str, ...]]] = [
        ("host_header", match.hosts),
        ("path_pattern", match.paths),
        ("http_request_method", match.methods),
        ("source_ip", match.sources),
    ]
    conditions: list[Any] = [{kind: {"values": values}} for kind, values in kinds if values]
    conditions += [
        {"http_header": {"http_header_name": header.name, "values": header.values}} for header in match.headers
    ]
    if match.query:
        conditions.append({"query_strings": [_parameter(parameter) for parameter in match.query]})
    return conditions


def _parameter(parameter: Parameter) -> dict[str, str]:
    value = {"value": parameter.value}
    return value if parameter.key == ANY_KEY else {"key": parameter.key, **value}


def _transforms(rewrite: Rewrite) -> list[Any]:
    transforms: list[Any] = []
    if rewrite.host:
        transforms.append({"type": "host-header-rewrite", "host_header_rewrite_config": _rewrite(rewrite.host)})
    if rewrite.path:
        transforms.append({"type": "url-rewrite", "url_rewrite_config": _rewrite(rewrite.path)})
    return transforms


def _rewrite(rule: RewriteRule) -> dict[str, Any]:
    return {"rewrite": {"regex": rule.regex, "replace": rule.replace}}
