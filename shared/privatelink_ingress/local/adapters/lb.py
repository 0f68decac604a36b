"""Load balancers, target groups, listeners and rules: `aws:lb/…`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Adapter, AdapterError, Aws, Created, Properties
from privatelink_ingress.local.adapters.calls import call
from privatelink_ingress.local.adapters.lb_attributes import (
    BALANCER_ATTRIBUTES,
    GROUP_ATTRIBUTES,
    HEALTH_CHECK,
    hyphenated,
    listener_attribute,
    split,
)


def _create_load_balancer(aws: Aws, inputs: Properties) -> Created:
    attributes, rest = split(inputs, BALANCER_ATTRIBUTES)
    enforce = rest.pop("enforceSecurityGroupInboundRulesOnPrivateLinkTraffic", None)
    scheme = "internal" if rest.pop("internal", False) else "internet-facing"
    answer = call(
        aws,
        "elbv2",
        "CreateLoadBalancer",
        rest,
        type_=t.LOAD_BALANCER,
        rename={"loadBalancerType": "Type"},
        extra={"Scheme": scheme},
    )
    arn = answer["LoadBalancers"][0]["LoadBalancerArn"]
    try:
        if enforce is not None:
            groups = {"loadBalancerArn": arn, "securityGroups": rest.get("securityGroups") or []}
            extra = {"EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic": enforce}
            call(aws, "elbv2", "SetSecurityGroups", groups, type_=t.LOAD_BALANCER, extra=extra)
        _set(aws, t.LOAD_BALANCER, "ModifyLoadBalancerAttributes", "LoadBalancerArn", arn, attributes)
    except AdapterError:
        # The name is free again for the next try, as after the provider's replacement of a half-made balancer.
        _delete_by_arn(t.LOAD_BALANCER, "DeleteLoadBalancer", "LoadBalancerArn")(aws, arn, {})
        raise
    balancer = _describe(aws, t.LOAD_BALANCER, "LoadBalancers", arn)
    return Created(
        arn,
        {
            "arn": arn,
            "arnSuffix": arn.partition(":loadbalancer/")[2],
            "dnsName": balancer["DNSName"],
            "ipAddressType": balancer["IpAddressType"],
            "loadBalancerType": balancer["Type"],
            "securityGroups": balancer.get("SecurityGroups", []),
            "subnets": [zone["SubnetId"] for zone in balancer["AvailabilityZones"]],
            "vpcId": balancer["VpcId"],
            "zoneId": balancer["CanonicalHostedZoneId"],
        },
    )


def _create_target_group(aws: Aws, inputs: Properties) -> Created:
    inputs = dict(inputs)
    if "cookieDuration" in (inputs.get("stickiness") or {}):
        cookie = "app_cookie" if inputs["stickiness"].get("type") == "app_cookie" else "lb_cookie"
        table = GROUP_ATTRIBUTES | {"stickiness.cookieDuration": f"stickiness.{cookie}.duration_seconds"}
    else:
        table = GROUP_ATTRIBUTES
    attributes, rest = split(inputs, table)
    check = dict(rest.pop("healthCheck", None) or {})
    matcher = {"GrpcCode" if rest.get("protocolVersion") == "GRPC" else "HttpCode": check.pop("matcher", None)}
    rest |= {f"healthCheck.{key}": value for key, value in check.items()}
    answer = call(
        aws,
        "elbv2",
        "CreateTargetGroup",
        rest,
        type_=t.TARGET_GROUP,
        rename={f"healthCheck.{key}": member for key, member in HEALTH_CHECK.items()},
        extra={"Matcher": matcher} if any(matcher.values()) else {},
    )
    arn = answer["TargetGroups"][0]["TargetGroupArn"]
    _set(aws, t.TARGET_GROUP, "ModifyTargetGroupAttributes", "TargetGroupArn", arn, attributes)
    group = _describe(aws, t.TARGET_GROUP, "TargetGroups", arn)
    return Created(
        arn,
        {
            "arn": arn,
            "arnSuffix": arn.rpartition(":")[2],
            "loadBalancerArns": group.get("LoadBalancerArns", []),
            "name": group["TargetGroupName"],
        },
    )


def _create_attachment(aws: Aws, inputs: Properties) -> Created:
    target = {key: value for key, value in inputs.items() if key != "targetGroupArn"}
    call(
        aws,
        "elbv2",
        "RegisterTargets",
        {"targetGroupArn": inputs["targetGroupArn"], "targets": [target]},
        type_=t.TARGET,
        rename={"targets.targetId": "Id"},
    )
    parts = (inputs["targetGroupArn"], inputs["targetId"], inputs.get("port"))
    return Created("-".join(str(part) for part in parts if part is not None), {})


def _delete_attachment(aws: Aws, id_: str, outputs: Properties) -> None:
    targets = [{"id": outputs["targetId"], "port": outputs.get("port")}]
    inputs = {"targetGroupArn": outputs["targetGroupArn"], "targets": targets}
    call(aws, "elbv2", "DeregisterTargets", inputs, type_=t.TARGET)


def _create_listener(aws: Aws, inputs: Properties) -> Created:
    attributes, rest = split(inputs, {key: name for key in inputs if (name := listener_attribute(key))})
    certificate = rest.pop("certificateArn", None)
    answer = call(
        aws,
        "elbv2",
        "CreateListener",
        rest,
        type_=t.LISTENER,
        rename=_forward("defaultActions"),
        extra={"Certificates": [{"CertificateArn": certificate}]} if certificate else {},
    )
    arn = answer["Listeners"][0]["ListenerArn"]
    _set(aws, t.LISTENER, "ModifyListenerAttributes", "ListenerArn", arn, attributes)
    return Created(arn, {"arn": arn})


def _create_rule(aws: Aws, inputs: Properties) -> Created:
    listed = {"conditions": [_condition(condition) for condition in inputs.get("conditions") or ()]}
    if transforms := inputs.get("transforms"):
        listed["transforms"] = [_transform(transform) for transform in transforms]
    answer = call(aws, "elbv2", "CreateRule", dict(inputs) | listed, type_=t.LISTENER_RULE, rename=_forward("actions"))
    arn = answer["Rules"][0]["RuleArn"]
    return Created(arn, {"arn": arn})


def _create_certificate(aws: Aws, inputs: Properties) -> Created:
    call(
        aws,
        "elbv2",
        "AddListenerCertificates",
        inputs,
        type_=t.LISTENER_CERTIFICATE,
        rename={"certificateArn": "Certificates"},
    )
    return Created(f"{inputs['listenerArn']}_{inputs['certificateArn']}", {})


def _delete_certificate(aws: Aws, id_: str, outputs: Properties) -> None:
    extra = {
        "ListenerArn": outputs["listenerArn"],
        "Certificates": [{"CertificateArn": outputs["certificateArn"]}],
    }
    call(aws, "elbv2", "RemoveListenerCertificates", {}, type_=t.LISTENER_CERTIFICATE, extra=extra)


def _set(aws: Aws, type_: str, operation: str, member: str, arn: str, attributes: Mapping[str, str]) -> None:
    if attributes:
        pairs = [{"Key": key, "Value": value} for key, value in attributes.items()]
        call(aws, "elbv2", operation, {}, type_=type_, extra={member: arn, "Attributes": pairs})


def _forward(actions: str) -> dict[str, str]:
    forward = f"{actions}.forward"
    return {
        f"{forward}.targetGroups.arn": "TargetGroupArn",
        f"{forward}.stickiness": "TargetGroupStickinessConfig",
        f"{forward}.stickiness.duration": "DurationSeconds",
    }


def _condition(condition: Properties) -> Properties:
    """The API names the field beside its values; a query string is a list of values of its own."""
    given = {key: value for key, value in condition.items() if value}
    field = "-".join(hyphenated("queryString" if key == "queryStrings" else key) for key in given)
    if "queryStrings" in given:
        given = {"queryStringConfig": {"values": given["queryStrings"]}}
    return given | {"field": field}


def _transform(transform: Properties) -> Properties:
    """The API has a list of rewrites, of which it takes one."""
    return {
        key: {"rewrites": [value["rewrite"]]} if key.endswith("Config") else value for key, value in transform.items()
    }


def _describe(aws: Aws, type_: str, kind: str, arn: str) -> dict[str, Any]:
    member = f"{kind.removesuffix('s')}Arns"
    return call(aws, "elbv2", f"Describe{kind}", {}, type_=type_, extra={member: [arn]})[kind][0]


def _delete_by_arn(type_: str, operation: str, member: str) -> Any:
    def delete(aws: Aws, id_: str, outputs: Properties) -> None:
        call(aws, "elbv2", operation, {}, type_=type_, extra={member: id_})

    return delete


ADAPTERS: dict[str, Adapter] = {
    t.LOAD_BALANCER: Adapter(
        _create_load_balancer, _delete_by_arn(t.LOAD_BALANCER, "DeleteLoadBalancer", "LoadBalancerArn")
    ),
    t.TARGET_GROUP: Adapter(
        _create_target_group, _delete_by_arn(t.TARGET_GROUP, "DeleteTargetGroup", "TargetGroupArn")
    ),
    t.TARGET: Adapter(_create_attachment, _delete_attachment),
    t.LISTENER: Adapter(_create_listener, _delete_by_arn(t.LISTENER, "DeleteListener", "ListenerArn")),
    t.LISTENER_RULE: Adapter(_create_rule, _delete_by_arn(t.LISTENER_RULE, "DeleteRule", "RuleArn")),
    t.LISTENER_CERTIFICATE: Adapter(_create_certificate, _delete_certificate),
}
