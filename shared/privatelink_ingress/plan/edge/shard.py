"""The whole plan of a `central-ingress` stack: every child's key, name, address, port and priority."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping

from privatelink_ingress.contracts.service import Contract
from privatelink_ingress.contracts.shard import PROJECT
from privatelink_ingress.plan import names, subnets, tags, zones
from privatelink_ingress.plan.capacity import placement, usage
from privatelink_ingress.plan.edge import certificates, firewall, logs, site
from privatelink_ingress.plan.edge.connections import ConnectionPlan
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.edge import Connection, EdgeSettings, EdgeStack, LoadBalancer

HTTPS, HTTP = 443, 80


@dataclasses.dataclass(frozen=True, kw_only=True)
class NetworkPlan:
    """The internet VPC: the lower half for the load balancer, the upper half for the endpoints."""

    cidr: str
    public: tuple[subnets.SubnetPlan, ...]
    endpoint: tuple[subnets.SubnetPlan, ...]
    permissions_boundary: str | None
    """ARN of the policy that limits the flow logs' role."""


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
    connections: tuple[ConnectionPlan, ...]
    shard: site.Shard
    """What attached stacks plan on as well."""

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
    attached: Iterable[Connection] = (),
    others: Iterable[placement.Capacity] = (),
) -> EdgePlan:
    """Decide everything.

    Args:
        settings: The stack file.
        stack: Name of the stack.
        region: Region of the edge.
        available_zones: Ids of the region's zones that this account can use.
        contracts: For each backend's `stack`, as the settings write it, what it publishes.
        attached: Connections of attached stacks, as far as they are known: they use up the shard's quotas too.
        others: Other shards, as far as they are known: one may have the room that is missing here.

    Raises:
        UserError: with everything that does not fit, before anything is registered.
    """
    name = f"{PROJECT}-{stack}"
    network = _network(settings, available_zones, region)
    web_acl = firewall.plan_firewall(settings.firewall, name=name)
    shard = site.Shard(
        account_id=settings.account_id,
        region=region,
        endpoint_subnets=network.endpoint,
        zone_id=settings.dns.zone_id,
        certificates=certificates.coverage(settings.certificates),
    )
    problems = [
        *check_stack(stack),
        *_check_clients(settings.load_balancer, settings.limits.security_group_rules),
        *certificates.check(settings.certificates, account_id=settings.account_id, region=region),
        *firewall.check_capacity(web_acl, limit=settings.limits.firewall_capacity),
        *site.check(settings.connections, contracts, shard),
    ]
    if not problems:  # routes that are not right are not counted, so the numbers would be wrong
        capacity = placement.capacity(
            settings,
            stack=stack,
            region=region,
            zones=len(network.endpoint),
            firewall_capacity=web_acl.capacity,
            connections=attached,
        )
        problems += placement.check(capacity, others)
    if problems:
        raise UserError(f"The edge of stack {stack} cannot be built", problems)
    return EdgePlan(
        name=name,
        load_balancer_name=names.fit(name, names.LOAD_BALANCER),
        tags=edge_tags(settings, stack),
        network=network,
        load_balancer=settings.load_balancer,
        certificates=certificates.plan_certificates(settings.certificates, zone_id=settings.dns.zone_id),
        firewall=web_acl,
        logs=logs.plan_logs(settings.logs, name=name, account_id=settings.account_id, region=region),
        connections=site.plan(settings.connections, contracts, shard, stack=stack),
        shard=shard,
    )


def edge_tags(settings: EdgeStack, stack: str) -> dict[str, str]:
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
        permissions_boundary=settings.roles.permissions_boundary,
    )


def check_stack(stack: str) -> list[Problem]:
    """A stack's name that cannot be part of names on AWS."""
    if re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", stack):
        return []
    reason = f"is {stack}, but names of load balancers and buckets are made from it"
    return [Problem("stack", reason, "Name the stack with lower-case letters, digits and single hyphens.")]


def _check_clients(load_balancer: LoadBalancer, rules: int) -> list[Problem]:
    ports = 2 if load_balancer.redirect_http else 1
    needed = usage.client_rules(load_balancer)
    if needed <= rules:
        return []
    return [
        Problem(
            "loadBalancer.allowedCidrs",
            f"need {needed} rules for {ports} ports, but a security group has {rules}",
            "Merge networks, set redirectHttp to false, or write the raised quota as limits.securityGroupRules.",
        )
    ]
