"""A topology in which every connection of a repository's stack files is deployed, with every hop open."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

from privatelink_ingress import stack_names
from privatelink_ingress.fleet import repository, shards
from privatelink_ingress.fleet.shards import ShardStacks
from privatelink_ingress.plan.edge.addresses import endpoint_address
from privatelink_ingress.plan.routing.routes import RoutePlan, Rule
from privatelink_ingress.trace import listeners
from privatelink_ingress.trace import topology as model
from tests.support.topologies import ALB, NLB, SERVICE, group, permission, whole

ZONES = ("euw1-az1", "euw1-az2", "euw1-az3")


def topology(root: Path) -> model.Topology:
    """Every connection's endpoint in three zones, in front of a workload of its own."""
    stacks = repository.read_right(root)
    grouped, _ = shards.group(stacks.edges, stacks.attached)
    accounts = {one.stack: one.settings.account_id for one in stacks.workloads}
    return model.joined(_shard(number, shard, accounts) for number, shard in enumerate(grouped))


def _shard(number: int, shard: ShardStacks, accounts: dict[str, str]) -> model.Topology:
    open_ = whole()
    name, vpc = f"central-ingress-{shard.edge.stack}", f"vpc-edge-{number}"
    alb, nlb = open_.load_balancers[ALB], open_.load_balancers[NLB]
    dns_name = f"{name}.elb.example.com"
    services = [_service(number, routes, accounts, vpc) for routes in shard.routes]
    rules = [
        listeners.Rule(
            priority=rule.priority,
            conditions=tuple(_conditions(rule)),
            action=listeners.Action(type="forward", target_groups=((one.outer.arn, 1),)),
        )
        for routes, one in zip(shard.routes, services, strict=True)
        for rule in routes.rules
    ]
    https = alb.listeners[0]
    last = https.rules[-1]
    in_order = sorted(rules, key=lambda rule: rule.priority or 0)
    edge = dataclasses.replace(
        alb,
        arn=f"arn:aws:elasticloadbalancing:eu-west-1:222222222222:loadbalancer/app/alb-{number}/0",
        name=name,
        dns_name=dns_name,
        web_acl=dataclasses.replace(alb.web_acl, name=name) if alb.web_acl else None,
        vpc_id=vpc,
        subnets={zone: f"10.{12 + number}.{2 * place}.0/23" for place, zone in enumerate(ZONES)},
        listeners=(dataclasses.replace(https, rules=(*in_order, last)),),
    )
    inner = [
        dataclasses.replace(
            nlb,
            arn=one.service.load_balancer_arns[0],
            name=f"{routes.name}-nlb",
            listeners=(_tcp(one.inner.arn),),
            enforces_private_link_rules=False,
        )
        for routes, one in zip(shard.routes, services, strict=True)
    ]
    node_group = group("sg-node", (permission(30080, groups=("sg-nlb",)),))
    return model.Topology(
        aliases=tuple(
            model.Alias(name=host, type="A", target=dns_name, zone="example.com")
            for routes in shard.routes
            for host in routes.hosts
        ),
        load_balancers={edge.arn: edge, **{one.arn: one for one in inner}},
        target_groups={one.arn: one for each in services for one in (each.outer, each.inner)},
        endpoints=tuple(one.endpoint for one in services),
        services={one.service.name: one.service for one in services},
        nodes={one.node_id: one.node for one in services},
        security_groups={**open_.security_groups, "sg-node": node_group},
    )


@dataclasses.dataclass(frozen=True)
class _Service:
    outer: model.TargetGroup
    inner: model.TargetGroup
    endpoint: model.Endpoint
    service: model.EndpointService
    node_id: str
    node: model.Node


def _service(number: int, routes: RoutePlan, accounts: dict[str, str], vpc: str) -> _Service:
    name, slot = routes.name, routes.connection.slot
    owner = accounts[stack_names.short(routes.connection.backends[0].stack or "")]
    open_ = whole()
    service_id = f"vpce-svc-{name}"
    addresses = {
        zone: endpoint_address(f"10.{12 + number}.{128 + 2 * place}.0/23", slot) for place, zone in enumerate(ZONES)
    }
    outer = dataclasses.replace(
        open_.target_groups["arn:tg-edge"],
        arn=f"arn:tg-edge-{name}",
        name=f"{name}-0-http-80",
        targets=tuple(model.Target(id=each, port=80, state="healthy") for each in addresses.values()),
    )
    node_id = f"i-{name}"
    inner = dataclasses.replace(
        open_.target_groups["arn:tg-nodes"],
        arn=f"arn:tg-nodes-{name}",
        name=f"{name}-nodes",
        targets=(model.Target(id=node_id, port=30080, state="healthy"),),
    )
    endpoint = model.Endpoint(
        id=f"vpce-{name}",
        vpc_id=vpc,
        service_name=SERVICE.replace("vpce-svc-0a", service_id),
        state="available",
        interfaces=tuple(
            model.Interface(id=f"eni-{name}-{zone}", address=each, zone_id=zone, security_group_ids=("sg-endpoint",))
            for zone, each in addresses.items()
        ),
    )
    service = dataclasses.replace(
        open_.services[SERVICE],
        id=service_id,
        name=endpoint.service_name,
        owner=owner,
        zone_ids=ZONES,
        load_balancer_arns=(f"arn:nlb-{name}",),
        connections={endpoint.id: "available"},
    )
    node = model.Node(zone_id=ZONES[0], state="running", security_group_ids=("sg-node",), cluster=name)
    return _Service(outer, inner, endpoint, service, node_id, node)


def _tcp(group_arn: str) -> listeners.Listener:
    action = listeners.Action(type="forward", target_groups=((group_arn, 1),))
    rule = listeners.Rule(priority=None, conditions=(), action=action)
    return listeners.Listener(port=80, protocol="TCP", tls_policy=None, certificates=(), rules=(rule,))


def _conditions(rule: Rule) -> Iterator[listeners.Condition]:
    fields = {
        "host-header": rule.match.hosts,
        "path-pattern": rule.match.paths,
        "http-request-method": rule.match.methods,
    }
    return (listeners.Condition(field=field, values=values) for field, values in fields.items() if values)
