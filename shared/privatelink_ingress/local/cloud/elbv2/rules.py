"""Listener rules as AWS accepts them: priorities, conditions, weights, rewrites."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any

from moto.elbv2.models import ELBv2Backend
from moto.elbv2.responses import ELBV2Response

from privatelink_ingress.local.cloud import service_quotas
from privatelink_ingress.local.cloud.elbv2 import references
from privatelink_ingress.local.cloud.hardening import Params, after, around, before, refuse, undo

MAX_VALUES = 5
MAX_WILDCARDS = 6
MAX_GROUPS_PER_ACTION = 5
"""ALB quotas: condition values, wildcards and target groups per rule (not adjustable)."""

HOST = re.compile(r"(?:\*|[A-Za-z0-9*?.-])*\.[A-Za-z*?]+")


PATH = re.compile(r"[A-Za-z0-9_\-.$/~\"'@:+&*?]{1,128}")
"""PathPatternConditionConfig of the ELBv2 API."""


HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,40}")
"""HttpHeaderConditionConfig of the ELBv2 API: a token (RFC 7230)."""


@before(ELBV2Response, "create_rule")
def balancer_has_room(request: Any, params: Params) -> None:
    """Rules per Application Load Balancer, default rules excluded, are limited (quota L-7EED9B64: TooManyRules)."""
    most = service_quotas.limit(request.current_account, request.region, "rules")
    for balancer in request.elbv2_backend.load_balancers.values():
        rules = [rule for rule in references.rules(balancer) if not rule.is_default]
        if params["ListenerArn"] in balancer.listeners and len(rules) >= most:
            refuse("TooManyRules", f"The maximum number of rules on load balancer '{balancer.arn}' is {most}")


@before(ELBV2Response, "create_rule", "set_rule_priorities")
def priority_is_in_range(request: Any, params: Params) -> None:
    """Priorities go from 1 to 50000 (API reference, CreateRule: Priority)."""
    for given in params.get("RulePriorities") or [params]:
        priority = given["Priority"]
        if not 1 <= int(priority) <= 50000:
            refuse("ValidationError", f"Priority '{priority}' must be in the range '1-50000' inclusive")


@before(ELBV2Response, "create_rule", "modify_rule")
def conditions_are_valid(request: Any, params: Params) -> None:
    """At least one condition, at most 5 values and 6 wildcards in all, valid hosts and address ranges.

    Source: API reference, RuleCondition; ALB quotas.
    """
    conditions = params.get("Conditions") or []
    if request._get_action() == "CreateRule" and not conditions:
        refuse("ValidationError", "A rule must have at least one condition")
    values = [value for condition in conditions for value in _values(condition)]
    if len(values) > MAX_VALUES:
        refuse("ValidationError", f"A rule can only have '{MAX_VALUES}' condition values")
    if sum(len(re.findall(r"[*?]", value)) for value in values) > MAX_WILDCARDS:
        refuse("ValidationError", f"A rule can only have '{MAX_WILDCARDS}' condition wildcards")
    for condition in conditions:
        if not _values(condition) and not _regexes(condition):
            refuse("ValidationError", "A condition value must be specified")
        for value in _values(condition):
            if condition.get("Field") == "source-ip" and not _is_range(value):
                refuse("ValidationError", f"'{value}' is not a valid CIDR block")
            if condition.get("Field") == "host-header" and not HOST.fullmatch(value):
                refuse("ValidationError", f"The host name '{value}' is not valid")
            if condition.get("Field") == "path-pattern" and not value.startswith(("/", "*", "?")):
                refuse("ValidationError", f"The path pattern '{value}' must begin with '/', '*' or '?'")
            if condition.get("Field") == "path-pattern" and not PATH.fullmatch(value):
                refuse("ValidationError", f"The path pattern '{value}' contains invalid characters or is too long")
            if condition.get("Field") == "host-header" and any(len(label) > 63 for label in value.split(".")):
                refuse("ValidationError", f"The host name '{value}' is not valid")


@before(ELBV2Response, "create_rule", "modify_rule")
def fields_and_headers_are_valid(request: Any, params: Params) -> None:
    """One condition of each field but headers and queries; a header's name is a token and not Host, its values ASCII.

    Source: load balancer guide, "Condition types for listener rules"; API reference, HttpHeaderConditionConfig.
    """
    conditions = params.get("Conditions") or []
    fields = [condition.get("Field") for condition in conditions]
    for field in ("host-header", "path-pattern", "http-request-method", "source-ip"):
        if fields.count(field) > 1:
            refuse("ValidationError", f"A rule can only have one '{field}' condition")
    for condition in conditions:
        name = _config(condition).get("HttpHeaderName")
        if name is None:
            continue
        if not HEADER.fullmatch(name) or name.lower() == "host":
            refuse("ValidationError", f"The HTTP header name '{name}' is not valid")
        for value in _values(condition):
            if not re.fullmatch(r"[ -~]{1,128}", value):
                refuse("ValidationError", f"The HTTP header value '{value}' is not valid")


@before(ELBV2Response, "create_rule", "modify_rule", "create_listener", "modify_listener")
def actions_are_valid(request: Any, params: Params) -> None:
    """At most 5 target groups per action with weights from 0 to 999; redirects are 301 or 302.

    Source: API reference, TargetGroupTuple, RedirectActionConfig.
    """
    for action in params.get("Actions") or params.get("DefaultActions") or ():
        groups = action.get("ForwardConfig", {}).get("TargetGroups", ())
        if len(groups) > MAX_GROUPS_PER_ACTION:
            refuse("TooManyTargetGroups", f"An action can forward to at most {MAX_GROUPS_PER_ACTION} target groups")
        for group in groups:
            if not 0 <= int(group.get("Weight", 1)) <= 999:
                refuse("ValidationError", f"Weight '{group['Weight']}' must be between '0' and '999' inclusive")
        code = action.get("RedirectConfig", {}).get("StatusCode", "HTTP_301")
        if code not in ("HTTP_301", "HTTP_302"):
            refuse("ValidationError", f"Redirect status code '{code}' must be one of [HTTP_301, HTTP_302]")


@undo(ELBV2Response, "create_rule")
def no_rule(request: Any, params: Params, response: Any) -> None:
    """After a failed effect."""
    for rule in response.result["Rules"]:
        request.elbv2_backend.delete_rule(rule.arn)
    references.refresh(request.current_account, request.region)


@after(ELBV2Response, "create_rule", "modify_rule")
def transforms_are_kept(request: Any, params: Params, response: Any) -> Any:
    """Rewrites of host and URL are part of the rule (API reference, RuleTransform)."""
    for rule in response.result["Rules"]:
        if "Transforms" in params:
            rule.transforms = params["Transforms"]
        elif params.get("ResetTransforms"):
            rule.transforms = []
    return response


@around(
    ELBv2Backend,
    "_validate_host_header_condition",
    "_validate_path_pattern_condition",
    "_validate_http_header_condition",
)
def conditions_may_have_regexes(original: Any, self: Any, condition: Mapping[str, Any]) -> None:
    """A condition with regular expressions has no other values (API reference: RegexValues); moto fails on it."""
    if not _regexes(condition):
        original(self, condition)


@around(ELBv2Backend, "_validate_actions")
def actions_may_validate_tokens(original: Any, self: Any, actions: list[Any]) -> None:
    """`jwt-validation` is an action of HTTPS listeners (API reference, Action); moto does not know it."""
    original(self, [action for action in actions if action.type != "jwt-validation"])


def _config(condition: Mapping[str, Any]) -> Mapping[str, Any]:
    return next((value for key, value in condition.items() if key.endswith("Config")), {})


def _values(condition: Mapping[str, Any]) -> list[str]:
    values = condition.get("Values") or _config(condition).get("Values") or []
    return [value["Value"] if isinstance(value, Mapping) else value for value in values]


def _regexes(condition: Mapping[str, Any]) -> list[str]:
    return list(condition.get("RegexValues") or _config(condition).get("RegexValues") or [])


def _is_range(value: str) -> bool:
    # No mask in place of a prefix; and not the broadcast address (load balancer guide, "Source IP address conditions").
    try:
        ipaddress.ip_network(value)
    except ValueError:
        return False
    return value.rpartition("/")[2].isdecimal() and "/" in value and value != "255.255.255.255/32"
