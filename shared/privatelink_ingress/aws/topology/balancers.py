"""Loads load balancers, listeners, rules and target groups."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from privatelink_ingress.aws.pages import read
from privatelink_ingress.aws.topology.network import Subnet
from privatelink_ingress.settings.sign_in import DEFAULT_COOKIE
from privatelink_ingress.trace.topology import (
    UNSEEN,
    Action,
    Certificate,
    Condition,
    Listener,
    LoadBalancer,
    Rewrite,
    Rule,
    SignIn,
    Target,
    TargetGroup,
)

Certificates = Mapping[str, Certificate]
"""By ARN."""

_CONFIGS = {
    "host-header": "HostHeaderConfig",
    "path-pattern": "PathPatternConfig",
    "http-request-method": "HttpRequestMethodConfig",
    "query-string": "QueryStringConfig",
    "http-header": "HttpHeaderConfig",
    "source-ip": "SourceIpConfig",
}


def load_balancers(elbv2: Any, subnets: Mapping[str, Subnet], certificates: Certificates) -> dict[str, LoadBalancer]:
    """All load balancers of the account and region with their listeners and rules, by ARN."""
    return {
        balancer["LoadBalancerArn"]: LoadBalancer(
            arn=balancer["LoadBalancerArn"],
            name=balancer["LoadBalancerName"],
            type=balancer["Type"],
            scheme=balancer["Scheme"],
            state=balancer["State"]["Code"],
            dns_name=balancer["DNSName"].lower(),
            vpc_id=balancer["VpcId"],
            subnets={
                subnets[zone["SubnetId"]].zone_id: subnets[zone["SubnetId"]].cidr
                for zone in balancer["AvailabilityZones"]
            },
            security_group_ids=tuple(balancer.get("SecurityGroups", ())),
            # On is AWS's default when the response omits it.
            enforces_private_link_rules=balancer.get("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic", "on")
            == "on",
            listeners=tuple(
                _listener(elbv2, listener, certificates)
                for listener in read(
                    elbv2, "describe_listeners", "Listeners", LoadBalancerArn=balancer["LoadBalancerArn"]
                )
            ),
        )
        for balancer in read(elbv2, "describe_load_balancers", "LoadBalancers")
        if balancer["Type"] in ("application", "network")
    }


def target_groups(elbv2: Any) -> dict[str, TargetGroup]:
    """All target groups of the account and region with their targets, by ARN."""
    return {
        group["TargetGroupArn"]: TargetGroup(
            arn=group["TargetGroupArn"],
            name=group["TargetGroupName"],
            protocol=group["Protocol"],
            port=group["Port"],
            target_type=group["TargetType"],
            health_path=group.get("HealthCheckPath"),
            version=group.get("ProtocolVersion", "HTTP1"),
            targets=tuple(
                Target(
                    id=health["Target"]["Id"],
                    port=health["Target"].get("Port", group["Port"]),
                    state=health["TargetHealth"]["State"],
                )
                for health in read(
                    elbv2, "describe_target_health", "TargetHealthDescriptions", TargetGroupArn=group["TargetGroupArn"]
                )
            ),
        )
        for group in read(elbv2, "describe_target_groups", "TargetGroups")
        if "Port" in group
    }


def _listener(elbv2: Any, listener: Mapping[str, Any], certificates: Certificates) -> Listener:
    arn = listener["ListenerArn"]
    secure = listener["Protocol"] in ("HTTPS", "TLS")
    attached = read(elbv2, "describe_listener_certificates", "Certificates", ListenerArn=arn) if secure else []
    default = {item["CertificateArn"] for item in listener.get("Certificates", ())}
    arns = dict.fromkeys([*sorted(default), *(item["CertificateArn"] for item in attached)])
    rules = read(elbv2, "describe_rules", "Rules", ListenerArn=arn)
    # A Network Load Balancer's listener has default actions only.
    plain = [Rule(priority=None, conditions=(), action=_action(listener["DefaultActions"]))]
    return Listener(
        port=listener["Port"],
        protocol=listener["Protocol"],
        tls_policy=listener.get("SslPolicy") if secure else None,
        certificates=tuple(
            dataclasses.replace(certificates[one], default=one in default)
            if one in certificates
            else Certificate(arn=one, domains=(), status=UNSEEN, default=one in default)
            for one in arns
        ),
        rules=tuple(sorted(map(_rule, rules), key=lambda rule: rule.priority or 50_001)) or tuple(plain),
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
