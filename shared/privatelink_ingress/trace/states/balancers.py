"""Loads load balancers, listeners, rules and target groups from states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.settings.sign_in import DEFAULT_COOKIE
from privatelink_ingress.trace.listeners import Action, Certificate, Condition, Listener, Rewrite, Rule, SignIn
from privatelink_ingress.trace.states import network
from privatelink_ingress.trace.states.resources import Outputs, Resources
from privatelink_ingress.trace.states.web_acls import web_acls
from privatelink_ingress.trace.topology import UNSEEN, LoadBalancer, Target, TargetGroup

_VALUES = {
    "hostHeader": "host-header",
    "pathPattern": "path-pattern",
    "httpRequestMethod": "http-request-method",
    "httpHeader": "http-header",
    "sourceIp": "source-ip",
}
"""The API's name of a condition by the provider's; that of a query has a shape of its own."""


def load_balancers(resources: Resources) -> dict[str, LoadBalancer]:
    """All load balancers with their listeners and rules, by ARN."""
    subnets, acls = network.subnets(resources), web_acls(resources)
    listeners = resources.by(t.LISTENER, "loadBalancerArn")
    return {
        one["arn"]: LoadBalancer(
            arn=one["arn"],
            name=one["name"],
            type=one["loadBalancerType"],
            scheme="internal" if one.get("internal") else "internet-facing",
            state="active",  # the provider waits for it
            dns_name=one["dnsName"].lower(),
            vpc_id=one["vpcId"],
            subnets={subnets[id_].zone_id: subnets[id_].cidr for id_ in network.subnet_ids(one) if id_ in subnets},
            security_group_ids=tuple(one.get("securityGroups") or ()),
            # On is AWS's default.
            enforces_private_link_rules=one.get("enforceSecurityGroupInboundRulesOnPrivateLinkTraffic", "on") != "off",
            listeners=tuple(_listener(resources, listener) for listener in listeners[one["arn"]]),
            web_acl=acls.get(one["arn"]),
            ip_address_type=one.get("ipAddressType") or "ipv4",
        )
        for one in resources.of(t.LOAD_BALANCER)
    }


def target_groups(resources: Resources, members: Mapping[str, tuple[str, ...]]) -> dict[str, TargetGroup]:
    """All target groups with their targets, by ARN; `members` are the nodes by autoscaling group."""
    registered = resources.by(t.TARGET, "targetGroupArn")
    attached = resources.by(t.AUTOSCALING_ATTACHMENT, "lbTargetGroupArn")
    return {
        one["arn"]: TargetGroup(
            arn=one["arn"],
            name=one["name"],
            protocol=one["protocol"],
            port=int(one["port"]),
            target_type=one.get("targetType", "instance"),
            health_path=(one.get("healthCheck") or {}).get("path"),
            version=one.get("protocolVersion") or "HTTP1",
            targets=tuple(
                Target(id=id_, port=int(port or one["port"]), state=UNSEEN)
                for id_, port in (
                    *((each["targetId"], each.get("port")) for each in registered[one["arn"]]),
                    *(
                        (node, None)
                        for each in attached[one["arn"]]
                        for node in members.get(each["autoscalingGroupName"], (each["autoscalingGroupName"],))
                    ),
                )
            ),
        )
        for one in resources.of(t.TARGET_GROUP)
    }


def _listener(resources: Resources, listener: Outputs) -> Listener:
    arn, protocol = listener["arn"], listener["protocol"]
    secure = protocol in ("HTTPS", "TLS")
    more = [each["certificateArn"] for each in resources.by(t.LISTENER_CERTIFICATE, "listenerArn")[arn]]
    default = listener.get("certificateArn")
    rules = sorted(map(_rule, resources.by(t.LISTENER_RULE, "listenerArn")[arn]), key=lambda rule: rule.priority or 0)
    last = Rule(priority=None, conditions=(), action=_action(listener["defaultActions"]))
    return Listener(
        port=int(listener["port"]),
        protocol=protocol,
        tls_policy=listener.get("sslPolicy") if secure else None,
        certificates=tuple(
            _certificate(resources, one, default=one == default)
            for one in dict.fromkeys([*([default] if default else ()), *more])
        ),
        rules=(*rules, last),
        client_certificates=(listener.get("mutualAuthentication") or {}).get("mode", "off"),
    )


def _certificate(resources: Resources, arn: str, *, default: bool) -> Certificate:
    """A certificate that a stack requests. The names of an existing one are in no state."""
    waited = resources.by(t.CERTIFICATE_VALIDATION, "certificateArn")[arn]
    # Records of another stack (`validationRecords: existing`) may be in no state that is given, so none is missed.
    own = {_plain(name) for one in waited for name in one.get("validationRecordFqdns") or ()}
    for one in resources.of(t.CERTIFICATE):
        if one["arn"] == arn:
            names = dict.fromkeys((one["domainName"], *(one.get("subjectAlternativeNames") or ())))
            # The state has the status at the request; its validation ends when the certificate is issued.
            status = "ISSUED" if waited else one.get("status", UNSEEN)
            options = one.get("domainValidationOptions") or ()
            records = {(_plain(each["resourceRecordName"]), _plain(each["resourceRecordValue"])) for each in options}
            validations = tuple(sorted(one for one in records if one[0] in own))
            return Certificate(arn=arn, domains=tuple(names), status=status, default=default, validations=validations)
    return Certificate(arn=arn, domains=(), status=UNSEEN, default=default)


def _plain(name: str) -> str:
    return name.rstrip(".").lower()


def _rule(rule: Outputs) -> Rule:
    return Rule(
        priority=int(rule["priority"]),
        conditions=tuple(condition for one in rule["conditions"] for condition in _conditions(one)),
        action=_action(rule["actions"]),
        rewrites=tuple(
            Rewrite(type=one["type"], regex=each["regex"], replace=each["replace"])
            for one in rule.get("transforms") or ()
            for config in ("hostHeaderRewriteConfig", "urlRewriteConfig")
            for each in [(one.get(config) or {}).get("rewrite")]
            if each
        ),
    )


def _conditions(condition: Mapping[str, Any]) -> Iterator[Condition]:
    for key, field in _VALUES.items():
        if one := condition.get(key):
            yield Condition(field=field, values=tuple(one.get("values") or ()), header=one.get("httpHeaderName"))
    if queries := condition.get("queryStrings"):
        values = tuple(f"{one.get('key') or '*'}={one['value']}" for one in queries)
        yield Condition(field="query-string", values=values)


def _action(actions: list[Mapping[str, Any]]) -> Action:
    last, sign_in = max(actions, key=lambda action: action.get("order") or 0), _sign_in(actions)
    if last["type"] == "forward":
        groups = (last.get("forward") or {}).get("targetGroups") or [{"arn": last["targetGroupArn"]}]
        weighted = tuple((one["arn"], int(one.get("weight", 1))) for one in groups)
        return Action(type="forward", target_groups=weighted, sign_in=sign_in)
    if last["type"] == "fixed-response":
        return Action(type="fixed-response", status=int(last["fixedResponse"]["statusCode"]), sign_in=sign_in)
    if last["type"] != "redirect":
        return Action(type=last["type"], sign_in=sign_in)
    one = last["redirect"]
    location = (
        f"{one.get('protocol', '#{protocol}')}://{one.get('host', '#{host}')}:{one.get('port', '#{port}')}"
        f"{one.get('path', '/#{path}')}?{one.get('query', '#{query}')}"
    )
    return Action(
        type="redirect", status=int(one["statusCode"].removeprefix("HTTP_")), location=location, sign_in=sign_in
    )


def _sign_in(actions: list[Mapping[str, Any]]) -> SignIn | None:
    for action in actions:
        if token := action.get("jwtValidation"):
            return SignIn(type=action["type"], provider=token["issuer"])
        if session := action.get("authenticateOidc") or action.get("authenticateCognito"):
            return SignIn(
                type=action["type"],
                provider=session.get("issuer") or session["userPoolArn"],
                unauthenticated=session.get("onUnauthenticatedRequest") or "authenticate",
                cookie=session.get("sessionCookieName") or DEFAULT_COOKIE,
            )
    return None
