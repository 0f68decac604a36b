"""All services whose emulation is hardened or extended: importing one registers its hardenings."""

from __future__ import annotations

import importlib

from privatelink_ingress.local.cloud import hardening

MODULES: tuple[str, ...] = (
    "read_once",  # first: moto reads models while its services are imported
    "acm",
    "elbv2.balancers",
    "elbv2.address_types",
    "elbv2.attributes",
    "elbv2.trust_stores",
    "elbv2.listeners",
    "elbv2.rules",
    "elbv2.sign_in",
    "elbv2.targets",
    "elbv2.protocol_versions",
    "elbv2.target_health",
    "logs",
    "log_queries",
    "service_quotas",
    "route53",
    "route53_query_logs",
    "s3",
    "wafv2",
    "wafv2_addresses",
    "wafv2_rule_groups",
    "wafv2_statements",
    "wafv2_updates",
    "ec2.addresses",
    "ec2.endpoint_services",
    "ec2.endpoint_connections",
    "ec2.endpoint_notifications",
    "ec2.endpoints",
    "ec2.flow_logs",
    "ec2.launch_templates",
    "ec2.network",
    "ec2.security_groups",
    "ec2.tags",
    "ec2.visible_services",
    "ec2.ipv6_ranges",
    "ec2.vpc_ranges",
    "autoscaling",
    "cloudwatch",
    "cloudwatch_dashboards",
    "ecr",
    "eks.clusters",
    "eks.cluster_updates",
    "eks.access",
    "eks.addons",
    "eks.node_updates",
    "eks.cluster_settings",
    "eks.node_settings",
    "eks.nodegroups",
    "eks.pod_identity",
    "eks.tags",
    "iam",
    "iam_simulation",
    "role_trust",
    "ssm",
    "tagging",
)


def install() -> None:
    """Attach every service's hardenings to moto. Once per process; later calls do nothing."""
    for module in MODULES:
        importlib.import_module(f"privatelink_ingress.local.cloud.{module}")
        hardening.install()
    from privatelink_ingress.local.cloud import requests

    requests.register()
    hardening.install()
