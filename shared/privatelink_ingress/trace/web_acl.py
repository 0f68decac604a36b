"""What the rules of a web ACL do with one request, as far as that can be known without AWS.

Own rules on addresses, hosts, paths and labels are evaluated, and the managed rules whose conditions AWS publishes: a
method, a host, and sizes. Every other managed rule, countries, rates and tokens are known to AWS alone.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import operator
import posixpath
import re
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import re2

from privatelink_ingress.settings.managed_labels import label
from privatelink_ingress.settings.managed_rules import BODY_LIMIT, BODY_RULE, COMMON, GROUPS, ManagedGroup
from privatelink_ingress.trace.request import Request
from privatelink_ingress.trace.topology import WebAcl, WebAclRule

_KNOWN_BAD: ManagedGroup = "AWSManagedRulesKnownBadInputsRuleSet"

PUBLISHED: Mapping[ManagedGroup, Mapping[str, Callable[[Request], bool]]] = {
    COMMON: {
        # "any request that uses gRPC will ignore the request body inspection rules":
        # https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-setting-body-inspection-limit.html
        BODY_RULE: lambda request: request.body_size > BODY_LIMIT and request.speaks != "grpc",
        "SizeRestrictions_Cookie_HEADER": lambda request: _header(request, "cookie") > 10_240,
        "SizeRestrictions_QUERYSTRING": lambda request: request.query_size > 2_048,
        "SizeRestrictions_URIPATH": lambda request: len(request.path.encode()) > 1_024,
    },
    _KNOWN_BAD: {
        "PROPFIND_METHOD": lambda request: request.method == "PROPFIND",
        "Host_localhost_HEADER": lambda request: "localhost" in request.host,
    },
}
"""Managed rules with a published condition, and sizes in bytes:
https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html"""

STATUS = {"block": 403, "challenge": 202, "captcha": 405}
"""How WAF answers: https://docs.aws.amazon.com/waf/latest/developerguide/waf-captcha-and-challenge-actions.html"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Judgement:
    """The outcome of all rules, in their order."""

    action: str
    """`allow`, or what the rule `by` does."""
    status: int | None = None
    """What the client gets, unless it passes."""
    by: str = ""
    """The rule that decides, with the rule of a managed group behind a colon; empty for the default action."""
    counted: tuple[str, ...] = ()
    """Rules that match and only count."""
    unknown: tuple[str, ...] = ()
    """Rules that could decide otherwise: AWS alone knows."""


def judge(acl: WebAcl, request: Request) -> Judgement:
    """What the web ACL does with the request."""
    seen = _Seen(request)
    for rule in acl.rules:
        if "ManagedRuleGroupStatement" in rule.statement:
            decided = seen.group(rule, rule.statement["ManagedRuleGroupStatement"])
        elif rule.group is not None:
            decided = seen.referenced(rule, rule.group)
        else:
            decided = seen.own(rule)
        if decided:
            by, action, status = decided
            return seen.judged(action, by, status)
    return seen.judged("allow") if acl.default_allows else seen.judged("block", status=acl.default_status)


Decision = tuple[str, str, int | None]
"""The rule that decides, its action, and the status of a custom answer."""


class _Seen:
    """What the rules so far have found."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.labels, self.groups = set[str](), set[str]()
        self.counted, self.unknown = list[str](), list[str]()

    def judged(self, action: str, by: str = "", status: int | None = None) -> Judgement:
        return Judgement(
            action=action,
            status=status or STATUS.get(action),
            by=by,
            counted=tuple(self.counted),
            unknown=tuple(self.unknown),
        )

    def own(self, rule: WebAclRule) -> Decision | None:
        matched = self.matches(rule.statement)
        if matched is None:
            self.unknown.append(rule.name)
        elif matched and rule.action == "count":
            self.counted.append(rule.name)
        elif matched:
            return rule.name, rule.action, rule.status
        return None

    def group(self, rule: WebAclRule, statement: Mapping[str, Any]) -> Decision | None:
        scope = statement.get("ScopeDownStatement")
        if scope and self.matches(scope) is False:
            return None
        name = statement["Name"]
        self.groups.add(name)
        self.unknown.append(rule.name)
        if statement["VendorName"] != "AWS":
            return None
        overrides = {one["Name"]: one["ActionToUse"] for one in statement.get("RuleActionOverrides", ())}
        for inner, applies in PUBLISHED.get(name, {}).items():
            if not applies(self.request):
                continue
            self.labels.add(label(name, inner) or "")
            overriding = overrides.get(inner, {})
            action = next(iter(overriding), GROUPS[name].rules[inner]).lower()
            if rule.action == "count" and action != "count":
                self.counted.append(f"{rule.name}:{inner}")
            elif action != "count":
                answer = overriding.get("Block", {}).get("CustomResponse", {})
                return f"{rule.name}:{inner}", action, answer.get("ResponseCode")
        return None

    def referenced(self, rule: WebAclRule, group: Sequence[WebAclRule]) -> Decision | None:
        """The rules of a rule group, with the actions that the web ACL overrides."""
        body = rule.statement["RuleGroupReferenceStatement"]
        overrides = {one["Name"]: one["ActionToUse"] for one in body.get("RuleActionOverrides", ())}
        for inner in group:
            overriding = next(iter(overrides.get(inner.name, {})), inner.action).lower()
            action = "count" if rule.action == "count" else overriding
            decided = self.own(dataclasses.replace(inner, name=f"{rule.name}:{inner.name}", action=action))
            if decided:
                return decided
        return None

    def matches(self, statement: Mapping[str, Any]) -> bool | None:
        """Whether the statement matches; None when that is not known here."""
        ((kind, body),) = statement.items()
        match kind:
            case "AndStatement":
                return _all(map(self.matches, body["Statements"]))
            case "OrStatement":
                return _not(_all(_not(self.matches(one)) for one in body["Statements"]))
            case "NotStatement":
                return _not(self.matches(body["Statement"]))
            case "IPSetReferenceStatement" if "Addresses" in body:
                return self.request.source is not None and any(
                    ipaddress.ip_address(self.request.source) in ipaddress.ip_network(one) for one in body["Addresses"]
                )
            case "RateBasedStatement" if "ScopeDownStatement" in body:
                # It counts the requests in its scope alone.
                return None if self.matches(body["ScopeDownStatement"]) is not False else False
            case "RegexMatchStatement":
                text = self._field(body)
                return None if text is None else bool(re2.search(body["RegexString"], text))
            case "SizeConstraintStatement" if "SingleHeader" in body["FieldToMatch"]:
                size = _header(self.request, body["FieldToMatch"]["SingleHeader"]["Name"].lower())
                matched = _COMPARISONS[body["ComparisonOperator"]](size, body["Size"])
                # AWS does not say whether a header that is not there has the size 0, or matches nothing.
                return matched if size or not matched else None
            case "LabelMatchStatement" if body["Scope"] == "LABEL":
                return body["Key"] in self.labels or (None if self._may_have(body["Key"]) else False)
        return None

    def _may_have(self, key: str) -> bool:
        """Whether a managed group may have added a label that is not known here."""
        adders = [(name, rule) for name, group in GROUPS.items() for rule in group.rules if label(name, rule) == key]
        return not adders or any(name in self.groups and rule not in PUBLISHED.get(name, {}) for name, rule in adders)

    def _field(self, body: Mapping[str, Any]) -> str | None:
        field = body["FieldToMatch"]
        if field.get("SingleHeader", {}).get("Name", "").lower() == "host":
            text = self.request.host
        elif "UriPath" in field:
            text = self.request.path
        elif "Method" in field:
            text = self.request.method
        else:
            return None
        for step in sorted(body["TextTransformations"], key=lambda one: one["Priority"]):
            if step["Type"] not in _TRANSFORMATIONS:
                return None
            text = _TRANSFORMATIONS[step["Type"]](text)
        return text


_COMPARISONS: Mapping[str, Callable[[int, int], bool]] = {
    name: getattr(operator, name.lower()) for name in ("EQ", "NE", "LT", "LE", "GT", "GE")
}

_TRANSFORMATIONS: Mapping[str, Callable[[str], str]] = {
    "NONE": str,
    "LOWERCASE": str.lower,
    "URL_DECODE": urllib.parse.unquote,
    "NORMALIZE_PATH": lambda path: _normalized(re.sub("/{2,}", "/", path)),
}


def _normalized(path: str) -> str:
    return posixpath.normpath(path) + ("/" if path.endswith("/") and path.strip("/") else "")


def _header(request: Request, name: str) -> int:
    return sum(len(value.encode()) for header, value in request.headers if header.lower() == name)


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _all(values: Iterable[bool | None]) -> bool | None:
    found = set(_until_false(values))
    return False if False in found else None if None in found else True


def _until_false(values: Iterable[bool | None]) -> Iterator[bool | None]:
    for value in values:
        yield value
        if value is False:
            return
