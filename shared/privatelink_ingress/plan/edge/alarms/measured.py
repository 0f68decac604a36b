"""Metrics that AWS reports of the edge, and the values of their dimensions.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-cloudwatch-metrics.html
https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html
https://docs.aws.amazon.com/acm/latest/userguide/cloudwatch-metrics.html
"""

from __future__ import annotations

from collections.abc import Mapping

from privatelink_ingress.plan.alarms import DAY, FIVE_MINUTES, MINUTE, Deployed, Expression, Metric
from privatelink_ingress.plan.edge.backends import BackendPlan
from privatelink_ingress.settings.route_protocols import RouteProtocol

LOAD_BALANCER, VPC = Deployed("load balancer"), Deployed("VPC")

REQUESTS, LATENCY = "RequestCount", "TargetResponseTime"
TARGET_ERRORS, TARGET_REFUSALS = "HTTPCode_Target_5XX_Count", "HTTPCode_Target_4XX_Count"
BALANCER_ERRORS, MAINTENANCE = "HTTPCode_ELB_5XX_Count", "HTTPCode_ELB_503_Count"
"""Of a load balancer or a target group."""

ALLOWED, BLOCKED, COUNTED = "AllowedRequests", "BlockedRequests", "CountedRequests"
"""Of a web ACL."""

BYTES, DROPPED = "BytesProcessed", "PacketsDropped"
"""Of an endpoint."""

QUOTAS: Mapping[str, str] = {
    "rules": "RoutingRulesPerApplicationLoadBalancer",
    "targetGroups": "TargetGroupsPerApplicationLoadBalancer",
    "targets": "TargetsPerApplicationLoadBalancer",
    "certificates": "CertificatesPerApplicationLoadBalancer",
}
"""Usage metrics by the quota's key in `plan.capacity.quotas`. Each is of the fullest load balancer of account and
Region: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Quotas-Visualize-Alarms.html

AWS reports no usage of endpoints for each VPC: `privatelink-ingress capacity` counts those from the stack files."""


def target_group(position: int, protocol: RouteProtocol) -> Deployed:
    """The target group of a connection's backend, for routes of a protocol."""
    return Deployed(f"target group {position} {protocol}")


def endpoint(position: int) -> Deployed:
    """The endpoint of a connection's backend."""
    return Deployed(f"endpoint {position}")


def zone(zone_id: str) -> Deployed:
    """The zone's name in the account of the edge, by which metrics call it."""
    return Deployed(f"zone {zone_id}")


def certificate(key: str) -> Deployed:
    """The ARN of a certificate, by its key in the plan."""
    return Deployed(f"certificate {key}")


def balancer(name: str, statistic: str = "Sum") -> Metric:
    """A metric of the whole load balancer."""
    return Metric(
        namespace="AWS/ApplicationELB", name=name, dimensions={"LoadBalancer": LOAD_BALANCER}, statistic=statistic
    )


def group(
    position: int,
    protocol: RouteProtocol,
    name: str,
    statistic: str = "Sum",
    *,
    zone_id: str = "",
    period: int = FIVE_MINUTES,
) -> Metric:
    """A metric of a backend's target group; with `zone_id`, of its target there."""
    return Metric(
        namespace="AWS/ApplicationELB",
        name=name,
        dimensions={
            **({"AvailabilityZone": zone(zone_id)} if zone_id else {}),
            "LoadBalancer": LOAD_BALANCER,
            "TargetGroup": target_group(position, protocol),
        },
        statistic=statistic,
        period=period,
    )


def unhealthy(position: int, protocol: RouteProtocol, zone_id: str) -> Metric:
    """Whether a backend's target in a zone is unhealthy: 1 or 0."""
    return group(position, protocol, "UnHealthyHostCount", "Maximum", zone_id=zone_id, period=MINUTE)


def healthy(position: int, protocol: RouteProtocol, zone_id: str) -> Metric:
    """Whether a backend's target in a zone is healthy: 1 or 0."""
    return group(position, protocol, "HealthyHostCount", "Minimum", zone_id=zone_id, period=MINUTE)


def of_endpoint(backend: BackendPlan, name: str) -> Metric:
    """A count of a backend's endpoint. AWS reports none of an endpoint whose service is in another Region."""
    dimensions = {
        "Endpoint Type": "Interface",
        "Service Name": backend.endpoint_service_name,
        "VPC Endpoint Id": endpoint(backend.position),
        "VPC Id": VPC,
    }
    return Metric(namespace="AWS/PrivateLinkEndpoints", name=name, dimensions=dimensions, statistic="Sum")


def firewall(web_acl: str, name: str, *, region: str, rule: str = "ALL") -> Metric:
    """A count of requests by the metric name of the web ACL, and of one rule."""
    dimensions = {"WebACL": web_acl, "Region": region, "Rule": rule}
    return Metric(namespace="AWS/WAFV2", name=name, dimensions=dimensions, statistic="Sum")


def days_to_expiry(key: str) -> Metric:
    """Of a certificate, which ACM reports twice a day until it has expired."""
    return Metric(
        namespace="AWS/CertificateManager",
        name="DaysToExpiry",
        dimensions={"CertificateArn": certificate(key)},
        statistic="Minimum",
        period=DAY,
    )


def quota_share(quota: str) -> Expression:
    """The share of a quota of `QUOTAS` in use, in percent, of what AWS has raised it to: whatever `limits` says."""
    return Expression(
        formula="100 * usage / SERVICE_QUOTA(usage)",
        label="quota used in percent",
        metrics={"usage": usage(quota)},
    )


def usage(quota: str) -> Metric:
    """How much the fullest load balancer uses of a quota of `QUOTAS`."""
    dimensions = {"Class": "None", "Resource": QUOTAS[quota], "Service": "Elastic Load Balancing", "Type": "Resource"}
    return Metric(namespace="AWS/Usage", name="ResourceCount", dimensions=dimensions, statistic="Maximum")
