"""Topologies with every hop open, to close one."""

from __future__ import annotations

import dataclasses
from typing import Any

from privatelink_ingress.trace import listeners, security_groups
from privatelink_ingress.trace import topology as model
from privatelink_ingress.trace.trace import Trace

ALB, NLB, EDGE_GROUP, NODE_GROUP = "arn:alb", "arn:nlb", "arn:tg-edge", "arn:tg-nodes"


SERVICE = "com.amazonaws.vpce.eu-west-1.vpce-svc-0a"


ZONES = ("euw1-az1", "euw1-az2")


def permission(port: int, *, cidrs: tuple[str, ...] = (), groups: tuple[str, ...] = ()) -> security_groups.Permission:
    return security_groups.Permission(protocol="tcp", from_port=port, to_port=port, cidrs=cidrs, group_ids=groups)


def group(name: str, ingress: tuple = (), egress: tuple = ()) -> security_groups.SecurityGroup:
    return security_groups.SecurityGroup(id=name, ingress=ingress, egress=egress)


def balancer(arn: str, **fields: Any) -> model.LoadBalancer:
    values: dict[str, Any] = {
        "arn": arn,
        "name": arn.removeprefix("arn:"),
        "state": "active",
        "dns_name": f"{arn.removeprefix('arn:')}.example.com",
        "enforces_private_link_rules": True,
        **fields,
    }
    return model.LoadBalancer(**values)


def rule(priority: int | None, action: listeners.Action, **conditions: tuple[str, ...]) -> listeners.Rule:
    return listeners.Rule(
        priority=priority,
        action=action,
        conditions=tuple(
            listeners.Condition(field=field.replace("_", "-"), values=values) for field, values in conditions.items()
        ),
    )


def forward(arn: str) -> listeners.Action:
    return listeners.Action(type="forward", target_groups=((arn, 1),))


RATE = model.WebAclRule(name="rate", action="block", statement={"RateBasedStatement": {"Limit": 2000}})


def whole() -> model.Topology:
    """Both sides with every hop open for shop.example.com."""
    addresses = ("10.12.128.16", "10.12.130.16")
    https = listeners.Listener(
        port=443,
        protocol="HTTPS",
        tls_policy="ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
        certificates=(
            listeners.Certificate(arn="arn:cert", domains=("*.example.com",), status="ISSUED", default=True),
        ),
        rules=(
            rule(1, forward(EDGE_GROUP), host_header=("shop.example.com",), path_pattern=("/*",)),
            rule(None, listeners.Action(type="fixed-response", status=404)),
        ),
    )
    tcp = listeners.Listener(
        port=80, protocol="TCP", tls_policy=None, certificates=(), rules=(rule(None, forward(NODE_GROUP)),)
    )
    return model.Topology(
        aliases=(model.Alias(name="shop.example.com", type="A", target="alb.example.com", zone="example.com"),),
        load_balancers={
            ALB: balancer(
                ALB,
                type="application",
                scheme="internet-facing",
                vpc_id="vpc-edge",
                subnets={ZONES[0]: "10.12.0.0/23", ZONES[1]: "10.12.2.0/23"},
                security_group_ids=("sg-alb",),
                listeners=(https,),
                web_acl=model.WebAcl(
                    name="acl",
                    default_allows=True,
                    rules=(RATE,),
                ),
            ),
            NLB: balancer(
                NLB,
                type="network",
                scheme="internal",
                vpc_id="vpc-shop",
                subnets={ZONES[0]: "10.11.0.0/21", ZONES[1]: "10.11.8.0/21"},
                security_group_ids=("sg-nlb",),
                listeners=(tcp,),
            ),
        },
        target_groups={
            EDGE_GROUP: model.TargetGroup(
                arn=EDGE_GROUP,
                name="shop",
                protocol="HTTP",
                port=80,
                target_type="ip",
                health_path="/nginx-health",
                targets=tuple(model.Target(id=address, port=80, state="healthy") for address in addresses),
            ),
            NODE_GROUP: model.TargetGroup(
                arn=NODE_GROUP,
                name="nodes",
                protocol="TCP",
                port=30080,
                target_type="instance",
                health_path=None,
                targets=(model.Target(id="i-1", port=30080, state="healthy"),),
            ),
        },
        endpoints=(
            model.Endpoint(
                id="vpce-1",
                vpc_id="vpc-edge",
                service_name=SERVICE,
                state="available",
                interfaces=tuple(
                    model.Interface(
                        id=f"eni-{zone}", address=address, zone_id=zone, security_group_ids=("sg-endpoint",)
                    )
                    for zone, address in zip(ZONES, addresses, strict=True)
                ),
            ),
        ),
        services={
            SERVICE: model.EndpointService(
                id="vpce-svc-0a",
                name=SERVICE,
                owner="111111111111",
                state="Available",
                acceptance_required=False,
                principals=("arn:aws:iam::222222222222:root",),
                zone_ids=ZONES,
                load_balancer_arns=(NLB,),
                connections={"vpce-1": "available"},
            )
        },
        nodes={"i-1": model.Node(zone_id=ZONES[0], state="running", security_group_ids=("sg-node",))},
        security_groups={
            "sg-alb": group(
                "sg-alb", (permission(443, cidrs=("0.0.0.0/0",)),), (permission(80, groups=("sg-endpoint",)),)
            ),
            "sg-endpoint": group("sg-endpoint", (permission(80, groups=("sg-alb",)),)),
            "sg-nlb": group(
                "sg-nlb",
                (permission(80, cidrs=("10.12.0.0/23", "10.12.2.0/23")),),
                (permission(30080, groups=("sg-node",)),),
            ),
            "sg-node": group("sg-node", (permission(30080, groups=("sg-nlb",)),)),
        },
    )


def changed(topology: model.Topology, collection: str, key: str, **fields: Any) -> model.Topology:
    items = dict(getattr(topology, collection))
    items[key] = dataclasses.replace(items[key], **fields)
    return dataclasses.replace(topology, **{collection: items})


def last(result: Trace) -> tuple[str, str]:
    return result.hops[-1].name, result.hops[-1].verdict
