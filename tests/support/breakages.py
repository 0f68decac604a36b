"""One thing at a time broken in the emulated AWS, with calls that an operator could make, and what `doctor` says."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, Literal

from privatelink_ingress.local.cloud.elbv2.target_health import CLOCK
from privatelink_ingress.local.cloud.session import Session
from privatelink_ingress.trace.diagnosis import Diagnosis

HOST = "shop.example.com"
ZONE = "Z0123456789EXAMPLE"

Outcome = Literal["right", "wrong", "missed"]

BY_HAND = "what no stack registered"
HEALTH = "the health of targets"
INSTANCES = "the instances of node groups"
REGISTRIES = "the images in a repository"
OFFERED = "the versions that EKS offers"
QUOTAS = "the quotas of an account"
FIRED = "whether an alarm has fired"
"""What no state has."""


class Sides:
    """The sample's shop, as both accounts see it."""

    def __init__(self, edge: Session, workload: Session) -> None:
        self.edge, self.workload = edge, workload
        self.elbv2, self.ec2, self.wafv2, self.route53 = map(edge.client, ("elbv2", "ec2", "wafv2", "route53"))
        self.inner_elbv2, self.inner_ec2 = workload.client("elbv2"), workload.client("ec2")
        [self.balancer] = self.elbv2.describe_load_balancers()["LoadBalancers"]
        [self.listener] = self.elbv2.describe_listeners(LoadBalancerArn=self.balancer["LoadBalancerArn"])["Listeners"]
        [self.rule] = [rule for rule in self.rules if HOST in str(rule["Conditions"])]
        self.group = self.rule["Actions"][0]["ForwardConfig"]["TargetGroups"][0]["TargetGroupArn"]
        self.inner = self._named(self.inner_elbv2.describe_load_balancers()["LoadBalancers"], "LoadBalancerName")
        self.inner_group = self._named(self.inner_elbv2.describe_target_groups()["TargetGroups"], "TargetGroupName")
        arn = self.inner["LoadBalancerArn"]
        [self.inner_listener] = self.inner_elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"]
        addresses = {one["Target"]["Id"] for one in self.targets}
        interfaces = self.ec2.describe_network_interfaces()["NetworkInterfaces"]
        [self.endpoint_group] = {
            one["Groups"][0]["GroupId"] for one in interfaces if one["PrivateIpAddress"] in addresses
        }
        self.endpoint = next(
            one
            for one in self.ec2.describe_vpc_endpoints()["VpcEndpoints"]
            if any(
                each["NetworkInterfaceId"] in one["NetworkInterfaceIds"] and each["PrivateIpAddress"] in addresses
                for each in interfaces
            )
        )
        services = self.inner_ec2.describe_vpc_endpoint_service_configurations()["ServiceConfigurations"]
        [self.service] = [one for one in services if one["ServiceName"] == self.endpoint["ServiceName"]]

    @staticmethod
    def _named(many: list[dict[str, Any]], key: str) -> dict[str, Any]:
        [found] = [one for one in many if one[key].startswith("shop-")]
        return found

    @property
    def rules(self) -> list[dict[str, Any]]:
        return self.elbv2.describe_rules(ListenerArn=self.listener["ListenerArn"])["Rules"]

    @property
    def targets(self) -> list[dict[str, Any]]:
        return self.elbv2.describe_target_health(TargetGroupArn=self.group)["TargetHealthDescriptions"]

    @property
    def nodes(self) -> list[dict[str, Any]]:
        arn = self.inner_group["TargetGroupArn"]
        return self.inner_elbv2.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]

    def revoke(self, ec2: Any, group: str, direction: str) -> None:
        """Take the permissions of a security group away."""
        [found] = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
        name = "IpPermissions" if direction == "ingress" else "IpPermissionsEgress"
        getattr(ec2, f"revoke_security_group_{direction}")(GroupId=group, IpPermissions=found[name])

    def record(self, action: str, balancer: dict[str, Any] | None = None, *, type_: str = "A") -> object:
        to = balancer or self.balancer
        alias = {
            "HostedZoneId": to["CanonicalHostedZoneId"],
            "DNSName": to["DNSName"],
            "EvaluateTargetHealth": False,
        }
        change = {"Action": action, "ResourceRecordSet": {"Name": HOST, "Type": type_, "AliasTarget": alias}}
        return self.route53.change_resource_record_sets(HostedZoneId=ZONE, ChangeBatch={"Changes": [change]})

    def modify_rule(self, **changes: Any) -> None:
        self.elbv2.modify_rule(RuleArn=self.rule["RuleArn"], **changes)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Breakage:
    """One thing broken."""

    what: str
    do: Callable[[Sides], object]
    """Breaks it."""
    where: str
    """Where `doctor` finds it."""
    reason: str
    """The beginning of what it says."""
    severity: str = "error"
    connection: str = "shop"
    unheld: str = ""
    """What it changes that no state has; empty when the state of a refreshed stack holds it."""
    half: str = ""
    """What `doctor --state` says instead, when the state holds a part of it; empty when it says the same."""

    def outcome(self, found: Sequence[Diagnosis]) -> Outcome:
        """What `doctor` made of it: the first finding about the connection counts."""
        first = next((one for one in found if one.connection == self.connection), None)
        if first is None:
            return "wrong" if found else "missed"
        here = (first.severity, first.problem.where) == (self.severity, self.where)
        said = first.problem.reason.startswith(self.reason) and bool(first.problem.remedy or self.severity == "warning")
        return "right" if here and said else "wrong"


def no_record(sides: Sides) -> None:
    sides.record("DELETE")


def record_of_another(sides: Sides) -> None:
    sides.record("UPSERT", sides.inner)


def other_port(sides: Sides) -> None:
    arn = sides.listener["ListenerArn"]
    sides.elbv2.modify_listener(ListenerArn=arn, Port=8443)


def office_alone(sides: Sides) -> None:
    [group] = sides.balancer["SecurityGroups"]
    sides.revoke(sides.ec2, group, "ingress")
    office = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "198.51.100.0/24"}]}]
    sides.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=office)


def no_web_acl(sides: Sides) -> None:
    sides.wafv2.disassociate_web_acl(ResourceArn=sides.balancer["LoadBalancerArn"])


def a_rule_before(sides: Sides) -> None:
    answer = {
        "Type": "redirect",
        "RedirectConfig": {"Protocol": "HTTPS", "Host": "old.example.com", "StatusCode": "HTTP_302"},
    }
    sides.elbv2.create_rule(
        ListenerArn=sides.listener["ListenerArn"],
        Priority=1,
        Conditions=[{"Field": "host-header", "HostHeaderConfig": {"Values": [HOST]}}],
        Actions=[answer],
    )


def a_stranger(sides: Sides) -> None:
    sides.elbv2.create_rule(
        ListenerArn=sides.listener["ListenerArn"],
        Priority=2,
        Conditions=[{"Field": "host-header", "HostHeaderConfig": {"Values": ["legacy.example.com"]}}],
        Actions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "410"}}],
    )


def no_targets(sides: Sides, keep: int = 0) -> None:
    targets = [{"Id": one["Target"]["Id"], "Port": one["Target"]["Port"]} for one in sides.targets][keep:]
    sides.elbv2.deregister_targets(TargetGroupArn=sides.group, Targets=targets)


def silent(targets: list[dict[str, Any]]) -> None:
    """Let the targets answer no health check."""
    CLOCK.start()
    CLOCK.silent |= {one["Target"]["Id"] for one in targets}
    CLOCK.advance(60)


def inner_port(sides: Sides) -> None:
    arn = sides.inner_listener["ListenerArn"]
    sides.inner_elbv2.modify_listener(ListenerArn=arn, Port=8080)


def no_nodes(sides: Sides) -> None:
    arn = sides.inner_group["TargetGroupArn"]
    targets = [{"Id": one["Target"]["Id"], "Port": one["Target"]["Port"]} for one in sides.nodes]
    sides.inner_elbv2.deregister_targets(TargetGroupArn=arn, Targets=targets)


def stopped(count: int) -> Callable[[Sides], None]:
    def do(sides: Sides) -> None:
        ids = [one["Target"]["Id"] for one in sides.nodes[:count]]
        sides.inner_ec2.stop_instances(InstanceIds=ids)

    return do


def zone_without_node(sides: Sides) -> None:
    arn = sides.inner_group["TargetGroupArn"]
    sides.inner_elbv2.deregister_targets(TargetGroupArn=arn, Targets=[{"Id": sides.nodes[0]["Target"]["Id"]}])
    off = [{"Key": "load_balancing.cross_zone.enabled", "Value": "false"}]
    sides.inner_elbv2.modify_load_balancer_attributes(LoadBalancerArn=sides.inner["LoadBalancerArn"], Attributes=off)


def node_group(sides: Sides) -> str:
    [found] = sides.inner_ec2.describe_instances(InstanceIds=[sides.nodes[0]["Target"]["Id"]])["Reservations"]
    return found["Instances"][0]["SecurityGroups"][0]["GroupId"]


def one_subnet_shut(sides: Sides) -> None:
    [group] = sides.inner["SecurityGroups"]
    one = [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "10.12.0.0/23"}]}]
    sides.inner_ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=one)


def rejected(sides: Sides) -> None:
    sides.inner_ec2.reject_vpc_endpoint_connections(
        ServiceId=sides.service["ServiceId"], VpcEndpointIds=[sides.endpoint["VpcEndpointId"]]
    )


def no_endpoint(sides: Sides) -> None:
    sides.ec2.delete_vpc_endpoints(VpcEndpointIds=[sides.endpoint["VpcEndpointId"]])


PAGE = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503", "ContentType": "text/plain"}}

BREAKAGES = (
    Breakage(
        what="the alias record is deleted", do=no_record, where="Route 53", reason=f"no alias record answers for {HOST}"
    ),
    Breakage(
        what="the alias record names another load balancer",
        do=record_of_another,
        where="Route 53",
        reason="no internet-facing load balancer has this name",
    ),
    Breakage(
        what="an AAAA record leads to the load balancer, which has only IPv4 addresses",
        do=lambda sides: sides.record("UPSERT", type_="AAAA"),
        where="Route 53",
        reason=f"{HOST} has an AAAA record, but the load balancer has only IPv4 addresses",
        severity="warning",
        unheld=BY_HAND,
    ),
    Breakage(
        what="the listener is moved to another port",
        do=other_port,
        where="Load balancer",
        reason="nothing listens on port 443",
    ),
    Breakage(
        what="the load balancer's security group admits nobody",
        do=lambda sides: sides.revoke(sides.ec2, sides.balancer["SecurityGroups"][0], "ingress"),
        where="Load balancer",
        reason="none of its security groups allows port 443",
    ),
    Breakage(
        what="the load balancer's security group admits one office",
        do=office_alone,
        where="Load balancer",
        reason="only some client networks are allowed",
        severity="warning",
    ),
    Breakage(
        what="the web ACL is taken off the load balancer",
        do=no_web_acl,
        where="Web ACL",
        reason="requests are not screened",
        severity="warning",
    ),
    Breakage(
        what="the rule is for another host",
        do=lambda sides: sides.modify_rule(
            Conditions=[{"Field": "host-header", "HostHeaderConfig": {"Values": ["other.example.com"]}}]
        ),
        where="Listener rule",
        reason=f"GET https://{HOST}/ is answered 404",
    ),
    Breakage(
        what="the rule sends a fixed response",
        do=lambda sides: sides.modify_rule(Actions=[PAGE]),
        where="Listener rule",
        reason=f"GET https://{HOST}/ is answered 503",
    ),
    Breakage(
        what="another rule takes the host first",
        do=a_rule_before,
        where="Listener rule",
        reason=f"GET https://{HOST}/ is answered 302",
        unheld=BY_HAND,
    ),
    Breakage(
        what="a rule for a host that no stack file has",
        do=a_stranger,
        where="Listener rule",
        reason="the rule with priority 2 is for legacy.example.com, which no stack file has",
        severity="warning",
        connection="all connections",
        unheld=BY_HAND,
    ),
    Breakage(
        what="the rule's target group has weight 0",
        do=lambda sides: sides.modify_rule(
            Actions=[
                {"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": sides.group, "Weight": 0}]}}
            ]
        ),
        where="Target group",
        reason="the load balancer answers 503",
    ),
    Breakage(
        what="all targets are deregistered",
        do=no_targets,
        where="Target group",
        reason="it is empty: the load balancer answers 503",
    ),
    Breakage(
        what="the target of one zone is deregistered",
        do=lambda sides: no_targets(sides, keep=2),
        where="Interface endpoint",
        reason="both sides are in euw1-az",
        severity="warning",
    ),
    Breakage(
        what="no target is healthy",
        do=lambda sides: silent(sides.targets),
        where="Target group",
        reason="no target is healthy, so requests go to all of them",
        unheld=HEALTH,
    ),
    Breakage(
        what="one target is not healthy",
        do=lambda sides: silent(sides.targets[:1]),
        where="Target group",
        reason="1 of 3 targets are not healthy",
        severity="warning",
        unheld=HEALTH,
    ),
    Breakage(
        what="the load balancer may send nothing to the endpoints",
        do=lambda sides: sides.revoke(sides.ec2, sides.balancer["SecurityGroups"][0], "egress"),
        where="Interface endpoint",
        reason="security groups keep the load balancer from port 80",
    ),
    Breakage(
        what="the endpoints admit nobody",
        do=lambda sides: sides.revoke(sides.ec2, sides.endpoint_group, "ingress"),
        where="Interface endpoint",
        reason="security groups keep the load balancer from port 80",
    ),
    Breakage(
        what="the network load balancer listens on another port",
        do=inner_port,
        where="Network load balancer",
        reason="nothing listens on port 80, to which the edge sends",
    ),
    Breakage(
        what="the network load balancer admits nobody",
        do=lambda sides: sides.revoke(sides.inner_ec2, sides.inner["SecurityGroups"][0], "ingress"),
        where="Network load balancer",
        reason="its security group admits none of the edge's load balancer subnets",
    ),
    Breakage(
        what="the network load balancer does not admit one of the edge's subnets",
        do=one_subnet_shut,
        where="Network load balancer",
        reason="closed to edge subnets 10.12.0.0/23",
        severity="warning",
    ),
    Breakage(
        what="the network load balancer may send nothing to the nodes",
        do=lambda sides: sides.revoke(sides.inner_ec2, sides.inner["SecurityGroups"][0], "egress"),
        where="Node port",
        reason="security groups keep shop-nlb",
    ),
    Breakage(
        what="the nodes admit nobody",
        do=lambda sides: sides.revoke(sides.inner_ec2, node_group(sides), "ingress"),
        where="Node port",
        reason="security groups keep shop-nlb",
    ),
    Breakage(
        what="the nodes are deregistered",
        do=no_nodes,
        where="Node port",
        reason="no node is registered",
        unheld=INSTANCES,
    ),
    Breakage(what="no node runs", do=stopped(3), where="Node port", reason="no node runs", unheld=INSTANCES),
    Breakage(
        what="one node does not run",
        do=stopped(1),
        where="Node port",
        reason="1 of 3 nodes cannot be reached",
        severity="warning",
        unheld=INSTANCES,
    ),
    Breakage(
        what="no node answers health checks",
        do=lambda sides: silent(sides.nodes),
        where="Network load balancer's target group",
        reason="no target is healthy, so requests go to all of them",
        unheld=HEALTH,
    ),
    Breakage(
        what="a zone has no node while cross-zone load balancing is off",
        do=zone_without_node,
        where="Node port",
        reason="no healthy node is in euw1-az",
        severity="warning",
        unheld=INSTANCES,
    ),
    Breakage(
        what="the workload's owner rejects the endpoint",
        do=rejected,
        where="PrivateLink",
        reason="the owner has rejected the connection",
    ),
    Breakage(
        what="the endpoint is deleted", do=no_endpoint, where="Interface endpoint", reason="the targets lead nowhere"
    ),
)
