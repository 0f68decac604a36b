"""Target groups as AWS accepts them: types, ports, attributes, and existing targets."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any

from moto.ec2 import ec2_backends
from moto.elbv2.models import FakeTargetGroup
from moto.elbv2.responses import ELBV2Response

from privatelink_ingress.local.cloud.hardening import Params, around, before, refuse

TYPES = ("instance", "ip", "lambda", "alb")
PRIVATE = tuple(
    ipaddress.ip_network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)
"""Ranges in which a target of type ip may be outside the VPC (API reference, CreateTargetGroup: TargetType)."""

VALUES: Mapping[str, tuple[str, ...] | tuple[int, int]] = {
    "deregistration_delay.timeout_seconds": (0, 3600),
    "deregistration_delay.connection_termination.enabled": ("true", "false"),
    "stickiness.enabled": ("true", "false"),
    "stickiness.type": ("lb_cookie", "app_cookie", "source_ip", "source_ip_dest_ip", "source_ip_dest_ip_proto"),
    "stickiness.lb_cookie.duration_seconds": (1, 604800),
    "stickiness.app_cookie.duration_seconds": (1, 604800),
    "stickiness.app_cookie.cookie_name": (),
    "load_balancing.cross_zone.enabled": ("true", "false", "use_load_balancer_configuration"),
    "load_balancing.algorithm.type": ("round_robin", "least_outstanding_requests", "weighted_random"),
    "load_balancing.algorithm.anomaly_mitigation": ("on", "off"),
    "slow_start.duration_seconds": (0, 900),
    "preserve_client_ip.enabled": ("true", "false"),
    "proxy_protocol_v2.enabled": ("true", "false"),
    "lambda.multi_value_headers.enabled": ("true", "false"),
    "target_health_state.unhealthy.connection_termination.enabled": ("true", "false"),
    "target_health_state.unhealthy.draining_interval_seconds": (0, 360000),
    "target_failover.on_deregistration": ("rebalance", "no_rebalance"),
    "target_failover.on_unhealthy": ("rebalance", "no_rebalance"),
    "target_group_health.dns_failover.minimum_healthy_targets.count": (),
    "target_group_health.dns_failover.minimum_healthy_targets.percentage": (),
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": (),
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": (),
}
"""Attributes of target groups: the values, or the range of numbers, or nothing where any text or number may stand (API
reference, TargetGroupAttribute)."""


@before(ELBV2Response, "create_target_group", "modify_target_group")
def health_check_is_valid(request: Any, params: Params) -> None:
    """A path that begins with `/`, and codes from 200 to 499 (API reference, CreateTargetGroup and Matcher).

    For targets of a network load balancer the codes go up to 599.
    """
    path, codes = params.get("HealthCheckPath"), params.get("Matcher", {}).get("HttpCode")
    if path is not None and not path.startswith("/"):
        refuse("ValidationError", f"Health check path '{path}' must begin with a '/' character")
    most = 499 if params.get("Protocol") in ("HTTP", "HTTPS") else 599
    for code in re.split("[,-]", codes or "200"):
        if not code.isdecimal() or not 200 <= int(code) <= most:
            refuse("ValidationError", f"Health check matcher HTTP code '{codes}' must be within '200-{most}' inclusive")


@before(ELBV2Response, "create_target_group")
def type_and_ports_are_valid(request: Any, params: Params) -> None:
    """A known target type, ports from 1 to 65535, and a health check port that is a port or `traffic-port`.

    Source: API reference, CreateTargetGroup.
    """
    target_type, port = params.get("TargetType", "instance"), params.get("Port")
    if target_type not in TYPES:
        refuse("ValidationError", f"Target type '{target_type}' must be one of {list(TYPES)}")
    if port is not None and not 1 <= int(port) <= 65535:
        refuse("ValidationError", f"The port '{port}' must be between '1' and '65535' inclusive")
    check = params.get("HealthCheckPort", "traffic-port")
    if check != "traffic-port" and not (check.isdigit() and 1 <= int(check) <= 65535):
        refuse("ValidationError", f"Health check port '{check}' must be in the range '1-65535' or 'traffic-port'")


@before(ELBV2Response, "modify_target_group_attributes")
def attributes_are_known(request: Any, params: Params) -> None:
    """Attributes exist and have valid values (API reference, TargetGroupAttribute)."""
    for attribute in params["Attributes"]:
        key, value = attribute["Key"], attribute.get("Value", "")
        if key not in VALUES:
            refuse("ValidationError", f"Target group attribute key '{key}' is not recognized")
        match VALUES[key]:
            case (int(low), int(high)):
                valid = value.isdigit() and low <= int(value) <= high
            case choices:
                valid = not choices or value in choices
        if not valid:
            refuse("ValidationError", f"Target group attribute value '{value}' is not valid for '{key}'")


@before(ELBV2Response, "register_targets")
def targets_exist(request: Any, params: Params) -> None:
    """An instance is in this account and the group's VPC; an address is in the VPC, or private with zone `all`.

    Source: API reference, TargetDescription, RegisterTargets: InvalidTarget.
    """
    group = request.elbv2_backend.target_groups.get(params["TargetGroupArn"])
    ec2 = ec2_backends[request.current_account][request.region]
    for target in params["Targets"] if group else ():
        if group.target_type == "instance":
            instance = ec2.get_instance_by_id(target["Id"])
            if instance is None or instance.vpc_id != group.vpc_id:
                refuse("InvalidTarget", f"The following targets are not in the target group VPC: '{target['Id']}'")
            if "AvailabilityZone" in target:
                refuse("ValidationError", "An Availability Zone cannot be specified for instance targets")
        if group.target_type == "ip":
            _require_address(ec2, group, target)


def _require_address(ec2: Any, group: Any, target: Mapping[str, Any]) -> None:
    try:
        address = ipaddress.ip_address(target["Id"])
    except ValueError:
        refuse("ValidationError", f"The target id '{target['Id']}' is not a valid IP address")
    vpc = ec2.get_vpc(group.vpc_id)
    blocks = [a["cidr_block"] for a in vpc.cidr_block_association_set]
    inside = any(address in ipaddress.ip_network(block) for block in blocks)
    if inside:
        return
    if not any(address in block for block in PRIVATE):
        refuse("ValidationError", f"The IP address '{address}' is outside the VPC '{vpc.id}' and not private")
    if target.get("AvailabilityZone") != "all":
        refuse(
            "ValidationError",
            f"You must specify the Availability Zone 'all' for the IP address '{address}': it is outside the VPC "
            f"'{vpc.id}'",
        )


@around(FakeTargetGroup, "deregister")
def absent_targets_are_deregistered(original: Any, group: FakeTargetGroup, targets: list[dict[str, Any]]) -> None:
    """Deregistering a target that is not registered succeeds; moto refuses it.

    Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeregisterTargets.html, Note.
    """
    original(group, [target for target in targets if target["Id"] in group.targets])
