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

ENFORCE = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"
CHECK_NAMES = {f"healthCheck.{key}": member for key, member in HEALTH_CHECK.items()}


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
            extra = {ENFORCE: enforce}
            call(aws, "elbv2", "SetSecurityGroups", groups, type_=t.LOAD_BALANCER, extra=extra)
        set_attributes(aws, t.LOAD_BALANCER, arn, attributes)
    except AdapterError:
        # Deleted, so that the name is free for the next attempt, as when the provider replaces a tainted balancer.
        _delete_by_arn(t.LOAD_BALANCER, "DeleteLoadBalancer", "LoadBalancerArn")(aws, arn, {})
        raise
    return Created(arn, balancer_outputs(aws, arn))


def balancer_outputs(aws: Aws, arn: str) -> Properties:
    """A load balancer's outputs, as AWS describes it now."""
    balancer = _describe(aws, t.LOAD_BALANCER, "LoadBalancers", arn)
    return {
        "arn": arn,
        "arnSuffix": arn.partition(":loadbalancer/")[2],
        "dnsName": balancer["DNSName"],
        "ipAddressType": balancer["IpAddressType"],
        "loadBalancerType": balancer["Type"],
        "securityGroups": balancer.get("SecurityGroups", []),
        "subnets": [zone["SubnetId"] for zone in balancer["AvailabilityZones"]],
        "vpcId": balancer["VpcId"],
        "zoneId": balancer["CanonicalHostedZoneId"],
    }


def target_group_parts(inputs: Properties) -> tuple[dict[str, str], Properties, Properties, Properties]:
    """A target group's inputs, grouped by API call.

    Returns:
        The attributes; the health check's inputs, by `CHECK_NAMES`; its parameters by their API names; the rest.
    """
    inputs = dict(inputs)
    if "cookieDuration" in (inputs.get("stickiness") or {}):
        cookie = "app_cookie" if inputs["stickiness"].get("type") == "app_cookie" else "lb_cookie"
        table = GROUP_ATTRIBUTES | {"stickiness.cookieDuration": f"stickiness.{cookie}.duration_seconds"}
    else:
        table = GROUP_ATTRIBUTES
    attributes, rest = split(inputs, table)
    check = dict(rest.pop("healthCheck", None) or {})
    matcher = {"GrpcCode" if rest.get("protocolVersion") == "GRPC" else "HttpCode": check.pop("matcher", None)}
    extra = {"Matcher": matcher} if any(matcher.values()) else {}
    return attributes, {f"healthCheck.{key}": value for key, value in check.items()}, extra, rest


def _create_target_group(aws: Aws, inputs: Properties) -> Created:
    attributes, check, extra, rest = target_group_parts(inputs)
    operation, type_ = "CreateTargetGroup", t.TARGET_GROUP
    answer = call(aws, "elbv2", operation, rest | check, type_=type_, rename=CHECK_NAMES, extra=extra)
    arn = answer["TargetGroups"][0]["TargetGroupArn"]
    set_attributes(aws, t.TARGET_GROUP, arn, attributes)
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


def listener_parts(inputs: Properties) -> tuple[dict[str, str], Properties, Properties]:
    """A listener's attributes, its other inputs, and the parameters that have API names of their own."""
    attributes, rest = split(inputs, {key: name for key in inputs if (name := listener_attribute(key))})
    certificate = rest.pop("certificateArn", None)
    return attributes, rest, {"Certificates": [{"CertificateArn": certificate}]} if certificate else {}


def _create_listener(aws: Aws, inputs: Properties) -> Created:
    attributes, rest, extra = listener_parts(inputs)
    rename = forward("defaultActions")
    answer = call(aws, "elbv2", "CreateListener", rest, type_=t.LISTENER, rename=rename, extra=extra)
    arn = answer["Listeners"][0]["ListenerArn"]
    set_attributes(aws, t.LISTENER, arn, attributes)
    return Created(arn, {"arn": arn})


def rule_inputs(inputs: Properties) -> Properties:
    """A rule's inputs, with conditions and transforms as the API nests them."""
    listed = {"conditions": [_condition(condition) for condition in inputs.get("conditions") or ()]}
    if transforms := inputs.get("transforms"):
        listed["transforms"] = [_transform(transform) for transform in transforms]
    return dict(inputs) | listed


def _create_rule(aws: Aws, inputs: Properties) -> Created:
    rename = forward("actions")
    answer = call(aws, "elbv2", "CreateRule", rule_inputs(inputs), type_=t.LISTENER_RULE, rename=rename)
    arn = answer["Rules"][0]["RuleArn"]
    return Created(arn, {"arn": arn})


def _create_certificate(aws: Aws, inputs: Properties) -> Created:
    call(
        aws,
        "elbv2",
        "AddListenerCertificates",
        {key: value for key, value in inputs.items() if key != "certificateArn"},
        type_=t.LISTENER_CERTIFICATE,
        extra={"Certificates": [{"CertificateArn": inputs["certificateArn"]}]},
    )
    return Created(f"{inputs['listenerArn']}_{inputs['certificateArn']}", {})


def _delete_certificate(aws: Aws, id_: str, outputs: Properties) -> None:
    extra = {
        "ListenerArn": outputs["listenerArn"],
        "Certificates": [{"CertificateArn": outputs["certificateArn"]}],
    }
    call(aws, "elbv2", "RemoveListenerCertificates", {}, type_=t.LISTENER_CERTIFICATE, extra=extra)


def set_attributes(aws: Aws, type_: str, arn: str, attributes: Mapping[str, str]) -> None:
    """Set attributes of a load balancer, a target group or a listener."""
    if attributes:
        noun = type_.rpartition(":")[2]
        pairs = [{"Key": key, "Value": value} for key, value in attributes.items()]
        extra = {f"{noun}Arn": arn, "Attributes": pairs}
        call(aws, "elbv2", f"Modify{noun}Attributes", {}, type_=type_, extra=extra)


def forward(actions: str) -> dict[str, str]:
    """The API names of a forward action's members, where they differ from the inputs'."""
    path = f"{actions}.forward"
    return {
        f"{path}.targetGroups.arn": "TargetGroupArn",
        f"{path}.stickiness": "TargetGroupStickinessConfig",
        f"{path}.stickiness.duration": "DurationSeconds",
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
