"""The whole plan of a `central-ingress` stack: every child's key, name, address, port and priority."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Mapping, Sequence

from privatelink_ingress.contracts.service import Contract
from privatelink_ingress.contracts.shard import PROJECT
from privatelink_ingress.plan import tags
from privatelink_ingress.plan.capacity import placement
from privatelink_ingress.plan.edge import certificates, logs, sign_in
from privatelink_ingress.plan.edge.alarms.stacks import AlarmsPlan, plan_alarms
from privatelink_ingress.plan.edge.connections import ConnectionPlan, plan_connections
from privatelink_ingress.plan.edge.contract_parameter import ContractParameterPlan, plan_contract_parameter
from privatelink_ingress.plan.edge.dashboards import DashboardsPlan, plan_dashboards
from privatelink_ingress.plan.edge.deployed import DeployedBalancer
from privatelink_ingress.plan.edge.existing_certificates import FoundCertificates
from privatelink_ingress.plan.edge.existing_network import FoundNetwork
from privatelink_ingress.plan.edge.firewall import web_acl as firewall
from privatelink_ingress.plan.edge.firewall.existing import FoundWebAcl, exchanges
from privatelink_ingress.plan.edge.firewall.log import log_group
from privatelink_ingress.plan.edge.hosted_zones import HostedZone
from privatelink_ingress.plan.edge.mutual_tls import MutualTlsPlan, plan_mutual_tls
from privatelink_ingress.plan.edge.network import NetworkPlan, plan_network
from privatelink_ingress.plan.edge.query_logs import FoundQueryLogs, QueryLogsPlan, plan_query_logs
from privatelink_ingress.plan.edge.removal import EdgeRemovalPlan, plan_removal
from privatelink_ingress.plan.edge.response_headers import ResponseHeadersPlan, plan_response_headers
from privatelink_ingress.plan.edge.shard_checks import check_shard
from privatelink_ingress.plan.edge.site import EdgeSite
from privatelink_ingress.plan.log_groups import NONE_RETAINED, LogNames, RetainedLogs
from privatelink_ingress.plan.log_queries import SavedQueryPlan, plan_follow_request
from privatelink_ingress.plan.routing import routes as routing
from privatelink_ingress.plan.routing.routes import RoutePlan
from privatelink_ingress.problems import Problem, Problems
from privatelink_ingress.settings.edge import EdgeSettings, EdgeStack
from privatelink_ingress.settings.load_balancer import LoadBalancer

HTTPS, HTTP = 443, 80


@dataclasses.dataclass(frozen=True, kw_only=True)
class EdgePlan:
    """One edge."""

    name: str
    """`central-ingress-<stack>`: the name of resources of which a shard has one."""
    load_balancer_name: str
    tags: Mapping[str, str]
    network: NetworkPlan
    load_balancer: LoadBalancer
    """Its settings, which need no decision."""
    response_headers: ResponseHeadersPlan
    mutual_tls: MutualTlsPlan
    issuer_cidrs: tuple[str, ...]
    """Networks of identity providers that it reaches on port 443."""
    certificates: certificates.CertificatesPlan
    firewall: firewall.FirewallPlan
    logs: logs.LogsPlan
    query_logs: QueryLogsPlan | None
    follow_request: SavedQueryPlan
    connections: tuple[ConnectionPlan, ...]
    alarms: AlarmsPlan | None
    dashboards: DashboardsPlan
    removal: EdgeRemovalPlan
    contract_parameter: ContractParameterPlan | None
    site: EdgeSite
    """Where these connections are planned, and those of attached stacks."""
    warnings: tuple[Problem, ...]
    """What is to be known before a deployment, and does not stop the preview."""

    @property
    def client_ports(self) -> tuple[int, ...]:
        """Ports that clients reach."""
        return (HTTPS, HTTP) if self.load_balancer.redirect_http else (HTTPS,)


def plan_edge(
    settings: EdgeSettings,
    *,
    stack: str,
    region: str,
    available_zones: Iterable[str],
    contracts: Mapping[str, Contract],
    zones: Mapping[str, HostedZone] | None = None,
    routes: Sequence[RoutePlan] | None = None,
    found: FoundCertificates | None = None,
    attached: Iterable[RoutePlan] = (),
    others: Iterable[placement.Capacity] = (),
    retained: RetainedLogs = NONE_RETAINED,
    bucket_region: str | None = None,
    files: Mapping[str, str] | None = None,
    now: datetime.datetime | None = None,
    existing_vpc: FoundNetwork | None = None,
    found_web_acl: FoundWebAcl | None = None,
    deployed: DeployedBalancer | None = None,
    found_query_logs: FoundQueryLogs | None = None,
) -> EdgePlan:
    """Decide everything.

    Args:
        settings: The stack file.
        stack: Name of the stack.
        region: Region of the edge.
        available_zones: Ids of the region's zones that this account can use.
        contracts: What the backends publish, by `Backend.source`.
        zones: The hosted zones of `hosted_zones.keys`, by id, if known.
        routes: The connections to plan, for a caller that has their routes already; else all of the settings.
        found: The existing certificates, if AWS was asked for them.
        attached: Connections of attached stacks, if known: they use up the shard's quotas too.
        others: Other shards, if known: one may have the room that is missing here.
        bucket_region: Region of `logs.existingBucket`, if known.
        files: Contents of the files that the settings name, by their paths.
        now: For what expires; the current time when not given.
        existing_vpc: The VPC of `network.existing`, as looked up or assumed.
        found_web_acl: The web ACL of `firewall.existing`, if looked up.
        deployed: The stack's load balancer, if a former deployment created it and it was looked up.
        found_query_logs: The query logs that the hosted zone has, if looked up.
        retained: Logs that the stack left when it was removed before.

    Raises:
        UserError: with everything that does not fit, before anything is registered.
    """
    name = f"{PROJECT}-{stack}"
    network = plan_network(
        settings,
        region=region,
        available_zones=available_zones,
        existing_vpc=existing_vpc,
        tags=edge_tags(settings, stack),
    )
    site = EdgeSite.of_settings(settings, network, stack=stack, region=region, found=found)
    published = routing.plan_all(settings.connections) if routes is None else routes
    web_acl = firewall.of_shard(settings, name=name)
    problems = Problems(
        check_shard(
            settings,
            stack=stack,
            region=region,
            own=edge_tags(settings, stack),
            site=site,
            web_acl=web_acl,
            published=published,
            zones=zones or {},
            found=found,
            bucket_region=bucket_region,
            existing_vpc=existing_vpc,
            found_web_acl=found_web_acl,
            deployed=deployed,
            found_query_logs=found_query_logs,
        )
    )
    with problems.collect():
        planned_certificates = certificates.plan_certificates(
            settings.certificates,
            hosted_zone_id=site.hosted_zone_id,
            account_id=site.account_id,
            region=region,
        )
    with problems.collect():
        mutual_tls = plan_mutual_tls(
            settings.load_balancer.mutual_tls,
            files or {},
            name=name,
            account_id=site.account_id,
            region=region,
            tags=edge_tags(settings, stack),
            now=now,
        )
    with problems.collect():
        connections = plan_connections(published, contracts, site, stack=stack, found=found)
    with problems.collect():
        contract_parameter = plan_contract_parameter(settings.contract_prefix, stack, site.exports())
    if not problems:  # usage is only right when every route became rules
        capacity = placement.capacity(
            settings,
            stack=stack,
            region=region,
            zones=len(network.endpoint),
            firewall_capacity=web_acl.capacity,
            connections=(*published, *attached),
        )
        problems += placement.check(capacity, others)
    problems.raise_all(f"The edge of stack {stack} cannot be built")
    planned_logs = logs.plan_logs(
        settings.logs, name=name, account_id=settings.account_id, region=region, retained=retained
    )
    alarms = plan_alarms(settings, connections, web_acl, planned_certificates, site, stack=stack)
    return EdgePlan(
        name=name,
        load_balancer_name=load_balancer_name(stack),
        tags=edge_tags(settings, stack),
        network=network,
        load_balancer=settings.load_balancer,
        response_headers=plan_response_headers(settings.load_balancer.response_headers),
        mutual_tls=mutual_tls,
        issuer_cidrs=sign_in.issuer_cidrs(settings),
        certificates=planned_certificates,
        firewall=web_acl,
        logs=planned_logs,
        query_logs=plan_query_logs(settings, name=name, retained=retained),
        follow_request=plan_follow_request(name, (web_acl.log.group, *logs.with_trace_ids(planned_logs))),
        connections=connections,
        alarms=alarms,
        dashboards=plan_dashboards(
            settings, connections, site, alarms, stack=stack, shared=(web_acl, planned_certificates)
        ),
        removal=plan_removal(settings, stack=stack, region=region),
        contract_parameter=contract_parameter,
        site=site,
        warnings=(
            *(network.existing.warnings if network.existing else ()),
            *exchanges(web_acl.group, found_web_acl),
        ),
    )


def load_balancer_name(stack: str) -> str:
    """The name of the stack's load balancer."""
    return logs.balancer_name(f"{PROJECT}-{stack}")


def log_names(settings: EdgeSettings, *, stack: str, region: str) -> LogNames:
    """The names of the edge's logs. The log group of the flow logs gets another name in each deployment."""
    name = f"{PROJECT}-{stack}"
    planned = logs.plan_logs(settings.logs, name=name, account_id=settings.account_id, region=region)
    groups = (delivery.log_group for delivery in planned.deliveries)
    bucket = None if planned.bucket_is_existing else planned.bucket
    return LogNames(log_groups=(*groups, log_group(name)), bucket=bucket)


def edge_tags(settings: EdgeStack, stack: str) -> dict[str, str]:
    """The tags of every resource of the stack."""
    return tags.common(
        project=PROJECT, stack=stack, owner=settings.owner, environment=settings.environment, extra=settings.tags
    )
