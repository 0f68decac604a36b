"""Rules for target groups, their targets, and the ports on the path to them."""

from __future__ import annotations

from collections.abc import Iterator

from privatelink_ingress import tokens as t
from privatelink_ingress.rules.model import Finding, Inputs, Resource, Stack, resource_rule, stack_rule

PLAIN, ENCRYPTED = 80, 443


@resource_rule(
    t.TARGET_GROUP,
    reason="TLS sent to a plain port, or the other way round, fails every health check.",
    stands_for=["D08"],
)
def protocol_and_port_agree(inputs: Inputs) -> Iterator[str]:
    """Protocol, port and health check of a target group agree."""
    protocol, port = inputs.get("protocol"), inputs.get("port")
    if (protocol, port) in (("HTTPS", PLAIN), ("HTTP", ENCRYPTED)):
        yield f"sends {protocol} to port {port}"
    version = inputs.get("protocolVersion")
    if version in ("HTTP2", "GRPC") and protocol != "HTTPS":
        yield f"sends {version} by {protocol}, and the controller speaks it over TLS alone"
    check = inputs.get("healthCheck") or {}
    if protocol in ("HTTP", "HTTPS") and check.get("protocol", "HTTP") != protocol:
        yield f"sends {protocol} but checks health by {check.get('protocol', 'HTTP')}"
    # Nodes have one port for each protocol of the controller: `node_ports_agree` looks at theirs.
    elsewhere = check.get("port", "traffic-port") not in ("traffic-port", str(port))
    if elsewhere and inputs.get("targetType") != "instance":
        yield f"sends to port {port} but checks health at port {check.get('port')}"


@stack_rule(reason="A target at another port than its group's contract never becomes healthy.", stands_for=["D08"])
def targets_listen_at_their_groups_port(stack: Stack) -> Iterator[Finding]:
    """Targets are registered at the port of their group."""
    for group in stack.of(t.TARGET_GROUP):
        for target in stack.referring(t.TARGET, "targetGroupArn", group):
            if target.inputs.get("port", group.inputs["port"]) != group.inputs["port"]:
                yield target, f"listens at {target.inputs['port']}, but {group.name} sends to {group.inputs['port']}"


@stack_rule(
    reason="Addresses of another connection's endpoint send this connection's requests to the wrong cluster.",
    stands_for=["D15"],
)
def targets_are_their_connections_endpoints(stack: Stack) -> Iterator[Finding]:
    """The targets of a connection are the chosen addresses of its own endpoints."""
    for target in stack.of(t.TARGET):
        own = {
            configuration["ipv4"]
            for endpoint in stack.of(t.VPC_ENDPOINT)
            if endpoint.parent == target.parent
            for configuration in endpoint.inputs.get("subnetConfigurations") or ()
        }
        if target.inputs["targetId"] not in own:
            yield target, f"sends to {target.inputs['targetId']}, which is not an endpoint address of its connection"


@stack_rule(
    reason="An endpoint whose security group does not open the port drops requests and health checks.",
    stands_for=["D08"],
)
def ports_are_open_to_the_endpoints(stack: Stack) -> Iterator[Finding]:
    """The load balancer may send to the endpoints, and the endpoints take, every port that a target group sends to."""
    ways = [
        (balancer, t.EGRESS_RULE, "may not send to the endpoints at port {}", balancer.references.get("securityGroups"))
        for balancer in stack.of(t.LOAD_BALANCER)
        if not balancer.inputs.get("internal")
    ]
    ways += [
        (endpoint, t.INGRESS_RULE, "does not take the load balancer's requests at port {}", groups)
        for endpoint in stack.of(t.VPC_ENDPOINT)
        if endpoint.sets("subnetConfigurations") and (groups := endpoint.references.get("securityGroupIds"))
    ]
    ports = {group.inputs["port"] for group in stack.of(t.TARGET_GROUP) if group.inputs.get("targetType") == "ip"}
    for resource, kind, message, groups in ways:
        rules = [
            r for r in stack.of(kind) if (groups or frozenset()) & r.references.get("securityGroupId", frozenset())
        ]
        for port in sorted(ports):
            if not any(_covers(rule, port) for rule in rules):
                yield resource, message.format(port)


@stack_rule(
    reason="A network load balancer that sends to a port without a listener has no healthy target.",
    stands_for=["D07", "D08"],
)
def node_ports_agree(stack: Stack) -> Iterator[Finding]:
    """A target group of nodes sends to a node port of the controller's service, and checks health at one."""
    services = [service for service in stack.of(t.SERVICE) if service.inputs["spec"].get("type") == "NodePort"]
    ports = {port["nodePort"] for service in services for port in service.inputs["spec"]["ports"]}
    for group in stack.of(t.TARGET_GROUP):
        if not services or group.inputs.get("targetType") != "instance":
            continue
        if group.inputs["port"] not in ports:
            yield group, f"sends to {group.inputs['port']}, which is not a node port of the ingress controller"
        checked = (group.inputs.get("healthCheck") or {}).get("port", "traffic-port")
        if checked not in ("traffic-port", *map(str, ports)):
            yield group, f"checks health at {checked}, which is not a node port of the ingress controller"


def _covers(rule: Resource, port: int) -> bool:
    return rule.inputs.get("fromPort", 0) <= port <= rule.inputs.get("toPort", 65535)
