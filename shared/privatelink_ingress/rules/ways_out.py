"""Rules for the private side: only endpoints of AWS services lead out of its VPC.

Private is whatever has a cluster or nodes, and any stack without an internet-facing load balancer. One thing is left as
EKS creates it: the cluster's security group lets its members send anything anywhere. That rule is not in any stack,
so a program can neither see nor remove it, and without gateway, route and public address there is nowhere to send to.
https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping

from privatelink_ingress import tokens as t
from privatelink_ingress.rules.model import Finding, Inputs, Resource, Stack, stack_rule
from privatelink_ingress.rules.network import is_default, public_load_balancers, ranges, whole_internet

LEADING_OUT: Mapping[str, str] = {
    t.INTERNET_GATEWAY: "is a gateway to the internet",
    t.INTERNET_GATEWAY_ATTACHMENT: "attaches a gateway to the internet",
    t.EGRESS_ONLY_GATEWAY: "is a gateway to the internet, for IPv6",
    t.CARRIER_GATEWAY: "is a gateway to a carrier's network",
    t.LOCAL_GATEWAY_ASSOCIATION: "leads to an Outpost",
    t.VPC_PEERING_CONNECTION: "leads to another VPC",
    t.VPC_PEERING_CONNECTION_ACCEPTER: "leads to another VPC",
    t.TRANSIT_GATEWAY_ATTACHMENT: "leads to a transit gateway",
    t.CORE_NETWORK_ATTACHMENT: "leads to a core network",
    t.VPN_GATEWAY: "leads to networks outside of AWS",
    t.VPN_GATEWAY_ATTACHMENT: "leads to networks outside of AWS",
    t.VPN_CONNECTION: "leads to networks outside of AWS",
    t.VPN_GATEWAY_ROUTE_PROPAGATION: "takes over routes out of the VPC",
    t.DIRECT_CONNECT_ASSOCIATION: "leads to networks outside of AWS",
    t.CLIENT_VPN_ASSOCIATION: "leads to the machines of VPN users",
    t.LATTICE_ASSOCIATION: "leads to services of other VPCs",
}
"""Resource types whose existence opens a way out of a VPC:
https://docs.aws.amazon.com/vpc/latest/userguide/extend-intro.html"""

PUBLIC_ADDRESSES: Mapping[str, str] = {
    t.ELASTIC_ADDRESS: "is a public address",
    t.ELASTIC_ADDRESS_ASSOCIATION: "gives a public address to something",
    t.VPC_IPV6_RANGE: "gives the VPC IPv6 addresses, which are public",
}

_IPV6: Mapping[str, tuple[str, ...]] = {
    t.VPC: ("assignGeneratedIpv6CidrBlock", "ipv6CidrBlock", "ipv6IpamPoolId", "ipv6NetmaskLength"),
    t.SUBNET: ("assignIpv6AddressOnCreation", "ipv6CidrBlock", "ipv6Native"),
}
"""Properties that bring IPv6 addresses, none of which is private in AWS:
https://docs.aws.amazon.com/vpc/latest/userguide/vpc-ip-addressing.html"""

_PRIVATE = tuple(
    ipaddress.ip_network(cidr)
    for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
"""RFC 1918, RFC 6598 and RFC 4193."""


@stack_rule(
    reason="Nodes that can reach the internet can leak data, and pull images that nobody has checked.",
    stands_for=["SEC05"],
)
def private_side_has_no_way_out(stack: Stack) -> Iterator[Finding]:
    """There is no NAT gateway, and nothing that leads out of a VPC where no internet-facing load balancer stands."""
    for gateway in stack.of(t.NAT_GATEWAY):
        yield gateway, "is a NAT gateway: private subnets get a way out"
    if _is_private(stack):
        for resource in stack.of(*LEADING_OUT):
            yield resource, f"{LEADING_OUT[resource.type]}, in a stack whose VPC must have no way out"


@stack_rule(
    reason="A route becomes a way out as soon as its target is added.",
    stands_for=["SEC05"],
)
def private_side_has_no_routes(stack: Stack) -> Iterator[Finding]:
    """Route tables of the private side hold no route of their own; endpoints add theirs."""
    if not _is_private(stack):
        return
    for table in stack.of(t.ROUTE_TABLE, t.DEFAULT_ROUTE_TABLE):
        if any(not is_default(route) for route in table.inputs.get("routes") or ()):
            yield table, "has routes, but the private side's tables hold none"
    for route in stack.of(t.ROUTE):
        if not is_default(route.inputs):
            yield route, "is a route, but the private side's tables hold none"


@stack_rule(
    reason="What has a public address can be reached from the internet, or reach it, once there is a gateway.",
    stands_for=["SEC05", "EC2.9"],
)
def private_side_has_no_public_addresses(stack: Stack) -> Iterator[Finding]:
    """Nothing of the private side has a public IPv4 address, or any IPv6 address."""
    if not _is_private(stack):
        return
    for resource in stack.of(*PUBLIC_ADDRESSES):
        yield resource, PUBLIC_ADDRESSES[resource.type]
    for type_, keys in _IPV6.items():
        for resource in stack.of(type_):
            if addresses := [key for key in keys if resource.sets(key) and resource.inputs[key]]:
                yield resource, f"has IPv6 addresses, which are public: {', '.join(addresses)}"
    for instance in stack.of(t.INSTANCE):
        if instance.inputs.get("associatePublicIpAddress"):
            yield instance, "has a public address"


@stack_rule(
    reason="An endpoint of another owner's service, or of a service that is not needed, lets data leave.",
    stands_for=["SEC05"],
)
def endpoints_of_nodes_lead_to_aws_services(stack: Stack) -> Iterator[Finding]:
    """A VPC with nodes has interface endpoints of AWS services in its region, and one gateway endpoint: that of S3."""
    if not any(stack.of(t.NODE_GROUP)):
        return
    for endpoint in stack.of(t.VPC_ENDPOINT):
        keys, name = set(endpoint.inputs), str(endpoint.inputs.get("serviceName", ""))
        kind = endpoint.inputs.get("vpcEndpointType", "Gateway")
        if kind not in ("Interface", "Gateway") or not name:
            yield endpoint, f"is an endpoint of type {kind}, which leads to another VPC"
        elif name.startswith("com.amazonaws.vpce."):
            yield endpoint, "leads to an endpoint service of another VPC"
        elif kind == "Gateway" and not name.endswith(".s3"):
            yield endpoint, f"is a gateway endpoint of {name}; nodes need that of S3 alone"
        # After the deployment the engine shows outputs, where AWS has filled in both.
        elif "serviceRegion" in keys and endpoint.inputs["serviceRegion"] != endpoint.inputs.get("region"):
            yield endpoint, "leads to another region"


@stack_rule(
    reason="A rule that lets members send to public addresses is half of a way out.",
    stands_for=["D25", "SEC05"],
)
def private_groups_send_to_private_addresses(stack: Stack) -> Iterator[Finding]:
    """Security groups of the private side send to private addresses, to other groups and to S3's prefix list alone."""
    if not _is_private(stack):
        return
    own = tuple(ipaddress.ip_network(vpc.inputs["cidrBlock"]) for vpc in stack.of(t.VPC) if vpc.sets("cidrBlock"))
    for resource, rule in _egress(stack):
        for cidr in sorted(ranges(rule)):
            if not whole_internet(cidr) and not _within(cidr, (*_PRIVATE, *own)):
                yield resource, f"lets its members send to {cidr}, which is public"
        lists = {"prefixListId", "prefixListIds"} & set(rule)
        if lists and not any(resource.refers(key, endpoint) for key in lists for endpoint in stack.of(t.VPC_ENDPOINT)):
            yield resource, "lets its members send to a prefix list of no endpoint in this stack"


def _is_private(stack: Stack) -> bool:
    has_cluster = any(stack.of(t.NODE_GROUP, t.CLUSTER, t.CLUSTER_COMPONENT))
    return has_cluster or not public_load_balancers(stack)


def _egress(stack: Stack) -> Iterator[tuple[Resource, Inputs]]:
    for resource in stack.of(t.EGRESS_RULE):
        yield resource, resource.inputs
    for resource in stack.of(t.SECURITY_GROUP_RULE):
        if resource.inputs.get("type") == "egress":
            yield resource, resource.inputs
    for resource in stack.of(t.SECURITY_GROUP):
        for rule in resource.inputs.get("egress") or ():
            yield resource, rule


def _within(cidr: str, allowed: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]) -> bool:
    network = ipaddress.ip_network(cidr, strict=False)
    return any(block.version == network.version and network.subnet_of(block) for block in allowed)  # ty: ignore[invalid-argument-type]
