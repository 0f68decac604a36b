"""WAF: consistent rules, existing references, and no deletion of anything in use."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from moto.elbv2.models import elbv2_backends
from moto.logs.models import logs_backends
from moto.s3.models import s3_backends
from moto.wafv2.exceptions import WAFV2DuplicateItemException
from moto.wafv2.responses import WAFV2Response

from privatelink_ingress.arns import Arn
from privatelink_ingress.local.cloud.hardening import Params, after, before, operation, refuse, undo
from privatelink_ingress.local.cloud.wafv2_capacity import MANAGED, MAX_CAPACITY, capacity
from privatelink_ingress.local.cloud.wafv2_shapes import CONFIGURATIONS, forget, invalid, statements

ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(\d{12})?:.+")
GROUPS = ("ManagedRuleGroupStatement", "RuleGroupReferenceStatement")
REFERENCES = {
    "IPSetReferenceStatement": "ip_sets",
    "RuleGroupReferenceStatement": "rule_groups",
    "RegexPatternSetReferenceStatement": "regex_pattern_sets",
}
"""Statements that refer to a resource by ARN, and moto's store of such resources."""

MAX_RATE_RULES = 10
"""Rate-based rules per web ACL; not adjustable (WAF quotas)."""


@operation(WAFV2Response, "check_capacity")
def check_capacity(request: Any, params: Params) -> Mapping[str, Any]:
    """The capacity units of a list of rules (API reference, CheckCapacity)."""
    return {"Capacity": _capacity(request, params)}


@before(WAFV2Response, *CONFIGURATIONS, "check_capacity")
def rules_are_consistent(request: Any, params: Params) -> None:
    """Rules have distinct priorities and names; rule groups take OverrideAction, own rules take Action, never both.

    A web ACL has at most 10 rate rules. Source: API reference, Rule; WAF quotas.
    """
    rules = params.get("Rules", [])
    for key in ("Priority", "Name"):
        for value, count in Counter(rule[key] for rule in rules).items():
            if count > 1:
                invalid(f"RULE_{key.upper()}", value, f"two rules have the {key.lower()} {value}")
    for rule in rules:
        (kind,) = rule["Statement"] or [""]
        wanted, other = ("OverrideAction", "Action") if kind in GROUPS else ("Action", "OverrideAction")
        if wanted not in rule or other in rule:
            invalid("RULE_ACTION", rule["Name"], f"a rule with {kind} has {wanted} and no {other}")
        if len(rule.get(wanted, {})) != 1:
            invalid("RULE_ACTION", rule["Name"], f"{wanted} holds exactly one action")
    if sum("RateBasedStatement" in rule["Statement"] for rule in rules) > MAX_RATE_RULES:
        refuse("WAFLimitsExceededException", f"A web ACL has at most {MAX_RATE_RULES} rate-based rules")


@before(WAFV2Response, "create_web_acl", "update_web_acl")
def default_action_is_one(request: Any, params: Params) -> None:
    """The default action is Allow or Block (API reference, DefaultAction)."""
    if len(params["DefaultAction"]) != 1:
        invalid("DEFAULT_ACTION", "", "exactly one of Allow and Block")


@before(WAFV2Response, *CONFIGURATIONS, "check_capacity")
def references_exist(request: Any, params: Params) -> None:
    """IP sets, rule groups and pattern sets that rules name exist, and managed groups are AWS's own.

    Source: API reference, CreateWebACL: WAFNonexistentItemException.
    """
    for kind, statement in statements(params.get("Rules", [])):
        if kind in REFERENCES and statement["ARN"] not in getattr(request.wafv2_backend, REFERENCES[kind]):
            refuse(
                "WAFNonexistentItemException",
                f"AWS WAF couldn't perform the operation because your resource doesn't exist: {statement['ARN']}",
            )
        if kind == "ManagedRuleGroupStatement":
            vendor, name = statement["VendorName"], statement["Name"]
            if vendor != "AWS" or name not in MANAGED:
                refuse("WAFNonexistentItemException", f"The managed rule group {vendor} {name} doesn't exist")


@before(WAFV2Response, "create_web_acl", "update_web_acl")
def capacity_is_within_the_quota(request: Any, params: Params) -> None:
    """A web ACL holds at most 5,000 capacity units (WAF quotas: WAFLimitsExceededException)."""
    used = _capacity(request, params)
    if used > MAX_CAPACITY:
        refuse("WAFLimitsExceededException", f"The rules need {used} capacity units; at most {MAX_CAPACITY}")


@undo(WAFV2Response, "create_web_acl")
def no_web_acl(request: Any, params: Params, response: Any) -> None:
    """After a failed effect."""
    forget(request.wafv2_backend.wacls, params["Name"])


@after(WAFV2Response, "create_web_acl", "update_web_acl")
def capacity_is_shown(request: Any, params: Params, response: Any) -> Any:
    """A web ACL reports the capacity that its rules use (API reference, WebACL: Capacity)."""
    name = params["Name"]
    for acl in request.wafv2_backend.wacls.values():
        if acl.name == name:
            acl.capacity = _capacity(request, params)
    return response


KEPT = {"DataProtectionConfig", "OnSourceDDoSProtectionConfig"}


@after(WAFV2Response, "create_web_acl", "update_web_acl")
def data_protection_is_kept(request: Any, params: Params, response: Any) -> Any:
    """Masking of logged data and DDoS protection are part of a web ACL (API reference, WebACL); moto drops them."""
    for acl in request.wafv2_backend.wacls.values():
        if acl.name == params["Name"]:
            shown = {key: params[key] for key in KEPT & params.keys()}
            acl.to_dict = lambda acl=acl, shown=shown: type(acl).to_dict(acl) | shown
    return response


@operation(WAFV2Response, "list_resources_for_web_acl")
def list_resources_for_web_acl(request: Any, params: Params) -> Mapping[str, Any]:
    """The resources that a web ACL protects; load balancers unless another type is requested.

    Source: API reference, ListResourcesForWebACL.
    """
    acl = request.wafv2_backend.wacls.get(params["WebACLArn"]) or _missing()
    wanted = params.get("ResourceType", "APPLICATION_LOAD_BALANCER")
    return {"ResourceArns": acl.associated_resources if wanted == "APPLICATION_LOAD_BALANCER" else []}


@before(WAFV2Response, "associate_web_acl")
def resource_exists(request: Any, params: Params) -> None:
    """A web ACL is associated with an existing Application Load Balancer of the account and Region.

    Source: API reference, AssociateWebACL.
    """
    arn = params["ResourceArn"]
    if not ARN.fullmatch(arn):
        invalid("RESOURCE_ARN", arn, "The ARN isn't valid. A valid ARN begins with arn: and includes other information")
    if ":loadbalancer/" in arn:
        if ":loadbalancer/app/" not in arn:
            invalid("RESOURCE_ARN", arn, "WAF protects Application Load Balancers, no others")
        if arn not in elbv2_backends[request.current_account][request.region].load_balancers:
            _missing()


@before(WAFV2Response, "associate_web_acl")
def one_web_acl_per_resource(request: Any, params: Params) -> None:
    """An association replaces the resource's previous one (WAF developer guide)."""
    if params["WebACLArn"] in request.wafv2_backend.wacls:
        request.wafv2_backend.disassociate_web_acl(params["ResourceArn"])


@before(WAFV2Response, "delete_web_acl")
def web_acl_is_not_associated(request: Any, params: Params) -> None:
    """An associated web ACL cannot be deleted (API reference, DeleteWebACL: WAFAssociatedItemException)."""
    for acl in request.wafv2_backend.wacls.values():
        if acl.id == params["Id"] and acl.associated_resources:
            _in_use()


@after(WAFV2Response, "delete_web_acl")
def logging_goes_with_the_web_acl(request: Any, _: Params, response: Any) -> Any:
    """A web ACL's logging configuration is deleted with it (API reference, DeleteWebACL)."""
    stores = request.wafv2_backend
    for arn in [arn for arn in stores.logging_configurations if arn not in stores.wacls]:
        del stores.logging_configurations[arn]
    return response


@before(WAFV2Response, "delete_ip_set", "delete_rule_group", "delete_regex_pattern_set")
def item_is_not_referenced(request: Any, params: Params) -> None:
    """What a web ACL or rule group refers to stays (API reference, DeleteIPSet: WAFAssociatedItemException)."""
    id_, stores = params["Id"], request.wafv2_backend
    for acl in (*stores.wacls.values(), *stores.rule_groups.values()):
        for kind, statement in statements([rule.to_dict() for rule in acl.rules]):
            if kind in REFERENCES and statement["ARN"].endswith(f"/{id_}"):
                _in_use()


@before(WAFV2Response, "create_ip_set", "create_web_acl", "create_rule_group")
def name_is_unique(request: Any, params: Params) -> None:
    """Names are unique per kind and scope (API reference: WAFDuplicateItemException)."""
    name, stores = params["Name"], request.wafv2_backend
    store = {"CreateIPSet": stores.ip_sets, "CreateWebACL": stores.wacls, "CreateRuleGroup": stores.rule_groups}
    if any(item.name == name for item in store[request._get_action()].values()):
        refuse("WAFDuplicateItemException", str(WAFV2DuplicateItemException().message))


@before(WAFV2Response, "put_logging_configuration")
def log_destination_is_valid(request: Any, params: Params) -> None:
    """Logs go to one existing log group, bucket or stream whose name starts `aws-waf-logs-`.

    Source: API reference, LoggingConfiguration: LogDestinationConfigs.
    """
    configuration = params["LoggingConfiguration"]
    if configuration["ResourceArn"] not in request.wafv2_backend.wacls:
        _missing()
    destinations = configuration["LogDestinationConfigs"]
    if len(destinations) != 1:
        invalid("LOG_DESTINATION", str(destinations), "exactly one destination")
    (arn,) = destinations
    kind = Arn.parse(arn).service if ARN.fullmatch(arn) else ""
    name = arn.removesuffix(":*").rsplit(":", 1)[-1].rpartition("deliverystream/")[2]
    if kind not in ("logs", "s3", "firehose") or not name.startswith("aws-waf-logs-"):
        invalid("LOG_DESTINATION", arn, "the name of a log destination must start with aws-waf-logs-")
    groups = logs_backends[request.current_account][request.region].groups
    if (kind == "logs" and name not in groups) or (kind == "s3" and name not in s3_backends.bucket_accounts):
        invalid("LOG_DESTINATION", arn, "the log destination doesn't exist")


def _capacity(request: Any, params: Params) -> int:
    groups = request.wafv2_backend.rule_groups
    return capacity(params.get("Rules", []), lambda arn: groups[arn].capacity)


def _missing() -> Any:
    refuse(
        "WAFNonexistentItemException",
        "AWS WAF couldn't perform the operation because your resource doesn't exist.",
    )


def _in_use() -> None:
    refuse(
        "WAFAssociatedItemException",
        "AWS WAF couldn't perform the operation because your resource is being used by another resource or it's "
        "associated with another resource.",
    )
