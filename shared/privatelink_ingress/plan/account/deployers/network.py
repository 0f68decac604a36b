"""Rights that both sides' networks need: VPC, subnets, routes, security groups, endpoints, flow logs, balancers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from privatelink_ingress import tokens as t
from privatelink_ingress.plan.account.deployers.grants import Grant, Grants, System

_LOG_GROUP = (
    "logs:AssociateKmsKey",
    "logs:DisassociateKmsKey",
    "logs:CreateLogGroup",
    "logs:ListTagsForResource",
    "logs:PutRetentionPolicy",
    "logs:DeleteRetentionPolicy",
    "logs:TagResource",
    "logs:UntagResource",
)


def managed(system: System, kind: str, create: str, *change: str) -> tuple[Grant, ...]:
    """Create, change and delete one kind of EC2 resource, with this system's tags."""
    return (
        system.create_tagged([create], *system.ec2(kind)),
        system.tag_on_create("ec2:CreateTags", *system.ec2(kind)),
        system.on_own(["ec2:CreateTags", "ec2:DeleteTags"], *system.ec2(kind)),
        system.on_own(change, *system.ec2(kind)),
        # EC2 cannot limit look-ups to a resource:
        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
        system.in_region("ec2:Describe*"),
    )


def log_group(system: System, *patterns: str, log_deletion: bool) -> tuple[Grant, ...]:
    """Log groups by name: only this system uses these names. They are evidence, so `log_deletion` is separate."""
    actions = (*_LOG_GROUP, *(("logs:DeleteLogGroup",) if log_deletion else ()))
    return (
        system.on_arn(actions, *(system.arn("logs", f"log-group:{pattern}") for pattern in patterns)),
        system.in_region("logs:DescribeLogGroups"),
    )


def saved_queries(system: System) -> Grant:
    """AWS knows no resource for a saved query.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
    """
    return system.in_region("logs:DeleteQueryDefinition", "logs:DescribeQueryDefinitions", "logs:PutQueryDefinition")


def group_rule(system: System, direction: str) -> tuple[Grant, ...]:
    """A rule of one of this system's security groups, by direction (`Ingress` or `Egress`)."""
    return (
        *managed(
            system, "security-group-rule", f"ec2:AuthorizeSecurityGroup{direction}", "ec2:ModifySecurityGroupRules"
        ),
        # EC2 checks the group and the rule, each by its own tags.
        system.on_own(
            [
                f"ec2:AuthorizeSecurityGroup{direction}",
                f"ec2:RevokeSecurityGroup{direction}",
                "ec2:ModifySecurityGroupRules",
            ],
            *system.ec2("security-group"),
        ),
        system.on_own([f"ec2:RevokeSecurityGroup{direction}"], *system.ec2("security-group-rule")),
    )


SERVICES_OF_A_GRANT = 60
"""Endpoint services that one statement names: twice as many would be longer than a policy may be."""


def endpoint(system: System, connect: Iterable[tuple[str, str | tuple[str, ...]]]) -> tuple[Grant, ...]:
    """Endpoints of this system, created only to some services.

    Args:
        system: Account, region and stacks.
        connect: Condition keys of the services and their values, of which one pair must hold; no endpoint is created
            without any. https://docs.aws.amazon.com/vpc/latest/privatelink/security_iam_id-based-policy-examples.html
    """
    create, *others = managed(
        system, "vpc-endpoint", "ec2:CreateVpcEndpoint", "ec2:DeleteVpcEndpoints", "ec2:ModifyVpcEndpoint"
    )
    return (*(create.only_if(key, wanted) for key, wanted in connect), *others)


def named_services(names: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """For `endpoint`: these endpoint services alone."""
    for first in range(0, len(names), SERVICES_OF_A_GRANT):
        yield "ec2:VpceServiceName", tuple(names[first : first + SERVICES_OF_A_GRANT])


def vpc(
    system: System,
    *,
    flow_log_roles: tuple[str, ...],
    flow_log_groups: tuple[str, ...],
    log_deletion: bool,
    connect: Iterable[tuple[str, str | tuple[str, ...]]],
) -> Grants:
    """Either side's VPC and everything in it; `connect` as of `endpoint`, `log_deletion` as of `log_group`."""
    inside = system.ec2("vpc")
    associate = ["ec2:AssociateRouteTable", "ec2:DisassociateRouteTable", "ec2:ReplaceRouteTableAssociation"]
    return {
        t.VPC: managed(system, "vpc", "ec2:CreateVpc", "ec2:DeleteVpc", "ec2:ModifyVpcAttribute"),
        t.SUBNET: (
            *managed(system, "subnet", "ec2:CreateSubnet", "ec2:DeleteSubnet", "ec2:ModifySubnetAttribute"),
            system.on_own(["ec2:CreateSubnet"], *inside),
        ),
        t.ROUTE_TABLE: (
            *managed(system, "route-table", "ec2:CreateRouteTable", "ec2:DeleteRouteTable", "ec2:DeleteRoute"),
            system.on_own(["ec2:CreateRouteTable"], *inside),
        ),
        t.ROUTE_TABLE_ASSOCIATION: (
            system.on_own(associate, *system.ec2("route-table", "subnet")),
            system.in_region("ec2:Describe*"),
        ),
        # AWS creates it with the VPC, without tags: the provider tags it first, then removes its rules.
        t.DEFAULT_SECURITY_GROUP: (
            system.tag_untagged("ec2:CreateTags", *system.ec2("security-group")),
            system.on_own(
                ["ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress"], *system.ec2("security-group")
            ),
            system.in_region("ec2:Describe*"),
        ),
        t.SECURITY_GROUP: (
            *managed(
                system,
                "security-group",
                "ec2:CreateSecurityGroup",
                "ec2:DeleteSecurityGroup",
                # AWS gives a new group a rule that allows all egress; the provider removes it.
                "ec2:RevokeSecurityGroupEgress",
            ),
            system.on_own(["ec2:CreateSecurityGroup"], *inside),
        ),
        t.INGRESS_RULE: group_rule(system, "Ingress"),
        t.EGRESS_RULE: group_rule(system, "Egress"),
        t.VPC_ENDPOINT: (
            *endpoint(system, connect),
            system.on_own(["ec2:CreateVpcEndpoint"], *inside),
            system.on_own(
                ["ec2:CreateVpcEndpoint", "ec2:ModifyVpcEndpoint"],
                *system.ec2("subnet", "security-group", "route-table"),
            ),
        ),
        t.FLOW_LOG: (
            *managed(system, "vpc-flow-log", "ec2:CreateFlowLogs", "ec2:DeleteFlowLogs"),
            system.on_own(["ec2:CreateFlowLogs"], *inside),
            system.pass_role(flow_log_roles, "vpc-flow-logs.amazonaws.com"),
        ),
        t.LOG_GROUP: log_group(system, *flow_log_groups, log_deletion=log_deletion),
    }


def balancer(system: System, kind: str) -> Grants:
    """Load balancers of one kind (`app` or `net`), their listeners and target groups."""
    balancers, listeners, groups = (
        system.arn("elasticloadbalancing", resource)
        for resource in (f"loadbalancer/{kind}/*", f"listener/{kind}/*", "targetgroup/*")
    )

    def managed_elb(resource: str, name: str, *change: str) -> tuple[Grant, ...]:
        create, *changes = (f"elasticloadbalancing:{action}" for action in (name, *change))
        return (
            system.create_tagged([create], resource),
            system.tag_on_create("elasticloadbalancing:AddTags", resource),
            system.on_own(["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags", *changes], resource),
            system.in_region("elasticloadbalancing:DescribeTags"),
        )

    def reading(*names: str) -> Grant:
        return system.in_region(*(f"elasticloadbalancing:Describe{name}" for name in names))

    return {
        t.LOAD_BALANCER: (
            *managed_elb(
                balancers,
                "CreateLoadBalancer",
                "DeleteLoadBalancer",
                "ModifyLoadBalancerAttributes",
                "SetSecurityGroups",
                "SetSubnets",
                "SetIpAddressType",
            ),
            reading("LoadBalancers", "LoadBalancerAttributes", "CapacityReservation"),
            system.in_region("ec2:Describe*"),
            system.on_own(["ec2:GetSecurityGroupsForVpc"], *system.ec2("vpc")),
            system.service_linked_role("elasticloadbalancing.amazonaws.com", "AWSServiceRoleForElasticLoadBalancing"),
        ),
        t.TARGET_GROUP: (
            *managed_elb(
                groups, "CreateTargetGroup", "DeleteTargetGroup", "ModifyTargetGroup", "ModifyTargetGroupAttributes"
            ),
            reading("TargetGroups", "TargetGroupAttributes"),
        ),
        t.LISTENER: (
            system.tag_on_create("elasticloadbalancing:AddTags", listeners),
            system.on_own(
                [
                    f"elasticloadbalancing:{action}"
                    for action in ("AddTags", "RemoveTags", "DeleteListener", "ModifyListener")
                ],
                listeners,
            ),
            system.on_own(["elasticloadbalancing:ModifyListenerAttributes"], listeners),
            system.on_own(["elasticloadbalancing:CreateListener"], balancers),
            reading("Listeners", "ListenerAttributes", "Tags"),
        ),
    }


def cross_region(system: System, kind: str) -> Grant:
    """PrivateLink across Regions, which AWS denies without this permission.

    https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-share-your-services.html#endpoint-service-cross-region
    """
    return system.on_arn(["vpce:AllowMultiRegion"], *system.ec2(kind))
