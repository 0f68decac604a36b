"""One thing at a time that stands in the way of a first deployment, and what `preflight` says about it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

from privatelink_ingress.local.cloud.iam_simulation import OPERATOR
from tests.support.preflight_quotas import client_networks, ip_sets, quota, roles
from tests.support.preflight_roles import missing_role, role
from tests.support.preflight_world import ADMINISTRATOR, EDGE, REGION, WORKLOAD, ZONE, Before

SHOP, PROD, BLOG = "eks-service/shop", "central-ingress/prod", "central-ingress/prod-blog"
SHOP_FILE, PROD_FILE = "eks-service/Pulumi.shop.yaml", "central-ingress/Pulumi.prod.yaml"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Breakage:
    """One thing that is not as the stack needs it."""

    what: str
    do: Callable[[Before], object]
    """Breaks it."""
    where: str
    """Where `preflight` finds it."""
    reason: str
    """A part of what it says."""
    stack: str = PROD
    severity: str = "error"
    also: tuple[str, ...] = ()
    """Stacks that are judged with it."""
    beside: str = ""
    """Where else it shows: the program takes what exists for its own stack's."""


def deny(session: Any, *actions: str, role: str = OPERATOR) -> None:
    """Deny actions to a role, whatever else it may do."""
    statement = {"Effect": "Deny", "Action": list(actions), "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    session.client("iam").put_role_policy(RoleName=role, PolicyName="deny", PolicyDocument=document)


def no_policies(before: Before) -> None:
    iam = before.workload.client("iam")
    iam.detach_role_policy(RoleName=OPERATOR, PolicyArn=ADMINISTRATOR)


def boundary(before: Before) -> None:
    iam = before.edge.client("iam")
    statement = {"Effect": "Allow", "Action": ["ec2:*", "iam:*", "s3:*", "logs:*"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    arn = iam.create_policy(PolicyName="limit", PolicyDocument=document)["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName=OPERATOR, PermissionsBoundary=arn)


def missing_boundary(before: Before) -> None:
    limit = f"arn:aws:iam::{EDGE}:policy/limits/ours"
    before.edit(
        PROD_FILE,
        "central-ingress:dns:",
        f"central-ingress:roles:\n    permissionsBoundary: {limit}\n\n  central-ingress:dns:",
    )


def no_such_zone(before: Before) -> None:
    before.edit(SHOP_FILE, "[euw1-az1, euw1-az2, euw1-az3]", "[euw1-az1, euw1-az2, euw1-az7]")


def instance_type(before: Before) -> None:
    before.edit(SHOP_FILE, "[m7i.large]", "[m9x.large]")


def private_zone(before: Before) -> None:
    from moto.route53.models import route53_backends

    route53_backends[EDGE]["aws"].zones[ZONE].private_zone = True


def zone_of_another_name(before: Before) -> None:
    from moto.route53.models import route53_backends

    before.names.set("example.net", "NS", *before.servers)
    route53_backends[EDGE]["aws"].zones[ZONE].name = "example.net."


CERTIFICATE = f"arn:aws:acm:{REGION}:{EDGE}:certificate/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"


def missing_certificate(before: Before) -> None:
    before.edit(PROD_FILE, '- domains: [example.com, "*.example.com"]', f"- arn: {CERTIFICATE}")


def by_parameter(before: Before, reader: str = "") -> None:
    """The edge reads the contract in a parameter of its own account, where no stack of the repository writes it."""
    before.edit(PROD_FILE, "- stack: shop #", f"- parameter: /central-ingress/connections/shop{reader} #")


def no_zone(before: Before) -> None:
    before.edge.client("route53").delete_hosted_zone(Id=ZONE)


def record(before: Before) -> None:
    value = [{"Value": "198.51.100.7"}]
    change = {
        "Action": "CREATE",
        "ResourceRecordSet": {"Name": "shop.example.com", "Type": "A", "TTL": 60, "ResourceRecords": value},
    }
    before.edge.client("route53").change_resource_record_sets(HostedZoneId=ZONE, ChangeBatch={"Changes": [change]})


def parameter(before: Before) -> None:
    before.workload.client("ssm").put_parameter(Name="/central-ingress/connections/shop", Value="{}", Type="String")


def foreign_bucket(before: Before) -> None:
    before.workload.client("s3").create_bucket(
        Bucket=f"central-ingress-prod-logs-{EDGE}-{REGION}", CreateBucketConfiguration={"LocationConstraint": REGION}
    )


def log_group(before: Before) -> None:
    before.workload.client("logs").create_log_group(
        logGroupName="/aws/eks/shop/cluster", tags={"Stack": "eks-service/other"}
    )


def firewall_log(before: Before) -> None:
    before.edge.client("logs").create_log_group(logGroupName="aws-waf-logs-central-ingress-prod", tags={"Team": "x"})


def repository(before: Before) -> None:
    before.workload.client("ecr").create_repository(repositoryName="shop/nginx-ingress")


def cluster(before: Before) -> None:
    _, subnets = _vpc(before.workload)
    trust = {"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = before.workload.client("iam").create_role(RoleName="other", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    before.workload.client("eks").create_cluster(
        name="shop", version="1.36", roleArn=role, resourcesVpcConfig={"subnetIds": subnets}
    )


def _vpc(session: Any) -> tuple[str, list[str]]:
    ec2 = session.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.50.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.50.{n}.0/24", AvailabilityZoneId=f"euw1-az{n}")["Subnet"][
            "SubnetId"
        ]
        for n in (1, 2)
    ]
    return vpc, subnets


def balancer(before: Before) -> None:
    _, subnets = _vpc(before.edge)
    before.edge.client("elbv2").create_load_balancer(
        Name="central-ingress-prod", Subnets=subnets, Scheme="internal", Type="application"
    )


def target_group(before: Before) -> None:
    vpc, _ = _vpc(before.edge)
    before.edge.client("elbv2").create_target_group(Name="prod-shop-0-http-80", Protocol="HTTP", Port=80, VpcId=vpc)


def alarm(before: Before) -> None:
    before.edge.client("cloudwatch").put_metric_alarm(
        AlarmName="central-ingress/prod/blocked",
        Namespace="AWS/WAFV2",
        MetricName="BlockedRequests",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )


def topic(before: Before) -> None:
    before.edge.client("sns").create_topic(Name="central-ingress-prod-alarms")


def web_acl(before: Before) -> None:
    visibility = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "other"}
    before.edge.client("wafv2").create_web_acl(
        Name="central-ingress-prod", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=visibility
    )


def disabled_key(before: Before) -> None:
    kms = before.edge.client("kms")
    kms.disable_key(KeyId=kms.describe_key(KeyId="alias/alarms")["KeyMetadata"]["KeyId"])


BREAKAGES: tuple[Breakage, ...] = (
    Breakage(
        what="the role that deploys has no policies",
        do=no_policies,
        where="Rights",
        reason=f"duty network: arn:aws:iam::{WORKLOAD}:role/{OPERATOR} may not ",
        stack=SHOP,
    ),
    Breakage(
        what="a policy denies the creation of endpoint services",
        do=lambda before: deny(before.workload, "ec2:CreateVpcEndpointServiceConfiguration"),
        where="Rights",
        reason="may not ec2:CreateVpcEndpointServiceConfiguration",
        stack=SHOP,
    ),
    Breakage(
        what="a policy denies node groups",
        do=lambda before: deny(before.workload, "eks:CreateNodegroup"),
        where="Rights",
        reason="duty eks: ",
        stack=SHOP,
    ),
    Breakage(
        what="a policy denies that roles are passed",
        do=lambda before: deny(before.workload, "iam:PassRole"),
        where="Rights",
        reason="may not iam:PassRole",
        stack=SHOP,
    ),
    Breakage(
        what="a policy denies web ACLs",
        do=lambda before: deny(before.edge, "wafv2:*"),
        where="Rights",
        reason="wafv2:CreateWebACL",
    ),
    Breakage(
        what="the permissions boundary of the role leaves out load balancers",
        do=boundary,
        where="Rights",
        reason="elasticloadbalancing:CreateLoadBalancer",
    ),
    Breakage(
        what="a policy denies records to the role of an attached stack",
        do=lambda before: deny(before.edge, "route53:ChangeResourceRecordSets"),
        where="Rights",
        reason="may not route53:ChangeResourceRecordSets",
        stack=BLOG,
    ),
    Breakage(
        what="the role of the stack file does not exist",
        do=missing_role,
        where="Rights",
        reason="role/privatelink-ingress/ingress-edge-network-role does not exist",
    ),
    Breakage(
        what="the trust policy of a duty's role names another deployer",
        do=lambda before: role(before, {"AWS": "arn:aws:iam::333333333333:root"}),
        where="Roles",
        reason="role/privatelink-ingress/ingress-edge-network-role cannot be assumed, as provider network",
    ),
    Breakage(
        what="a duty's role asks for an external id that the stack file lacks",
        do=lambda before: role(before, {"AWS": EDGE}, external_id="edge-2c81"),
        where="Roles",
        reason="role/privatelink-ingress/ingress-edge-network-role cannot be assumed, as provider network",
    ),
    Breakage(
        what="the permissions boundary of the stack file does not exist",
        do=missing_boundary,
        where="Program",
        reason="roles.permissionsBoundary is ",
    ),
    Breakage(
        what="a zone of the stack file does not exist",
        do=no_such_zone,
        where="Zones",
        reason="network.zoneIds has euw1-az7, which eu-west-1 does not have",
        stack=SHOP,
    ),
    Breakage(
        what="no zone offers the instance type",
        do=instance_type,
        where="Zones",
        reason="nodes.instanceTypes has m9x.large, which euw1-az1, euw1-az2, euw1-az3 does not offer",
        stack=SHOP,
    ),
    Breakage(what="the hosted zone is private", do=private_zone, where="Program", reason="private"),
    Breakage(what="the hosted zone has another name", do=zone_of_another_name, where="Program", reason="example.net"),
    Breakage(what="the hosted zone does not exist", do=no_zone, where="Program", reason="dns.zoneId is "),
    Breakage(
        what="the certificate of the stack file does not exist",
        do=missing_certificate,
        where="Program",
        reason="which cannot be looked up",
    ),
    Breakage(
        what="the parameter with a backend's contract does not exist",
        do=by_parameter,
        where="Program",
        reason="/central-ingress/connections/shop does not exist in account 222222222222",
    ),
    Breakage(
        what="the domain is not delegated",
        do=lambda before: before.names.records.pop(("example.com", "NS")),
        where="Delegation",
        reason=f"example.com is not delegated: clients and ACM do not see the records of zone {ZONE}",
    ),
    Breakage(
        what="the domain is delegated to another provider",
        do=lambda before: before.names.set("example.com", "NS", "ns1.old.example", "ns2.old.example"),
        where="Delegation",
        reason=f"example.com is delegated to other name servers, not to zone {ZONE}",
    ),
    Breakage(
        what="the domain is also delegated to another provider",
        do=lambda before: before.names.set("example.com", "NS", *before.servers, "ns1.old.example"),
        where="Delegation",
        reason=f"example.com is also delegated to ns1.old.example, which zone {ZONE} does not have",
    ),
    Breakage(
        what="the domain is delegated to one of the zone's name servers",
        do=lambda before: before.names.set("example.com", "NS", before.servers[0]),
        where="Delegation",
        reason="example.com is delegated to 1 of the ",
        severity="warning",
    ),
    Breakage(
        what="a CNAME record is in the place of the delegation",
        do=lambda before: before.names.set("example.com", "CNAME", "parked.example"),
        where="Delegation",
        reason="example.com is not delegated (a CNAME record to parked.example is in its place)",
    ),
    Breakage(
        what="no name server answers for the domain",
        do=lambda before: before.names.failing.add("example.com"),
        where="Delegation",
        reason="answers for example.com (SERVFAIL)",
    ),
    Breakage(
        what="the host has a record already",
        do=record,
        where="Name",
        reason=f"record {ZONE}_shop.example.com_A exists already",
    ),
    Breakage(
        what="the contract's parameter exists",
        do=parameter,
        where="Name",
        reason="parameter /central-ingress/connections/shop exists already",
        stack=SHOP,
    ),
    Breakage(
        what="the log bucket's name belongs to another account",
        do=foreign_bucket,
        where="Name",
        reason="belongs to another account",
    ),
    Breakage(
        what="the cluster's log group exists",
        do=log_group,
        where="Name",
        reason="log group /aws/eks/shop/cluster",
        stack=SHOP,
    ),
    Breakage(what="the firewall's log group exists", do=firewall_log, where="Name", reason="log group aws-waf-logs-"),
    Breakage(
        what="the image's repository exists",
        do=repository,
        where="Name",
        reason="repository shop/nginx-ingress exists already",
        stack=SHOP,
        beside="Program",
    ),
    Breakage(
        what="a cluster has the name",
        do=cluster,
        where="Name",
        reason="cluster shop exists already",
        stack=SHOP,
        beside="Program",
    ),
    Breakage(
        what="a load balancer has the name of the edge's",
        do=balancer,
        where="Name",
        reason="load balancer central-ingress-prod exists already",
    ),
    Breakage(
        what="a target group has the name",
        do=target_group,
        where="Name",
        reason="target group prod-shop-0-http-80 exists already",
    ),
    Breakage(
        what="an alarm has the name", do=alarm, where="Name", reason="alarm central-ingress/prod/blocked exists already"
    ),
    Breakage(what="the alarms' topic exists", do=topic, where="Name", reason="topic central-ingress-prod"),
    Breakage(
        what="a web ACL has the name", do=web_acl, where="Name", reason="web ACL central-ingress-prod exists already"
    ),
    Breakage(
        what="the Region has as many VPCs as it may",
        do=quota(WORKLOAD, "L-F678F1CE", 0),
        where="Quota",
        reason=f"VPCs: {SHOP} adds 1, but there is room for 0",
        stack=SHOP,
    ),
    Breakage(
        what="a VPC may have fewer endpoints than the plan has",
        do=quota(WORKLOAD, "L-29B6F2EB", 3),
        where="Quota",
        reason=f"interface endpoints: {SHOP} adds 4, but there is room for 3",
        stack=SHOP,
    ),
    Breakage(
        what="the Region has as many Network Load Balancers as it may",
        do=quota(WORKLOAD, "L-69A177A2", 0),
        where="Quota",
        reason=f"Network Load Balancers: {SHOP} adds 1, but there is room for 0",
        stack=SHOP,
    ),
    Breakage(
        what="the Region has as many clusters as it may",
        do=quota(WORKLOAD, "L-1194D53C", 0),
        where="Quota",
        reason=f"clusters: {SHOP} adds 1, but there is room for 0",
        stack=SHOP,
    ),
    Breakage(
        what="the account is new and may run 5 vCPUs",
        do=quota(WORKLOAD, "L-1216C47A", 5),
        where="Quota",
        reason=f"vCPUs of On-Demand Standard instances: {SHOP} adds 6, but there is room for 5",
        stack=SHOP,
    ),
    Breakage(
        what="the Region has as many Application Load Balancers as it may",
        do=quota(EDGE, "L-53DA6B97", 0),
        where="Quota",
        reason=f"Application Load Balancers: {PROD} adds 1, but there is room for 0",
    ),
    Breakage(
        what="the Region has as many internet gateways as it may",
        do=quota(EDGE, "L-A4707A72", 0),
        where="Quota",
        reason=f"internet gateways: {PROD} adds 1, but there is room for 0",
    ),
    Breakage(
        what="the Region has as many target groups as it may",
        do=quota(EDGE, "L-B22855CB", 0),
        where="Quota",
        reason=f"target groups: {PROD} adds 1, but there is room for 0",
    ),
    Breakage(
        what="a load balancer may have fewer targets than the plan has",
        do=quota(EDGE, "L-7E6692B2", 2),
        where="Quota",
        reason=f"targets: {PROD} adds 3, but there is room for 2",
    ),
    Breakage(
        what="the Region has as many gateway endpoints as it may",
        do=quota(WORKLOAD, "L-1B52E74A", 0),
        where="Quota",
        reason=f"gateway endpoints: {SHOP} adds 1, but there is room for 0",
        stack=SHOP,
    ),
    Breakage(
        what="the Region may have two security groups",
        do=quota(WORKLOAD, "L-E79EC296", 2),
        where="Quota",
        reason=f"security groups: {SHOP} adds ",
        stack=SHOP,
    ),
    Breakage(
        what="the account has as many IAM roles as it may",
        do=roles,
        where="Quota",
        reason=f"roles: {SHOP} adds ",
        stack=SHOP,
    ),
    Breakage(
        what="the Region has as many web ACLs as it may",
        do=quota(EDGE, "L-2EC3DE7B", 0),
        where="Quota",
        reason=f"web ACLs: {PROD} adds 1, but there is room for 0",
    ),
    Breakage(
        what="the Region has as many IP sets as it may",
        do=ip_sets,
        where="Quota",
        reason=f"IP sets: {PROD} adds 1, but there is room for 0",
    ),
    Breakage(
        what="the Region has as many certificates as it may",
        do=quota(EDGE, "L-F141DD1D", 0),
        where="Quota",
        reason=f"certificates: {PROD} adds 1, but there is room for 0",
    ),
    Breakage(
        what="a security group may have fewer rules than the plan has",
        do=client_networks,
        where="Quota",
        reason=f"inbound rules for clients: {PROD} adds 2, but there is room for 1",
    ),
    Breakage(
        what="an attached stack is one listener rule too many for its shard",
        do=quota(EDGE, "L-7EED9B64", 1),
        where="Quota",
        reason=f"listener rules: {BLOG} adds ",
        stack=BLOG,
        also=(PROD,),
    ),
    Breakage(
        what="the key of the alarms' topic is disabled",
        do=disabled_key,
        where="Program",
        reason="alarms.key is alias/alarms, whose key ",
    ),
)
