"""Rights of the edge side's one duty, by the type of resource that needs them."""

from __future__ import annotations

from collections.abc import Mapping

from privatelink_ingress import tokens as t
from privatelink_ingress.plan.account.deployers import (
    adopted,
    alarms,
    edge_logs,
    firewall,
    hosted_zones,
    network,
    query_logs,
    reading,
    trust_stores,
    workload,
)
from privatelink_ingress.plan.account.deployers.boundary import EDGE_FLOW_LOGS
from privatelink_ingress.plan.account.deployers.grants import Grants, System
from privatelink_ingress.plan.edge.firewall.log import LOG_GROUP_PREFIX
from privatelink_ingress.plan.edge.shard import PROJECT
from privatelink_ingress.settings.bootstrap import EdgeRoles


def duties(system: System, settings: EdgeRoles, *, boundary: str) -> Mapping[str, Grants]:
    """Grants by duty (`network`) and resource type.

    Args:
        system: Account, region and stacks.
        settings: Stacks, hosted zones and log buckets.
        boundary: ARN of the permissions boundary that every new role must have.
    """
    flow_log_roles = (system.named_role(EDGE_FLOW_LOGS),)
    edges = tuple(f"{PROJECT}-{stack}" for stack in settings.stacks)
    own = {
        **network.vpc(
            system,
            flow_log_roles=flow_log_roles,
            flow_log_groups=(f"{EDGE_FLOW_LOGS}-*",),
            log_deletion=settings.log_deletion,
            connect=network.named_services(settings.endpoint_services),
        ),
        **network.balancer(system, "app"),
    }
    shared = adopted.combine(own, adopted.vpcs(system, settings.existing_vpc_ids))
    endpoints = t.VPC_ENDPOINT
    across = (network.cross_region(system, "vpc-endpoint"),) if settings.cross_region else ()
    log_groups = t.LOG_GROUP
    named_groups = tuple(f"{prefix}{edge}*" for prefix in ("/aws/vendedlogs/", LOG_GROUP_PREFIX) for edge in edges)
    grants: Grants = {
        **shared,
        endpoints: (*shared[endpoints], *across),
        log_groups: (
            *shared[log_groups],
            *network.log_group(system, *named_groups, log_deletion=settings.log_deletion),
        ),
        **workload.iam(system, flow_log_roles, boundary=boundary),
        **_routing(system, settings.user_pools),
        **_names(system, settings),
        **firewall.grants(system, edges, settings.existing_web_acls),
        **edge_logs.deliveries(system, edges),
        t.METRIC_ALARM: alarms.alarms(system),
        t.DASHBOARD: alarms.dashboards(system),
        t.TOPIC: alarms.topic(system, edges),
        t.GET_KEY: alarms.key(system),
        **edge_logs.buckets(system, settings, trust_stores.buckets(system, edges)),
        **trust_stores.grants(system, edges),
        # What attached stacks of other teams read of them.
        t.PARAMETER: workload.parameter(system, settings.shard_prefix, settings.stacks, overwrite=True),
        **reading.contract_reads(system, (*settings.contracts.parameters, *reading.written_parameters(settings))),
    }
    return {"network": adopted.combine(grants, query_logs.grants(system, settings, edges))}


def _routing(system: System, user_pools: tuple[str, ...]) -> Grants:
    elb = system.arn("elasticloadbalancing", "targetgroup/*")
    listener, rule = (system.arn("elasticloadbalancing", f"{kind}/app/*") for kind in ("listener", "listener-rule"))

    def on(*actions: str) -> list[str]:
        return [f"elasticloadbalancing:{action}" for action in actions]

    return {
        t.INTERNET_GATEWAY: (
            *network.managed(system, "internet-gateway", "ec2:CreateInternetGateway", "ec2:DeleteInternetGateway"),
            system.on_own(["ec2:AttachInternetGateway", "ec2:DetachInternetGateway"], *system.ec2("internet-gateway")),
            system.on_own(["ec2:AttachInternetGateway", "ec2:DetachInternetGateway"], *system.ec2("vpc")),
        ),
        t.ROUTE: (
            system.on_own(["ec2:CreateRoute", "ec2:DeleteRoute", "ec2:ReplaceRoute"], *system.ec2("route-table")),
            system.in_region("ec2:Describe*"),
        ),
        # Also of the load balancer's subnets, whose IPv6 ranges come and go in place.
        t.VPC_IPV6_RANGE: (
            system.on_own(["ec2:AssociateVpcCidrBlock", "ec2:DisassociateVpcCidrBlock"], *system.ec2("vpc")),
            system.on_own(["ec2:AssociateSubnetCidrBlock", "ec2:DisassociateSubnetCidrBlock"], *system.ec2("subnet")),
            system.in_region("ec2:Describe*"),
        ),
        t.TARGET: (
            system.on_own(on("DeregisterTargets", "RegisterTargets"), elb),
            system.in_region("elasticloadbalancing:DescribeTargetHealth"),
        ),
        t.LISTENER_CERTIFICATE: (
            system.on_own(on("AddListenerCertificates", "RemoveListenerCertificates"), listener),
            system.in_region("elasticloadbalancing:DescribeListenerCertificates"),
        ),
        t.LISTENER_RULE: (
            system.on_own(on("CreateRule"), listener),
            system.tag_on_create("elasticloadbalancing:AddTags", rule),
            system.on_own(on("AddTags", "DeleteRule", "ModifyRule", "RemoveTags", "SetRulePriorities"), rule),
            system.in_region(*on("DescribeRules", "DescribeTags")),
            # Hooks ask too: whose rules are in a slot, and who uses the listener and which target groups got requests.
            system.in_region(*on("DescribeTargetGroups"), "cloudwatch:GetMetricData"),
            # Load Balancing asks for it when a rule signs clients in with a user pool:
            # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
            *([system.on_arn(["cognito-idp:DescribeUserPoolClient"], *user_pools)] if user_pools else []),
        ),
    }


def _names(system: System, settings: EdgeRoles) -> Grants:
    certificates, existing = system.arn("acm", "certificate/*"), settings.existing_certificates
    return {
        **(hosted_zones.records(system.partition, settings.hosted_zone_ids) if settings.hosted_zone_ids else {}),
        t.CERTIFICATE: (
            system.create_tagged(["acm:RequestCertificate"], "*"),
            system.tag_untagged("acm:AddTagsToCertificate", certificates),
            system.on_own(
                [
                    "acm:AddTagsToCertificate",
                    "acm:DeleteCertificate",
                    "acm:DescribeCertificate",
                    "acm:ListTagsForCertificate",
                    "acm:RemoveTagsFromCertificate",
                    "acm:UpdateCertificateOptions",
                ],
                certificates,
            ),
            # The program asks for their names before it plans.
            *([system.on_arn(["acm:DescribeCertificate"], *existing)] if existing else []),
        ),
        t.CERTIFICATE_VALIDATION: (system.on_own(["acm:DescribeCertificate"], certificates),),
    }
