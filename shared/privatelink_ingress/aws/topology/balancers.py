"""Loads load balancers, listeners, rules and target groups."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from typing import Any

from privatelink_ingress.aws.pages import read
from privatelink_ingress.aws.reads import each
from privatelink_ingress.aws.topology.network import Subnet
from privatelink_ingress.settings.sign_in import DEFAULT_COOKIE
from privatelink_ingress.trace.listeners import Action, Certificate, Condition, Listener, Rewrite, Rule, SignIn
from privatelink_ingress.trace.topology import UNSEEN, LoadBalancer, Target, TargetGroup

_CONFIGS = {
    "host-header": "HostHeaderConfig",
    "path-pattern": "PathPatternConfig",
    "http-request-method": "HttpRequestMethodConfig",
    "query-string": "QueryStringConfig",
    "http-header": "HttpHeaderConfig",
    "source-ip": "SourceIpConfig",
}


def load_balancers(
    elbv2: Any, subnets: Mapping[str, Subnet], *, only: Collection[str] | None = None
) -> dict[str, LoadBalancer]:
    """Load balancers of the account and region with their listeners and rules, by ARN; of certificates, the ARN.

    All of them, or those with an ARN in `only`.
    """

    def look(balancer: Mapping[str, Any]) -> LoadBalancer:
        arn = balancer["LoadBalancerArn"]
        listeners = read(elbv2, "describe_listeners", "Listeners", LoadBalancerArn=arn)
        zones = (subnets[zone["SubnetId"]] for zone in balancer["AvailabilityZones"] if zone["SubnetId"] in subnets)
        return LoadBalancer(
            arn=arn,
            name=balancer["LoadBalancerName"],
            type=balancer["Type"],
            scheme=balancer["Scheme"],
            state=balancer["State"]["Code"],
            dns_name=balancer["DNSName"].lower(),
            vpc_id=balancer["VpcId"],
            subnets={zone.zone_id: zone.cidr for zone in zones},
            security_group_ids=tuple(balancer.get("SecurityGroups", ())),
            # On is AWS's default when the response omits it.
            enforces_private_link_rules=balancer.get("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic", "on")
            == "on",
            listeners=tuple(_listener(elbv2, listener, balancer["Type"]) for listener in listeners),
            ip_address_type=balancer.get("IpAddressType", "ipv4"),
        )

    found = read(elbv2, "describe_load_balancers", "LoadBalancers")
    wanted = [one for one in found if only is None or one["LoadBalancerArn"] in only]
    known = each(look, [one for one in wanted if one["Type"] in ("application", "network")])
    return {one.arn: one for one in known}


def with_certificates(balancer: LoadBalancer, certificates: Mapping[str, Certificate]) -> LoadBalancer:
    """The load balancer with what is known of its certificates, by ARN."""

    def known(one: Certificate) -> Certificate:
        return dataclasses.replace(certificates.get(one.arn, one), default=one.default)

    listeners = tuple(
        dataclasses.replace(listener, certificates=tuple(map(known, listener.certificates)))
        for listener in balancer.listeners
    )
    return dataclasses.replace(balancer, listeners=listeners)


def target_groups(elbv2: Any, *, only: Collection[str] | None = None) -> dict[str, TargetGroup]:
    """Target groups of the account and region with their targets, by ARN: all, or those with an ARN in `only`."""

    def look(group: Mapping[str, Any]) -> TargetGroup:
        arn = group["TargetGroupArn"]
        health = read(elbv2, "describe_target_health", "TargetHealthDescriptions", TargetGroupArn=arn)
        return TargetGroup(
            arn=arn,
            name=group["TargetGroupName"],
            protocol=group["Protocol"],
            port=group["Port"],
            target_type=group["TargetType"],
            health_path=group.get("HealthCheckPath"),
            version=group.get("ProtocolVersion", "HTTP1"),
            targets=tuple(
                Target(
                    id=one["Target"]["Id"],
                    port=one["Target"].get("Port", group["Port"]),
                    state=one["TargetHealth"]["State"],
                )
                for one in health
            ),
        )

    found = read(elbv2, "describe_target_groups", "TargetGroups")
    wanted = [one for one in found if only is None or one["TargetGroupArn"] in only]
    return {one.arn: one for one in each(look, [one for one in wanted if "Port" in one])}


def _listener(elbv2: Any, listener: Mapping[str, Any], balancer: str) -> Listener:
    arn = listener["ListenerArn"]
    secure = listener["Protocol"] in ("HTTPS", "TLS")
    attached = read(elbv2, "describe_listener_certificates", "Certificates", ListenerArn=arn) if secure else []
    default = {item["CertificateArn"] for item in attached if item.get("IsDefault")}
    arns = dict.fromkeys([*sorted(default), *(item["CertificateArn"] for item in attached)])
    # A Network Load Balancer's listener has default actions only.
    rules = read(elbv2, "describe_rules", "Rules", ListenerArn=arn) if balancer == "application" else []
    plain = [Rule(priority=None, conditions=(), action=_action(listener["DefaultActions"]))]
    return Listener(
        port=listener["Port"],
        protocol=listener["Protocol"],
        tls_policy=listener.get("SslPolicy") if secure else None,
        certificates=tuple(Certificate(arn=one, domains=(), status=UNSEEN, default=one in default) for one in arns),
        rules=tuple(sorted(map(_rule, rules), key=lambda rule: rule.priority or 50_001)) or tuple(plain),
        client_certificates=(listener.get("MutualAuthentication") or {}).get("Mode", "off"),
    )


def _rule(rule: Mapping[str, Any]) -> Rule:
    return Rule(
        priority=None if rule["IsDefault"] else int(rule["Priority"]),
        conditions=tuple(map(_condition, rule["Conditions"])),
        action=_action(rule["Actions"]),
        rewrites=tuple(
            Rewrite(type=transform["Type"], regex=one["Regex"], replace=one["Replace"])
            for transform in rule.get("Transforms") or ()
            for config in ("HostHeaderRewriteConfig", "UrlRewriteConfig")
            for one in transform.get(config, {}).get("Rewrites", ())
        ),
    )


def _condition(condition: Mapping[str, Any]) -> Condition:
    field = condition["Field"]
    config = condition.get(_CONFIGS[field]) or {}
    values = config.get("Values") or condition.get("Values") or ()
    if field == "query-string":
        values = [f"{item.get('Key') or '*'}={item['Value']}" for item in values]
    return Condition(field=field, values=tuple(values), header=config.get("HttpHeaderName"))


def _action(actions: list[Mapping[str, Any]]) -> Action:
    last, sign_in = max(actions, key=lambda action: action.get("Order", 0)), _sign_in(actions)
    if last["Type"] == "forward":
        groups = (last.get("ForwardConfig") or {}).get("TargetGroups") or [{"TargetGroupArn": last["TargetGroupArn"]}]
        weighted = tuple((group["TargetGroupArn"], group.get("Weight", 1)) for group in groups)
        return Action(type="forward", target_groups=weighted, sign_in=sign_in)
    if last["Type"] == "fixed-response":
        return Action(type="fixed-response", status=int(last["FixedResponseConfig"]["StatusCode"]), sign_in=sign_in)
    redirect = last.get("RedirectConfig") or {}
    if not redirect:
        return Action(type=last["Type"], sign_in=sign_in)
    location = "{Protocol}://{Host}:{Port}{Path}?{Query}".format_map(_Defaults(redirect))
    return Action(
        type="redirect", status=int(redirect["StatusCode"].removeprefix("HTTP_")), location=location, sign_in=sign_in
    )


def _sign_in(actions: list[Mapping[str, Any]]) -> SignIn | None:
    for action in actions:
        if token := action.get("JwtValidationConfig"):
            return SignIn(type=action["Type"], provider=token["Issuer"])
        if session := action.get("AuthenticateOidcConfig") or action.get("AuthenticateCognitoConfig"):
            return SignIn(
                type=action["Type"],
                provider=session.get("Issuer") or session["UserPoolArn"],
                unauthenticated=session.get("OnUnauthenticatedRequest", "authenticate"),
                cookie=session.get("SessionCookieName", DEFAULT_COOKIE),
            )
    return None


class _Defaults(dict[str, str]):
    """A redirect's location; parts that it omits stay as in the request."""

    def __missing__(self, key: str) -> str:
        return {"Path": "/#{path}"}.get(key, f"#{{{key.lower()}}}")
