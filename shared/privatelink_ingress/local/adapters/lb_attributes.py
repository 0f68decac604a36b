"""Attributes of load balancers, target groups and listeners: the API attribute of each input.

Source of the names: ELB API reference, LoadBalancerAttribute, TargetGroupAttribute and ListenerAttribute.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from privatelink_ingress.local.adapters.base import Properties

BALANCER_ATTRIBUTES: Mapping[str, str] = {
    "clientKeepAlive": "client_keep_alive.seconds",
    "desyncMitigationMode": "routing.http.desync_mitigation_mode",
    "dnsRecordClientRoutingPolicy": "dns_record.client_routing_policy",
    "dropInvalidHeaderFields": "routing.http.drop_invalid_header_fields.enabled",
    "enableCrossZoneLoadBalancing": "load_balancing.cross_zone.enabled",
    "enableDeletionProtection": "deletion_protection.enabled",
    "enableHttp2": "routing.http2.enabled",
    "enableTlsVersionAndCipherSuiteHeaders": "routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
    "enableWafFailOpen": "waf.fail_open.enabled",
    "enableXffClientPort": "routing.http.xff_client_port.enabled",
    "enableZonalShift": "zonal_shift.config.enabled",
    "idleTimeout": "idle_timeout.timeout_seconds",
    "preserveHostHeader": "routing.http.preserve_host_header.enabled",
    "secondaryIpsAutoAssignedPerSubnet": "secondary_ips.auto_assigned.per_subnet",
    "xffHeaderProcessingMode": "routing.http.xff_header_processing.mode",
} | {
    f"{logs}.{key}": f"{attribute}.s3.{key}"
    for logs, attribute in (
        ("accessLogs", "access_logs"),
        ("connectionLogs", "connection_logs"),
        ("healthCheckLogs", "health_check_logs"),
    )
    for key in ("bucket", "prefix", "enabled")
}

_HEALTH = "target_group_health"
GROUP_ATTRIBUTES: dict[str, str] = {
    "connectionTermination": "deregistration_delay.connection_termination.enabled",
    "deregistrationDelay": "deregistration_delay.timeout_seconds",
    "lambdaMultiValueHeadersEnabled": "lambda.multi_value_headers.enabled",
    "loadBalancingAlgorithmType": "load_balancing.algorithm.type",
    "loadBalancingAnomalyMitigation": "load_balancing.algorithm.anomaly_mitigation",
    "loadBalancingCrossZoneEnabled": "load_balancing.cross_zone.enabled",
    "preserveClientIp": "preserve_client_ip.enabled",
    "proxyProtocolV2": "proxy_protocol_v2.enabled",
    "slowStart": "slow_start.duration_seconds",
    "stickiness.enabled": "stickiness.enabled",
    "stickiness.type": "stickiness.type",
    "stickiness.cookieName": "stickiness.app_cookie.cookie_name",
    "targetFailovers.onDeregistration": "target_failover.on_deregistration",
    "targetFailovers.onUnhealthy": "target_failover.on_unhealthy",
    "targetGroupHealth.dnsFailover.minimumHealthyTargetsCount": f"{_HEALTH}.dns_failover.minimum_healthy_targets.count",
    "targetGroupHealth.dnsFailover.minimumHealthyTargetsPercentage": (
        f"{_HEALTH}.dns_failover.minimum_healthy_targets.percentage"
    ),
    "targetGroupHealth.unhealthyStateRouting.minimumHealthyTargetsCount": (
        f"{_HEALTH}.unhealthy_state_routing.minimum_healthy_targets.count"
    ),
    "targetGroupHealth.unhealthyStateRouting.minimumHealthyTargetsPercentage": (
        f"{_HEALTH}.unhealthy_state_routing.minimum_healthy_targets.percentage"
    ),
    "targetHealthStates.enableUnhealthyConnectionTermination": (
        "target_health_state.unhealthy.connection_termination.enabled"
    ),
    "targetHealthStates.unhealthyDrainingInterval": "target_health_state.unhealthy.draining_interval_seconds",
}

_NO_LOGS = {"enabled": False}
BALANCER_DEFAULTS: Mapping[str, Any] = {
    "accessLogs": _NO_LOGS,
    "clientKeepAlive": 3600,
    "connectionLogs": _NO_LOGS,
    "desyncMitigationMode": "defensive",
    "dnsRecordClientRoutingPolicy": "any_availability_zone",
    "dropInvalidHeaderFields": False,
    "enableCrossZoneLoadBalancing": False,
    "enableDeletionProtection": False,
    "enableHttp2": True,
    "enableTlsVersionAndCipherSuiteHeaders": False,
    "enableWafFailOpen": False,
    "enableXffClientPort": False,
    "enableZonalShift": False,
    "healthCheckLogs": _NO_LOGS,
    "idleTimeout": 60,
    "preserveHostHeader": False,
    "xffHeaderProcessingMode": "append",
}
GROUP_DEFAULTS: Mapping[str, Any] = {
    "deregistrationDelay": 300,
    "lambdaMultiValueHeadersEnabled": False,
    "proxyProtocolV2": False,
    "slowStart": 0,
}
"""What the provider sends when the program says nothing, as in a balancer's table: `Default` in elbv2/*.go."""


def with_defaults(old: Properties, new: Properties, defaults: Mapping[str, Any]) -> Properties:
    """The inputs, with the default in place of each other value that the resource has and the program leaves out."""
    return {name: default for name, default in defaults.items() if _set(old.get(name), default)} | new


def _set(value: Any, default: Any) -> bool:
    """Whether a value is another than the default; logs that are not enabled are none."""
    if isinstance(value, Mapping):
        return bool(value.get("enabled"))
    return value is not None and _text(value) != _text(default)


HEALTH_CHECK: Mapping[str, str] = {
    "enabled": "HealthCheckEnabled",
    "healthyThreshold": "HealthyThresholdCount",
    "interval": "HealthCheckIntervalSeconds",
    "path": "HealthCheckPath",
    "port": "HealthCheckPort",
    "protocol": "HealthCheckProtocol",
    "timeout": "HealthCheckTimeoutSeconds",
    "unhealthyThreshold": "UnhealthyThresholdCount",
}


def split(inputs: Properties, table: Mapping[str, str]) -> tuple[dict[str, str], Properties]:
    """The attributes by their API keys, and the remaining inputs.

    The keys of `table` are paths into the inputs. A block's other members stay, under its path, so that
    the next call reports them.
    """
    attributes: dict[str, str] = {}
    rest: Properties = {}
    for key, value in inputs.items():
        if value is None:
            continue
        blocks = value if isinstance(value, list) else [value]
        if key in table:
            attributes[table[key]] = _text(value)
        elif any(path.startswith(f"{key}.") for path in table) and all(isinstance(b, Mapping) for b in blocks):
            for path, leaf in (pair for block in blocks for pair in _leaves(key, block)):
                if path in table:
                    attributes[table[path]] = _text(leaf)
                else:
                    rest[path] = leaf
        else:
            rest[key] = value
    return attributes, rest


def _leaves(path: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, Mapping):
        return [leaf for key, item in value.items() if item is not None for leaf in _leaves(f"{path}.{key}", item)]
    return [(path, value)]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) else str(value)


def listener_attribute(key: str) -> str | None:
    """The API key of a listener attribute by its input name; None for other inputs."""
    if key == "tcpIdleTimeoutSeconds":
        return "tcp.idle_timeout.seconds"
    match = re.fullmatch(r"routingHttp(Request|Response)(\w+?)(HeaderValue|HeaderName|Enabled)", key)
    return match and f"routing.http.{match[1].lower()}.{_snake(match[2])}.{_snake(match[3])}"


def _snake(words: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", words).lower()


def hyphenated(words: str) -> str:
    """`httpRequestMethod` as `http-request-method`, the way the API spells fields of conditions."""
    return _snake(words).replace("_", "-")
