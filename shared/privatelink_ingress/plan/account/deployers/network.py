"""What both sides' networks have in common: VPC, subnets, routes, security groups, endpoints, flow logs, balancers."""

from __future__ import annotations

from privatelink_ingress import tokens as t
from privatelink_ingress.plan.account.deployers.grants import Grant, Grants, System

_LOG_GROUP = (
    "logs:CreateLogGroup",
    "logs:DeleteLogGroup",
    "logs:ListTagsForResource",
    "logs:PutRetentionPolicy",
    "logs:DeleteRetentionPolicy",
    "logs:TagResource",
    "logs:UntagResource",
)


def made(system: System, kind: str, create: str, *change: str) -> tuple[Grant, ...]:
    """A kind of EC2 resource: made with this system's tags, changed and deleted with them."""
    return (
        system.new([create], *system.ec2(kind)),
        system.tagging(["ec2:CreateTags"], *system.ec2(kind)),
        system.ours(["ec2:CreateTags", "ec2:DeleteTags"], *system.ec2(kind)),
        system.ours(change, *system.ec2(kind)),
        # EC2 limits no look-up to a resource:
        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
        system.regional("ec2:Describe*"),
    )


def log_group(system: System, *patterns: str) -> tuple[Grant, ...]:
    """Log groups by name: their names are this system's, whoever makes them."""
    return (
        system.named(_LOG_GROUP, *(system.arn("logs", f"log-group:{pattern}") for pattern in patterns)),
        system.regional("logs:DescribeLogGroups"),
    )


def rule(system: System, direction: str) -> tuple[Grant, ...]:
    """A rule of a security group of ours."""
    return (
        *made(system, "security-group-rule", f"ec2:AuthorizeSecurityGroup{direction}", "ec2:ModifySecurityGroupRules"),
        # EC2 looks at the group and at the rule, each with its own tags.
        system.ours(
            [
                f"ec2:AuthorizeSecurityGroup{direction}",
                f"ec2:RevokeSecurityGroup{direction}",
                "ec2:ModifySecurityGroupRules",
            ],
            *system.ec2("security-group"),
        ),
        system.ours([f"ec2:RevokeSecurityGroup{direction}"], *system.ec2("security-group-rule")),
    )


def vpc(system: System, *, flow_log_roles: tuple[str, ...], flow_log_groups: tuple[str, ...]) -> Grants:
    """The VPC of either side."""
    inside = system.ec2("vpc")
    associate = ["ec2:AssociateRouteTable", "ec2:DisassociateRouteTable", "ec2:ReplaceRouteTableAssociation"]
    return {
        t.VPC: made(system, "vpc", "ec2:CreateVpc", "ec2:DeleteVpc", "ec2:ModifyVpcAttribute"),
        t.SUBNET: (
            *made(system, "subnet", "ec2:CreateSubnet", "ec2:DeleteSubnet", "ec2:ModifySubnetAttribute"),
            system.ours(["ec2:CreateSubnet"], *inside),
        ),
        t.ROUTE_TABLE: (
            *made(system, "route-table", "ec2:CreateRouteTable", "ec2:DeleteRouteTable", "ec2:DeleteRoute"),
            system.ours(["ec2:CreateRouteTable"], *inside),
        ),
        t.ROUTE_TABLE_ASSOCIATION: (
            system.ours(associate, *system.ec2("route-table", "subnet")),
            system.regional("ec2:Describe*"),
        ),
        # It is born with the VPC, without tags: it gets ours first, and loses its rules then.
        t.DEFAULT_SECURITY_GROUP: (
            system.tagging(["ec2:CreateTags"], *system.ec2("security-group")),
            system.ours(
                ["ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress"], *system.ec2("security-group")
            ),
            system.regional("ec2:Describe*"),
        ),
        t.SECURITY_GROUP: (
            *made(
                system,
                "security-group",
                "ec2:CreateSecurityGroup",
                "ec2:DeleteSecurityGroup",
                # AWS gives a new group a rule that lets everything out; the provider takes it away.
                "ec2:RevokeSecurityGroupEgress",
            ),
            system.ours(["ec2:CreateSecurityGroup"], *inside),
        ),
        t.INGRESS_RULE: rule(system, "Ingress"),
        t.EGRESS_RULE: rule(system, "Egress"),
        t.VPC_ENDPOINT: (
            *made(system, "vpc-endpoint", "ec2:CreateVpcEndpoint", "ec2:DeleteVpcEndpoints", "ec2:ModifyVpcEndpoint"),
            system.ours(["ec2:CreateVpcEndpoint"], *inside),
            system.ours(
                ["ec2:CreateVpcEndpoint", "ec2:ModifyVpcEndpoint"],
                *system.ec2("subnet", "security-group", "route-table"),
            ),
        ),
        t.FLOW_LOG: (
            *made(system, "vpc-flow-log", "ec2:CreateFlowLogs", "ec2:DeleteFlowLogs"),
            system.ours(["ec2:CreateFlowLogs"], *inside),
            system.passing(flow_log_roles, "vpc-flow-logs.amazonaws.com"),
        ),
        t.LOG_GROUP: log_group(system, *flow_log_groups),
    }


def balancer(system: System, kind: str) -> Grants:
    """Load balancers of a kind (`app`, `net`), their listeners and target groups."""
    balancers, listeners, groups = (
        system.arn("elasticloadbalancing", resource)
        for resource in (f"loadbalancer/{kind}/*", f"listener/{kind}/*", "targetgroup/*")
    )

    def made_elb(resource: str, name: str, *change: str) -> tuple[Grant, ...]:
        create, *changes = (f"elasticloadbalancing:{action}" for action in (name, *change))
        return (
            system.new([create], resource),
            system.tagging(["elasticloadbalancing:AddTags"], resource),
            system.ours(["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags", *changes], resource),
            system.regional("elasticloadbalancing:DescribeTags"),
        )

    def reading(*names: str) -> Grant:
        return system.regional(*(f"elasticloadbalancing:Describe{name}" for name in names))

    return {
        t.LOAD_BALANCER: (
            *made_elb(
                balancers,
                "CreateLoadBalancer",
                "DeleteLoadBalancer",
                "ModifyLoadBalancerAttributes",
                "SetSecurityGroups",
                "SetSubnets",
                "SetIpAddressType",
            ),
            reading("LoadBalancers", "LoadBalancerAttributes", "CapacityReservation"),
            system.regional("ec2:Describe*"),
            system.ours(["ec2:GetSecurityGroupsForVpc"], *system.ec2("vpc")),
            system.service_linked_role("elasticloadbalancing.amazonaws.com", "AWSServiceRoleForElasticLoadBalancing"),
        ),
        t.TARGET_GROUP: (
            *made_elb(
                groups, "CreateTargetGroup", "DeleteTargetGroup", "ModifyTargetGroup", "ModifyTargetGroupAttributes"
            ),
            reading("TargetGroups", "TargetGroupAttributes"),
        ),
        t.LISTENER: (
            system.tagging(["elasticloadbalancing:AddTags"], listeners),
            system.ours(
                [
                    f"elasticloadbalancing:{action}"
                    for action in ("AddTags", "RemoveTags", "DeleteListener", "ModifyListener")
                ],
                listeners,
            ),
            system.ours(["elasticloadbalancing:ModifyListenerAttributes"], listeners),
            system.ours(["elasticloadbalancing:CreateListener"], balancers),
            reading("Listeners", "ListenerAttributes", "Tags"),
        ),
    }


def cross_region(system: System, kind: str) -> Grant:
    """PrivateLink across regions, which AWS denies to everybody without this right.

    https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-share-your-services.html#endpoint-service-cross-region
    """
    return system.named(["vpce:AllowMultiRegion"], *system.ec2(kind))
