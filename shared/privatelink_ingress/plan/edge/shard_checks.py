"""What does not fit in a shard's stack file, alone or beside what AWS has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from privatelink_ingress.contracts.shard import PROJECT
from privatelink_ingress.plan.capacity import usage
from privatelink_ingress.plan.edge import deployed as deployed_balancer
from privatelink_ingress.plan.edge import existing_certificates, hosted_zones, ipv6, logs, sign_in
from privatelink_ingress.plan.edge.alarms.stacks import check_alarms
from privatelink_ingress.plan.edge.dashboards import check_dashboards
from privatelink_ingress.plan.edge.deployed import DeployedBalancer
from privatelink_ingress.plan.edge.existing_certificates import FoundCertificates
from privatelink_ingress.plan.edge.existing_network import FoundNetwork
from privatelink_ingress.plan.edge.firewall import existing as existing_web_acl
from privatelink_ingress.plan.edge.firewall import web_acl as firewall
from privatelink_ingress.plan.edge.firewall.existing import FoundWebAcl
from privatelink_ingress.plan.edge.firewall.rate_limits import check_rate_limits
from privatelink_ingress.plan.edge.firewall.web_acl import FirewallPlan
from privatelink_ingress.plan.edge.hosted_zones import HostedZone
from privatelink_ingress.plan.edge.mutual_tls import check_connections
from privatelink_ingress.plan.edge.query_logs import FoundQueryLogs, check_found, check_query_logs
from privatelink_ingress.plan.edge.site import EdgeSite
from privatelink_ingress.plan.routing.routes import RoutePlan
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.load_balancer import LoadBalancer


def check_shard(
    settings: EdgeSettings,
    *,
    stack: str,
    region: str,
    own: Mapping[str, str],
    site: EdgeSite,
    web_acl: FirewallPlan,
    published: Sequence[RoutePlan],
    zones: Mapping[str, HostedZone],
    found: FoundCertificates | None,
    bucket_region: str | None,
    existing_vpc: FoundNetwork | None,
    found_web_acl: FoundWebAcl | None,
    deployed: DeployedBalancer | None,
    found_query_logs: FoundQueryLogs | None,
) -> Iterator[Problem]:
    """Every problem, in the order of the stack file's subjects.

    The arguments are those of `plan_edge`, and what it derived first: `own` tags, the site, the web ACL and routes.
    """
    yield from check_stack(stack)
    yield from deployed_balancer.check(settings, deployed, own=own)
    yield from ipv6.check(settings)
    if existing_vpc:
        yield from ipv6.check_existing(settings.load_balancer.ipv6, existing_vpc)
    yield from _check_clients(settings.load_balancer, settings.limits.security_group_rules)
    yield from sign_in.check(settings)
    yield from existing_web_acl.check(settings, web_acl.group, found_web_acl, region=region)
    yield from firewall.check_capacity(web_acl, limit=settings.limits.firewall_capacity)
    yield from check_rate_limits(settings.firewall, settings.connections)
    yield from logs.check_bucket(settings.logs, region=region, found=bucket_region)
    yield from check_query_logs(settings, region=region)
    yield from check_found(settings, found_query_logs, name=f"{PROJECT}-{stack}")
    yield from hosted_zones.check(settings, published, zones, hosted_zone_id=site.hosted_zone_id)
    yield from check_alarms(settings, site)
    yield from check_dashboards(settings, site)
    yield from existing_certificates.check(settings, found)
    yield from check_connections(settings.connections, site.mutual_tls, project=PROJECT, shard=stack)


def check_stack(stack: str) -> list[Problem]:
    """The problem of a stack's name that cannot be part of names on AWS."""
    if re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", stack):
        return []
    reason = f"is {stack}, but names of load balancers and buckets contain it"
    return [Problem("stack", reason, "Name the stack with lower-case letters, digits and single hyphens.")]


def _check_clients(load_balancer: LoadBalancer, rules: int) -> list[Problem]:
    ports, less = ("2 ports", ", set redirectHttp to false,") if load_balancer.redirect_http else ("1 port", "")
    needed = usage.client_rules(load_balancer)
    if needed <= rules:
        return []
    return [
        Problem(
            "loadBalancer.allowedCidrs",
            f"need {needed} rules for {ports}, but a security group has {rules}",
            f"Merge networks{less} or write the raised quota as limits.securityGroupRules.",
        )
    ]
