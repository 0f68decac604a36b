"""Rules for networks: ways in, ways out, and flow logs."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from privatelink_ingress import tokens as t
from privatelink_ingress.rules.model import Finding, Inputs, Resource, Stack, resource_rule, stack_rule
from privatelink_ingress.settings.sign_in import ISSUERS

WORLD = frozenset({"0.0.0.0/0", "::/0"})

CORE_ENDPOINTS = frozenset({"ecr.api", "ecr.dkr", "ec2", "eks-auth", "s3"})
"""Endpoints that nodes without internet access need to join, to pull images and to give pods their roles."""


@stack_rule(
    reason="A default route on any other subnet puts endpoints or nodes on the internet.",
    stands_for=["SEC05"],
)
def only_the_load_balancer_has_a_default_route(stack: Stack) -> Iterator[Finding]:
    """A default route serves only subnets of the internet-facing load balancer."""
    public = {urn for balancer in public_load_balancers(stack) for urn in balancer.references.get("subnets", ())}
    astray = {route.urn: route for route in stack.of(t.ROUTE) if is_default(route.inputs)}
    for table in stack.of(t.ROUTE_TABLE, t.DEFAULT_ROUTE_TABLE):
        default = [table] if any(is_default(route) for route in table.inputs.get("routes") or ()) else []
        default += [r for r in stack.referring(t.ROUTE, "routeTableId", table) if astray.pop(r.urn, None)]
        served = {
            urn
            for association in stack.referring(t.ROUTE_TABLE_ASSOCIATION, "routeTableId", table)
            for urn in association.references.get("subnetId", ())
        }
        if not served or served - public:
            for resource in default:
                yield resource, "is a default route for subnets that are not the internet-facing load balancer's"
    for route in astray.values():
        yield route, "is a default route of a table that this stack does not make, such as a VPC's main one"


@resource_rule(
    t.SUBNET, reason="Whatever starts in the subnet would be reachable from the internet.", stands_for=["EC2.15"]
)
def subnets_give_no_public_addresses(inputs: Inputs) -> Iterator[str]:
    """Subnets give no public addresses to what starts in them."""
    if inputs.get("mapPublicIpOnLaunch"):
        yield "gives a public address to whatever starts in it"


@resource_rule(
    t.SUBNET,
    reason="Zone names differ between accounts, so an endpoint is refused in a zone that its service does not have.",
    stands_for=["D41"],
)
def subnets_are_placed_by_zone_id(inputs: Inputs) -> Iterator[str]:
    """Subnets are placed by zone id, never by zone name."""
    if "availabilityZoneId" not in set(inputs):
        yield "is not placed by availabilityZoneId"


@stack_rule(reason="Without flow logs nobody can tell who talked to whom.", stands_for=["D30", "EC2.6"])
def networks_have_flow_logs(stack: Stack) -> Iterator[Finding]:
    """Every VPC writes flow logs of all traffic."""
    for vpc in stack.of(t.VPC):
        logs = list(stack.referring(t.FLOW_LOG, "vpcId", vpc))
        if not any(log.inputs.get("trafficType", "ALL") == "ALL" for log in logs):
            yield vpc, "has no flow log of all traffic"


@stack_rule(
    reason="Anything created without a security group lands in the default one, which lets its members talk freely.",
    stands_for=["EC2.2"],
)
def default_groups_are_empty(stack: Stack) -> Iterator[Finding]:
    """The default security group of every VPC is taken over and has no rules."""
    for vpc in stack.of(t.VPC):
        groups = list(stack.referring(t.DEFAULT_SECURITY_GROUP, "vpcId", vpc))
        if not groups:
            yield vpc, "keeps the rules of its default security group"
        for group in groups:
            if group.inputs.get("ingress") or group.inputs.get("egress"):
                yield group, "has rules, but a default security group should have none"


@stack_rule(
    reason="The world may send HTTPS to the load balancer and nothing else.", stands_for=["D24", "EC2.18", "EC2.19"]
)
def world_reaches_only_https(stack: Stack) -> Iterator[Finding]:
    """Only 443 is open to the world, and 80 where a listener redirects it to HTTPS."""
    redirects = any(
        redirects_to_https(listener.inputs) for listener in stack.of(t.LISTENER) if listener.inputs.get("port") == 80
    )
    ports = {443, 80} if redirects else {443}
    for resource, rule in _ingress(stack):
        if WORLD & ranges(rule) and not (rule.get("fromPort") == rule.get("toPort") and rule.get("fromPort") in ports):
            yield resource, f"opens {_ports(rule)} to the world, which may reach {_words(ports)} only"


@stack_rule(
    reason="An endpoint that takes every protocol lets a taken-over neighbour probe all of it.", stands_for=["D30"]
)
def ingress_names_its_ports(stack: Stack) -> Iterator[Finding]:
    """No security group takes all protocols or all ports."""
    for resource, rule in _ingress(stack):
        protocol = str(rule.get("ipProtocol", rule.get("protocol")))
        if protocol in ("-1", "all") or (rule.get("fromPort"), rule.get("toPort")) == (0, 65535):
            yield resource, f"takes {_ports(rule)}; name the protocol and the ports"


@resource_rule(
    t.EGRESS_RULE,
    t.SECURITY_GROUP,
    t.SECURITY_GROUP_RULE,
    reason="A load balancer or node that may reach anything is a way out for an intruder.",
    stands_for=["D25"],
)
def nothing_may_reach_the_world(inputs: Inputs) -> Iterator[str]:
    """No security group lets its members reach the whole internet, but for identity providers on port 443."""
    inline = "egress" in set(inputs)
    if not inline and inputs.get("type") == "ingress":
        return
    for rule in inputs.get("egress") or () if inline else [inputs]:
        if not to_issuers(rule) and any(whole_internet(cidr) for cidr in ranges(rule)):
            yield f"lets its members reach the whole internet at {_ports(rule)}"


@stack_rule(
    reason="Nodes without a way out join no cluster and pull no image unless these AWS services are in their VPC.",
    stands_for=["EC2.10", "EC2.55", "EC2.56"],
)
def private_nodes_have_their_endpoints(stack: Stack) -> Iterator[Finding]:
    """A VPC for nodes has the endpoints without which a private node cannot start."""
    if not any(stack.of(t.NODE_GROUP)):
        return
    for vpc in stack.of(t.VPC):
        names = [endpoint.inputs["serviceName"] for endpoint in stack.referring(t.VPC_ENDPOINT, "vpcId", vpc)]
        missing = [core for core in sorted(CORE_ENDPOINTS) if not any(name.endswith(f".{core}") for name in names)]
        if missing:
            yield vpc, f"has nodes but no endpoint for {', '.join(missing)}"


def to_issuers(rule: Inputs) -> bool:
    """Whether a rule leads to identity providers: `rules/sign_in.py` says whose it may be."""
    return rule.get("description") == ISSUERS and (rule.get("fromPort"), rule.get("toPort")) == (443, 443)


def redirects_to_https(listener: Inputs) -> bool:
    """Whether a listener does nothing but send clients to HTTPS."""
    actions = list(listener.get("defaultActions") or ())
    return bool(actions) and all(
        action.get("type") == "redirect" and (action.get("redirect") or {}).get("protocol") == "HTTPS"
        for action in actions
    )


def public_load_balancers(stack: Stack) -> list[Resource]:
    """The load balancers that face the internet."""
    return [balancer for balancer in stack.of(t.LOAD_BALANCER) if not balancer.inputs.get("internal")]


def is_default(route: Inputs) -> bool:
    """Whether a route's destination is the internet, or a large part of it."""
    destinations = ("cidrBlock", "destinationCidrBlock", "ipv6CidrBlock", "destinationIpv6CidrBlock")
    return any(whole_internet(str(route.get(key))) for key in destinations if key in set(route) and route.get(key))


def _ingress(stack: Stack) -> Iterator[tuple[Resource, Inputs]]:
    for resource in stack.of(t.INGRESS_RULE):
        yield resource, resource.inputs
    for resource in stack.of(t.SECURITY_GROUP):
        for rule in resource.inputs.get("ingress") or ():
            yield resource, rule


def whole_internet(cidr: str) -> bool:
    """Whether a range is the internet or a large part of it: two halves are as good as the whole."""
    network = ipaddress.ip_network(cidr, strict=False)
    return network.prefixlen < (8 if network.version == 4 else 7)


def ranges(rule: Inputs) -> frozenset[str]:
    """The address ranges of a security group's rule."""
    keys = set(rule)
    single = [rule[key] for key in ("cidrIpv4", "cidrIpv6") if key in keys]
    several = [cidr for key in ("cidrBlocks", "ipv6CidrBlocks") if key in keys for cidr in rule[key] or ()]
    return frozenset([*single, *several])


def _ports(rule: Inputs) -> str:
    if str(rule.get("ipProtocol", rule.get("protocol"))) in ("-1", "all"):
        return "all protocols"
    first, last = rule.get("fromPort"), rule.get("toPort")
    return f"port {first}" if first == last else f"ports {first}-{last}"


def _words(ports: set[int]) -> str:
    return " and ".join(str(port) for port in sorted(ports))
