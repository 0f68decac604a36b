"""Rules for load balancers and their listeners."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import get_args

from privatelink_ingress import tokens as t
from privatelink_ingress.rules.model import Finding, Inputs, Stack, plain, resource_rule, stack_rule
from privatelink_ingress.rules.network import redirects_to_https
from privatelink_ingress.settings.load_balancer import TlsPolicy

RECOMMENDED_TLS = frozenset(get_args(TlsPolicy))

CONDITION_VALUES = 5
"""Values in the conditions of one rule ("Condition values per rule", Application Load Balancer quotas)."""

NAME_LIMIT = 32
"""Characters in the name of a load balancer or target group (CreateLoadBalancer and CreateTargetGroup, ELBv2 API)."""


@resource_rule(
    t.LOAD_BALANCER, reason="One wrong delete takes every connection off the internet.", stands_for=["D25", "ELB.6"]
)
def load_balancers_are_protected_from_deletion(inputs: Inputs) -> Iterator[str]:
    """Deletion protection of every load balancer is on."""
    if not inputs.get("enableDeletionProtection"):
        yield "can be deleted: enableDeletionProtection is off"


@resource_rule(
    t.LOAD_BALANCER, reason="A load balancer in one zone goes down with the zone.", stands_for=["D36", "ELB.13"]
)
def load_balancers_span_zones(inputs: Inputs) -> Iterator[str]:
    """Load balancers stand in at least two zones."""
    zones = max(len(inputs.get(key) or ()) for key in ("subnets", "subnetMappings"))
    if zones < 2:
        yield f"stands in {zones} zone; two are the least"


@resource_rule(
    t.LOAD_BALANCER,
    reason="Malformed headers and ambiguous requests are how filters are bypassed and requests smuggled.",
    stands_for=["D25", "ELB.4", "ELB.12"],
)
def ambiguous_requests_are_dropped(inputs: Inputs) -> Iterator[str]:
    """Application load balancers drop invalid headers and defend against request smuggling."""
    if not _is_application(inputs):
        return
    if not inputs.get("dropInvalidHeaderFields"):
        yield "passes invalid headers on: dropInvalidHeaderFields is off"
    if inputs.get("desyncMitigationMode", "defensive") not in ("defensive", "strictest"):
        yield "lets ambiguous requests through: desyncMitigationMode is neither defensive nor strictest"


@resource_rule(
    t.LOAD_BALANCER, reason="Without access logs no request can be traced afterwards.", stands_for=["D09", "ELB.5"]
)
def access_is_logged(inputs: Inputs) -> Iterator[str]:
    """Application load balancers write access logs."""
    if _is_application(inputs) and not (inputs.get("accessLogs") or {}).get("enabled"):
        yield "writes no access logs"


@resource_rule(
    t.LOAD_BALANCER,
    reason="Services behind the endpoint see the load balancer's address only; the headers carry client and host.",
    stands_for=["D35"],
)
def client_and_host_are_passed_on(inputs: Inputs) -> Iterator[str]:
    """Application load balancers append the client's address to X-Forwarded-For and keep the Host header."""
    if not _is_application(inputs):
        return
    if inputs.get("xffHeaderProcessingMode", "append") != "append":
        yield "does not append the client's address: xffHeaderProcessingMode is not append"
    if not inputs.get("preserveHostHeader"):
        yield "changes the Host header: preserveHostHeader is off"


@resource_rule(
    t.LISTENER, reason="Plain HTTP can be read and changed on its way.", stands_for=["D24", "ELB.1", "ELB.18"]
)
def listeners_speak_https(inputs: Inputs) -> Iterator[str]:
    """No listener serves plain HTTP; one may redirect to HTTPS."""
    if inputs.get("protocol") == "HTTP" and not redirects_to_https(inputs):
        yield f"serves plain HTTP at port {inputs.get('port')}"


@resource_rule(
    t.LISTENER, reason="AWS's own default policy still offers TLS 1.0 and old ciphers.", stands_for=["D24", "ELB.17"]
)
def listeners_use_a_recommended_tls_policy(inputs: Inputs) -> Iterator[str]:
    """HTTPS and TLS listeners use a TLS policy that Security Hub recommends."""
    policy = inputs.get("sslPolicy")
    if inputs.get("protocol") in ("HTTPS", "TLS") and policy not in RECOMMENDED_TLS:
        yield f"uses the TLS policy {policy or 'that AWS sets when none is given'}, which is not a recommended one"


@resource_rule(
    t.LISTENER,
    reason="A default that forwards gives one team the requests for every host that nobody claimed.",
    stands_for=["D17"],
)
def unclaimed_requests_get_a_fixed_answer(inputs: Inputs) -> Iterator[str]:
    """What no route claims gets a fixed answer."""
    actions = [action.get("type") for action in inputs.get("defaultActions") or ()]
    if inputs.get("protocol") == "HTTPS" and actions != ["fixed-response"]:
        yield "does not answer unclaimed requests itself with a fixed response"


@stack_rule(
    reason="Clients that prefer IPv6 get an address where nothing answers, or none at all.",
    stands_for=["REL02"],
)
def ipv6_names_lead_to_ipv6_addresses(stack: Stack) -> Iterator[Finding]:
    """An AAAA record leads to a load balancer with IPv6 addresses."""
    for balancer in stack.of(t.LOAD_BALANCER):
        if "dualstack" in balancer.inputs.get("ipAddressType", "ipv4"):
            continue
        # The first preview does not know the type of a certificate's validation record, which is no alias.
        for record in stack.referring(t.DNS_RECORD, "aliases", balancer):
            if record.inputs.get("type") == "AAAA":
                yield record, f"is an AAAA record, but {balancer.name} has only IPv4 addresses"


@resource_rule(t.LISTENER_RULE, reason="A rule without a host takes every connection's requests.", stands_for=["D17"])
def routes_name_their_hosts(inputs: Inputs) -> Iterator[str]:
    """Every route names its hosts."""
    if not any("hostHeader" in set(condition) for condition in inputs.get("conditions") or ()):
        yield "has no host condition, so it takes requests of other connections"


@resource_rule(t.LISTENER_RULE, reason="AWS refuses the rule in the middle of a deployment.", stands_for=["D17"])
def routes_fit_the_quota_of_values(inputs: Inputs) -> Iterator[str]:
    """A route's conditions hold at most five values."""
    values = sum(_values(plain(condition)) for condition in inputs.get("conditions") or ())
    if values > CONDITION_VALUES:
        yield f"has {values} condition values; AWS takes {CONDITION_VALUES} per rule"


@stack_rule(reason="AWS refuses two rules of one priority.", stands_for=["D10", "D17"])
def route_priorities_are_unique(stack: Stack) -> Iterator[Finding]:
    """No two routes of a listener have the same priority."""
    yield from _doubles(stack, lambda rule: rule["priority"], "has the priority of {}: {}")


@stack_rule(
    reason="AWS accepts a rule that asks for the same as an earlier one, and never sends it a request.",
    stands_for=["D17"],
)
def routes_differ(stack: Stack) -> Iterator[Finding]:
    """No two routes of a listener have the same conditions."""
    yield from _doubles(
        stack, lambda rule: json.dumps(plain(rule["conditions"]), sort_keys=True), "asks the same as {}"
    )


@resource_rule(
    t.LOAD_BALANCER,
    t.TARGET_GROUP,
    reason="AWS refuses the name in the middle of a deployment.",
    stands_for=["D15"],
)
def names_fit(inputs: Inputs) -> Iterator[str]:
    """Names of load balancers and target groups keep to AWS's limits."""
    name = inputs.get("name")
    if name is None:
        return
    if len(name) > NAME_LIMIT:
        yield f"has a name of {len(name)} characters; AWS takes {NAME_LIMIT}"
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?", name) or name.startswith("internal-"):
        yield "has a name that AWS refuses: letters, digits and inner hyphens only, and not internal- first"


def _is_application(inputs: Inputs) -> bool:
    return inputs.get("loadBalancerType", "application") == "application"


def _values(condition: dict[str, dict[str, list[object]]]) -> int:
    return sum(len(values) for kind in condition.values() for values in kind.values() if isinstance(values, list))


def _doubles(stack: Stack, key: Callable[[Inputs], object], message: str) -> Iterator[Finding]:
    first: dict[object, str] = {}
    for rule in stack.of(t.LISTENER_RULE):
        value = (rule.references.get("listenerArn") or rule.inputs["listenerArn"], key(rule.inputs))
        if value in first:
            yield rule, message.format(first[value], value[1])
        first.setdefault(value, rule.name)
