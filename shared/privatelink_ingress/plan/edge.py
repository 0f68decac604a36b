"""The whole plan of a `central-ingress` stack: every child's key, name, address, port and priority."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping

from privatelink_ingress.contract import Contract
from privatelink_ingress.plan import certificates, connections, firewall, logs, names, routes, subnets, tags, zones
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.edge import EdgeSettings, LoadBalancer

PROJECT = "central-ingress"

HTTPS, HTTP = 443, 80


@dataclasses.dataclass(frozen=True, kw_only=True)
class NetworkPlan:
    """The internet VPC: the lower half for the load balancer, the upper half for the endpoints."""

    cidr: str
    public: tuple[subnets.SubnetPlan, ...]
    endpoint: tuple[subnets.SubnetPlan, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class DnsPlan:
    """Alias records of the load balancer, one per host, whoever the connections are that share it."""

    zone_id: str
    hosts: tuple[str, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class EdgePlan:
    """One edge."""

    name: str
    """`central-ingress-<stack>`: name of what is there once."""
    load_balancer_name: str
    tags: Mapping[str, str]
    network: NetworkPlan
    load_balancer: LoadBalancer
    """Its settings: they need no decision."""
    certificates: certificates.CertificatesPlan
    firewall: firewall.FirewallPlan
    logs: logs.LogsPlan
    dns: DnsPlan
    connections: tuple[connections.ConnectionPlan, ...]

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
) -> EdgePlan:
    """Decide everything.

    Args:
        settings: The stack file.
        stack: Name of the stack.
        region: Region of the edge.
        available_zones: Ids of the region's zones that this account can use.
        contracts: For each backend's `stack`, as the settings write it, what it publishes.

    Raises:
        UserError: with everything that does not fit, before anything is registered.
    """
    name = f"{PROJECT}-{stack}"
    network = _network(settings, available_zones, region)
    web_acl = firewall.plan_firewall(settings.firewall, name=name)
    zone_ids = tuple(subnet.zone_id for subnet in network.endpoint)
    hosts = {(key, host) for key, connection in settings.connections.items() for host in routes.hosts(connection)}
    problems = [
        *_check_stack(stack),
        *_check_clients(settings.load_balancer, settings.limits.security_group_rules),
        *certificates.check(settings.certificates, hosts, account_id=settings.account_id, region=region),
        *firewall.check_capacity(web_acl, limit=settings.limits.firewall_capacity),
        *routes.check(settings.connections),
        *_check_names(hosts),
        *connections.check(settings.connections, contracts, region=region, zone_ids=zone_ids),
    ]
    if problems:
        raise UserError(f"The edge of stack {stack} cannot be built", problems)
    endpoint_subnets = {subnet.zone_id: subnet for subnet in network.endpoint}
    return EdgePlan(
        name=name,
        load_balancer_name=names.fit(name, names.LOAD_BALANCER),
        tags=edge_tags(settings, stack),
        network=network,
        load_balancer=settings.load_balancer,
        certificates=certificates.plan_certificates(settings.certificates, zone_id=settings.dns.zone_id),
        firewall=web_acl,
        logs=logs.plan_logs(settings.logs, name=name, account_id=settings.account_id, region=region),
        dns=DnsPlan(zone_id=settings.dns.zone_id, hosts=tuple(sorted({host for _, host in hosts}))),
        connections=tuple(
            connections.plan_connection(
                key, connection, contracts[connection.backends[0].stack], stack=stack, subnets=endpoint_subnets
            )
            for key, connection in sorted(settings.connections.items())
        ),
    )


def edge_tags(settings: EdgeSettings, stack: str) -> dict[str, str]:
    """The tags of every resource of the stack."""
    return tags.common(
        project=PROJECT, stack=stack, owner=settings.owner, environment=settings.environment, extra=settings.tags
    )


def _network(settings: EdgeSettings, available: Iterable[str], region: str) -> NetworkPlan:
    network = settings.network
    zone_ids = zones.choose(available, count=network.zones, zone_ids=network.zone_ids, region=region)
    lower, upper = subnets.halves(network.cidr)
    return NetworkPlan(
        cidr=network.cidr,
        public=subnets.tier(lower, network.public_prefix, zone_ids, key="network.publicPrefix"),
        endpoint=subnets.tier(upper, network.endpoint_prefix, zone_ids, key="network.endpointPrefix"),
    )


def _check_stack(stack: str) -> list[Problem]:
    if re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", stack):
        return []
    reason = f"is {stack}, but names of load balancers and buckets are made from it"
    return [Problem("stack", reason, "Name the stack with lower-case letters, digits and single hyphens.")]


def _check_clients(load_balancer: LoadBalancer, rules: int) -> list[Problem]:
    ports = 2 if load_balancer.redirect_http else 1
    needed = ports * len(set(load_balancer.allowed_cidrs))
    if needed <= rules:
        return []
    return [
        Problem(
            "loadBalancer.allowedCidrs",
            f"need {needed} rules for {ports} ports, but a security group has {rules}",
            "Merge networks, set redirectHttp to false, or write the raised quota as limits.securityGroupRules.",
        )
    ]


def _check_names(hosts: Iterable[tuple[str, str]]) -> list[Problem]:
    """Hosts that Route 53 cannot hold: it knows one wildcard, `*` as the whole first label.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
    """
    return [
        Problem(
            f"connections.{connection}",
            f"{host} can have no DNS record: there, only a whole first label can be a wildcard",
            f"Write *.{host.split('.', 1)[1]}, or list the hosts.",
        )
        for connection, host in sorted(hosts)
        if re.search(r"[*?]", host.removeprefix("*."))
    ]
