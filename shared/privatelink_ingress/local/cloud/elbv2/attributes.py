"""Attributes of load balancers: defaults and values by type, and the log bucket's requirements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.elbv2.models import FakeLoadBalancer
from moto.elbv2.responses import ELBV2Response
from moto.s3.models import s3_backends

from privatelink_ingress.local.cloud.hardening import Params, before, refuse
from privatelink_ingress.local.cloud.s3_policies import allows

BOOLEAN = ("true", "false")
LOGS = ("access_logs", "connection_logs", "health_check_logs")

_SHARED: dict[str, str] = {
    "deletion_protection.enabled": "false",
    "access_logs.s3.enabled": "false",
    "access_logs.s3.bucket": "",
    "access_logs.s3.prefix": "",
    "ipv6.deny_all_igw_traffic": "false",
    "zonal_shift.config.enabled": "false",
}

DEFAULTS: dict[str, dict[str, str]] = {
    "application": _SHARED
    | {
        "load_balancing.cross_zone.enabled": "true",
        "idle_timeout.timeout_seconds": "60",
        "client_keep_alive.seconds": "3600",
        "connection_logs.s3.enabled": "false",
        "connection_logs.s3.bucket": "",
        "connection_logs.s3.prefix": "",
        "health_check_logs.s3.enabled": "false",
        "health_check_logs.s3.bucket": "",
        "health_check_logs.s3.prefix": "",
        "routing.http.desync_mitigation_mode": "defensive",
        "routing.http.drop_invalid_header_fields.enabled": "false",
        "routing.http.preserve_host_header.enabled": "false",
        "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "false",
        "routing.http.xff_client_port.enabled": "false",
        "routing.http.xff_header_processing.mode": "append",
        "routing.http2.enabled": "true",
        "waf.fail_open.enabled": "false",
    },
    "network": _SHARED
    | {
        "load_balancing.cross_zone.enabled": "false",
        "dns_record.client_routing_policy": "any_availability_zone",
        "secondary_ips.auto_assigned.per_subnet": "0",
    },
    "gateway": {"deletion_protection.enabled": "false", "load_balancing.cross_zone.enabled": "false"},
}
"""Attributes by type of load balancer with AWS's defaults (ELB API reference, LoadBalancerAttribute)."""

CHOICES: Mapping[str, tuple[str, ...]] = {
    "routing.http.desync_mitigation_mode": ("monitor", "defensive", "strictest"),
    "routing.http.xff_header_processing.mode": ("append", "preserve", "remove"),
    "dns_record.client_routing_policy": (
        "any_availability_zone",
        "availability_zone_affinity",
        "partial_availability_zone_affinity",
    ),
}

RANGES: Mapping[str, tuple[int, int]] = {
    "idle_timeout.timeout_seconds": (1, 4000),
    "client_keep_alive.seconds": (60, 604800),
    "secondary_ips.auto_assigned.per_subnet": (0, 7),
}

WRITERS = {"application": "logdelivery.elasticloadbalancing.amazonaws.com", "network": "delivery.logs.amazonaws.com"}
"""The service that writes a balancer's logs to S3 (ALB and NLB user guides, enable access logs)."""

FakeLoadBalancer.VALID_ATTRS |= {"health_check_logs.s3.bucket", "health_check_logs.s3.prefix"}


@before(ELBV2Response, "modify_load_balancer_attributes")
def attributes_fit_the_type(request: Any, params: Params) -> None:
    """A balancer accepts its type's attributes, with AWS's values (API reference, LoadBalancerAttribute)."""
    balancer = request.elbv2_backend.load_balancers.get(params["LoadBalancerArn"])
    if balancer is None:
        return
    for attribute in params["Attributes"]:
        key, value = attribute["Key"], attribute.get("Value", "")
        if key not in DEFAULTS[balancer.type]:
            refuse(
                "InvalidConfigurationRequest",
                f"Load balancer attribute key '{key}' is not supported on load balancers with type '{balancer.type}'",
            )
        if not _valid(key, value):
            refuse("InvalidConfigurationRequest", f"Load balancer attribute value '{value}' is not valid for '{key}'")
        if key == "load_balancing.cross_zone.enabled" and balancer.type == "application" and value != "true":
            refuse("InvalidConfigurationRequest", f"'{key}' cannot be turned off for an Application Load Balancer")


@before(ELBV2Response, "modify_load_balancer_attributes")
def log_buckets_accept_the_logs(request: Any, params: Params) -> None:
    """Logs to S3 can be enabled only when they can be written.

    The bucket is in the balancer's Region, is encrypted with S3's own keys, and its policy lets the log delivery
    service write below `<prefix>/AWSLogs/<account>/`: the service writes a test file there at once. Source: ALB user
    guide, enable access logs.
    """
    balancer = request.elbv2_backend.load_balancers.get(params["LoadBalancerArn"])
    if balancer is None:
        return
    changed = {attribute["Key"]: attribute.get("Value", "") for attribute in params["Attributes"]}
    attributes = balancer.attrs | changed
    for logs in LOGS:
        if attributes.get(f"{logs}.s3.enabled") == "true" and any(key.startswith(f"{logs}.") for key in changed):
            bucket, prefix = attributes[f"{logs}.s3.bucket"], attributes[f"{logs}.s3.prefix"]
            _require_log_bucket(request, balancer, bucket, prefix)


def _require_log_bucket(request: Any, balancer: Any, name: str, prefix: str) -> None:
    if not name:
        refuse("InvalidConfigurationRequest", "The S3 bucket of the logs must be specified")
    if "AWSLogs" in prefix:
        refuse("InvalidConfigurationRequest", f"The S3 prefix '{prefix}' cannot contain 'AWSLogs'")
    if name not in s3_backends.bucket_accounts:
        refuse("InvalidConfigurationRequest", f"The specified bucket '{name}' does not exist")
    partition, owner = s3_backends.bucket_accounts[name]
    bucket = s3_backends[owner][partition].buckets[name]
    if bucket.region_name != request.region:
        refuse(
            "InvalidConfigurationRequest",
            f"The bucket '{name}' is in {bucket.region_name}; it must be in the Region of the load balancer",
        )
    key = "/".join(filter(None, (prefix.strip("/"), "AWSLogs", request.current_account, "ELBAccessLogTestFile")))
    if _encrypted_with_kms(bucket) or not allows(
        bucket.policy, WRITERS[balancer.type], "s3:PutObject", f"arn:aws:s3:::{name}/{key}", balancer.arn
    ):
        refuse("InvalidConfigurationRequest", f"Access Denied for bucket: {name}. Please check S3bucket permission")


def _encrypted_with_kms(bucket: Any) -> bool:
    return "aws:kms" in str(bucket.encryption)


def _valid(key: str, value: str) -> bool:
    if key in CHOICES:
        return value in CHOICES[key]
    if key in RANGES:
        low, high = RANGES[key]
        return value.isdigit() and low <= int(value) <= high
    return value in BOOLEAN if key.endswith((".enabled", "deny_all_igw_traffic")) else True
