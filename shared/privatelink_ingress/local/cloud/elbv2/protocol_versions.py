"""Target groups of HTTP/2 and gRPC as AWS accepts them: their health checks, and the listeners and rules for them.

Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html, section
"Protocol version"; API reference, CreateTargetGroup and Matcher.
"""

from __future__ import annotations

import re
from typing import Any

from moto.elbv2.responses import ELBV2Response

from privatelink_ingress.local.cloud.elbv2 import references
from privatelink_ingress.local.cloud.hardening import Params, after, before, refuse, undo

VERSIONS = ("HTTP1", "HTTP2", "GRPC")
GRPC_PATH, GRPC_CODES = "/AWS.ALB/healthcheck", "12"
"""Defaults of a group of version GRPC."""


@before(ELBV2Response, "create_target_group")
def version_is_of_http(request: Any, params: Params) -> None:
    """A version is for the protocols HTTP and HTTPS, and for targets of type instance and ip."""
    version = params.get("ProtocolVersion")
    if version is None:
        return
    if version not in VERSIONS:
        refuse("ValidationError", f"Protocol version '{version}' must be one of {list(VERSIONS)}")
    if params.get("Protocol") not in ("HTTP", "HTTPS"):
        refuse("ValidationError", f"Protocol version is not supported with protocol '{params.get('Protocol')}'")
    if version != "HTTP1" and params.get("TargetType") == "lambda":
        refuse("ValidationError", f"Target type 'lambda' is not supported with protocol version '{version}'")


@before(ELBV2Response, "create_target_group", "modify_target_group")
def codes_are_of_the_version(request: Any, params: Params) -> None:
    """Health checks of gRPC are judged by codes from 0 to 99, all others by HTTP status."""
    matcher = params.get("Matcher") or {}
    group = request.elbv2_backend.target_groups.get(params.get("TargetGroupArn", ""))
    version = group.protocol_version if group else params.get("ProtocolVersion")
    if version != "GRPC" and "GrpcCode" in matcher:
        refuse("ValidationError", "Health check matcher GRPC code requires protocol version 'GRPC'")
    codes = next(iter(matcher.values()), GRPC_CODES)
    if version == "GRPC" and not all(code.isdecimal() and int(code) <= 99 for code in re.split("[,-]", codes)):
        refuse("ValidationError", f"Health check matcher GRPC code '{codes}' must be within '0-99' inclusive")


@undo(ELBV2Response, "create_target_group")
def no_target_group(request: Any, params: Params, response: Any) -> None:
    """After a failed effect."""
    for group in response.result["TargetGroups"]:
        request.elbv2_backend.delete_target_group(group.arn)


@after(ELBV2Response, "create_target_group")
def grpc_has_defaults_of_its_own(request: Any, params: Params, response: Any) -> Any:
    """The path and code that a group of version GRPC gets without one."""
    if params.get("ProtocolVersion") == "GRPC":
        for group in response.result["TargetGroups"]:
            group.health_check_path = params.get("HealthCheckPath", GRPC_PATH)
            group.matcher = params.get("Matcher") or {"GrpcCode": GRPC_CODES}
    return response


@after(ELBV2Response, "modify_target_group")
def grpc_codes_change(request: Any, params: Params, response: Any) -> Any:
    """Moto changes codes of HTTP alone."""
    if code := (params.get("Matcher") or {}).get("GrpcCode"):
        request.elbv2_backend.target_groups[params["TargetGroupArn"]].matcher = {"GrpcCode": code}
    return response


@before(ELBV2Response, "create_listener", "modify_listener", "create_rule", "modify_rule")
def only_https_forwards_to_http2(request: Any, params: Params) -> None:
    """Groups of HTTP/2 and gRPC take requests of HTTPS listeners, by actions of type `forward` alone."""
    backend, actions = request.elbv2_backend, params.get("Actions") or params.get("DefaultActions") or ()
    groups = [backend.target_groups[arn] for arn in references.forwards_to(actions) if arn in backend.target_groups]
    newer = [group for group in groups if group.protocol_version in ("HTTP2", "GRPC")]
    if not newer:
        return
    version = newer[0].protocol_version
    if (protocol := params.get("Protocol") or _protocol(request, params)) not in (None, "HTTPS"):
        refuse("InvalidConfigurationRequest", f"Listener protocol '{protocol}' does not support version '{version}'")
    if others := sorted({action["Type"] for action in actions} - {"forward"}):
        refuse("InvalidLoadBalancerAction", f"Actions {others} are not supported with protocol version '{version}'")


def _protocol(request: Any, params: Params) -> str | None:
    named = params.get("ListenerArn") or params.get("RuleArn", "").replace(":listener-rule/", ":listener/")
    for balancer in request.elbv2_backend.load_balancers.values():
        for arn, listener in balancer.listeners.items():
            if named == arn or named.startswith(f"{arn}/"):
                return listener.protocol
    return None
