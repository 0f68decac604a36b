"""Reads resources for a refresh: whether each still exists and, for some types, its current outputs."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters import ec2_endpoints, eks, lb
from privatelink_ingress.local.adapters.base import AdapterError, Aws, Properties
from privatelink_ingress.local.adapters.calls import call
from privatelink_ingress.local.adapters.kubernetes import read_object
from privatelink_ingress.local.adapters.wafv2 import key_of

GONE = re.compile(r"NotFound|NoSuch|Nonexistent|ParameterNotFound|^404$|NotExist")
"""Endings of AWS error codes for missing resources."""

Extra = Callable[[str, Properties], Mapping[str, Any]]


@dataclasses.dataclass(frozen=True)
class Reading:
    """One call that fails, or returns an empty list, when the resource no longer exists."""

    service: str
    operation: str
    parameters: Extra
    """The call's parameters, by the resource's id and its recorded outputs."""
    result: str = ""
    """The list in the answer; empty where a missing resource is an error."""
    holds: Callable[[Any, str, Properties], bool] = lambda item, id_, state: True
    """Which of the list's items is the resource."""
    outputs: Callable[[Aws, str, Properties], Properties] = lambda aws, id_, state: {}
    """Outputs of an existing resource that AWS may have changed."""


def read(target: Any, type_: str, id_: str, state: Properties) -> Properties | None:
    """A resource's outputs that may differ from `state`; None when it no longer exists.

    Types without an object of their own in AWS, such as a certificate's validation, are taken to be there.

    Raises:
        AdapterError: AWS refuses the call.
    """
    if type_.startswith("kubernetes:"):
        return read_object(target, type_, id_)
    reading = READINGS.get(type_)
    if reading is None:
        return {}
    try:
        answer = call(target, reading.service, reading.operation, {}, type_=type_, extra=reading.parameters(id_, state))
        if reading.result and not any(reading.holds(item, id_, state) for item in answer[reading.result]):
            return None
        return reading.outputs(target, id_, state)
    except AdapterError as refusal:
        if is_gone(refusal):
            return None
        raise


def is_gone(refusal: AdapterError) -> bool:
    """Whether AWS, or a cluster, refused because the requested object does not exist."""
    return bool(GONE.search(refusal.code))


def _ids(member: str) -> Extra:
    return lambda id_, state: {member: [id_]}


def _id(member: str) -> Extra:
    return lambda id_, state: {member: id_}


def _given(**members: str) -> Extra:
    """Parameters by the outputs that hold them."""
    return lambda id_, state: {member: state[name] for member, name in members.items()}


def _ec2(operation: str, result: str, member: str, outputs: Any = None) -> Reading:
    reading = Reading("ec2", operation, _ids(member), result)
    return dataclasses.replace(reading, outputs=outputs) if outputs else reading


def _nodes(aws: Aws, id_: str, state: Properties) -> Properties:
    cluster, name = id_.split(":", 1)
    named = {"clusterName": cluster, "nodegroupName": name}
    return eks.node_group_outputs(call(aws, "eks", "DescribeNodegroup", named, type_=t.NODE_GROUP)["nodegroup"])


def _balancer(aws: Aws, id_: str, state: Properties) -> Properties:
    return lb.balancer_outputs(aws, id_)


def _endpoint(aws: Aws, id_: str, state: Properties) -> Properties:
    return ec2_endpoints.endpoint_outputs(aws, id_, {"tags": state.get("tagsAll", {})})


def _service(aws: Aws, id_: str, state: Properties) -> Properties:
    return ec2_endpoints.service_outputs(aws, id_, {"tags": state.get("tagsAll", {})} | state)


_BUCKET = _id("Bucket")

READINGS: Mapping[str, Reading] = {
    t.ACCESS_ENTRY: Reading(
        "eks", "DescribeAccessEntry", _given(clusterName="clusterName", principalArn="principalArn")
    ),
    t.ACCESS_POLICY: Reading(
        "eks",
        "ListAssociatedAccessPolicies",
        _given(clusterName="clusterName", principalArn="principalArn"),
        "associatedAccessPolicies",
        lambda item, id_, state: item["policyArn"] == state["policyArn"],
    ),
    t.ADDON: Reading("eks", "DescribeAddon", _given(clusterName="clusterName", addonName="addonName")),
    t.BUCKET: Reading("s3", "GetBucketLocation", _BUCKET),
    t.BUCKET_ENCRYPTION: Reading("s3", "GetBucketEncryption", _BUCKET),
    t.BUCKET_LIFECYCLE: Reading("s3", "GetBucketLifecycleConfiguration", _BUCKET),
    t.BUCKET_OWNERSHIP: Reading("s3", "GetBucketOwnershipControls", _BUCKET),
    t.BUCKET_POLICY: Reading("s3", "GetBucketPolicy", _BUCKET),
    t.BUCKET_PUBLIC_ACCESS: Reading("s3", "GetPublicAccessBlock", _BUCKET),
    t.CERTIFICATE: Reading("acm", "DescribeCertificate", _id("CertificateArn")),
    t.CLUSTER: Reading("eks", "DescribeCluster", _id("name")),
    t.DNS_RECORD: Reading(
        "route53",
        "ListResourceRecordSets",
        _given(HostedZoneId="zoneId"),
        "ResourceRecordSets",
        lambda item, id_, state: (item["Name"].rstrip("."), item["Type"]) == (state["fqdn"], state["type"]),
    ),
    t.EGRESS_RULE: _ec2("DescribeSecurityGroupRules", "SecurityGroupRules", "SecurityGroupRuleIds"),
    t.ENDPOINT_SERVICE: _ec2(
        "DescribeVpcEndpointServiceConfigurations", "ServiceConfigurations", "ServiceIds", _service
    ),
    t.FLOW_LOG: _ec2("DescribeFlowLogs", "FlowLogs", "FlowLogIds"),
    t.IAM_POLICY: Reading("iam", "GetPolicy", _id("PolicyArn")),
    t.INGRESS_RULE: _ec2("DescribeSecurityGroupRules", "SecurityGroupRules", "SecurityGroupRuleIds"),
    t.INTERNET_GATEWAY: _ec2("DescribeInternetGateways", "InternetGateways", "InternetGatewayIds"),
    t.LAUNCH_TEMPLATE: _ec2("DescribeLaunchTemplates", "LaunchTemplates", "LaunchTemplateIds"),
    t.LISTENER: Reading("elbv2", "DescribeListeners", _ids("ListenerArns"), "Listeners"),
    t.LISTENER_RULE: Reading("elbv2", "DescribeRules", _ids("RuleArns"), "Rules"),
    t.LOAD_BALANCER: Reading(
        "elbv2", "DescribeLoadBalancers", _ids("LoadBalancerArns"), "LoadBalancers", outputs=_balancer
    ),
    t.LOG_DELIVERY: Reading("logs", "GetDelivery", _id("id")),
    t.LOG_DELIVERY_DESTINATION: Reading("logs", "GetDeliveryDestination", _id("name")),
    t.LOG_DELIVERY_SOURCE: Reading("logs", "GetDeliverySource", _id("name")),
    t.LOG_GROUP: Reading(
        "logs",
        "DescribeLogGroups",
        _id("logGroupNamePrefix"),
        "logGroups",
        lambda item, id_, state: item["logGroupName"] == id_,
    ),
    t.NODE_GROUP: Reading(
        "eks",
        "DescribeNodegroup",
        _given(clusterName="clusterName", nodegroupName="nodeGroupName"),
        outputs=_nodes,
    ),
    t.PARAMETER: Reading("ssm", "GetParameter", _id("Name")),
    t.REPOSITORY: Reading("ecr", "DescribeRepositories", _ids("repositoryNames"), "repositories"),
    t.REPOSITORY_LIFECYCLE: Reading("ecr", "GetLifecyclePolicy", _id("repositoryName")),
    t.ROLE: Reading("iam", "GetRole", _id("RoleName")),
    t.ROLE_ATTACHMENT: Reading(
        "iam",
        "ListAttachedRolePolicies",
        _given(RoleName="role"),
        "AttachedPolicies",
        lambda item, id_, state: item["PolicyArn"] == state["policyArn"],
    ),
    t.ROLE_POLICY: Reading("iam", "GetRolePolicy", _given(RoleName="role", PolicyName="name")),
    t.ROUTE_TABLE: _ec2("DescribeRouteTables", "RouteTables", "RouteTableIds"),
    t.SECURITY_GROUP: _ec2("DescribeSecurityGroups", "SecurityGroups", "GroupIds"),
    t.SUBNET: _ec2("DescribeSubnets", "Subnets", "SubnetIds"),
    t.TARGET: Reading(
        "elbv2",
        "DescribeTargetHealth",
        _given(TargetGroupArn="targetGroupArn"),
        "TargetHealthDescriptions",
        lambda item, id_, state: item["Target"]["Id"] == state["targetId"],
    ),
    t.TARGET_GROUP: Reading("elbv2", "DescribeTargetGroups", _ids("TargetGroupArns"), "TargetGroups"),
    t.VPC: _ec2("DescribeVpcs", "Vpcs", "VpcIds"),
    t.VPC_ENDPOINT: _ec2("DescribeVpcEndpoints", "VpcEndpoints", "VpcEndpointIds", _endpoint),
    t.WEB_ACL: Reading("wafv2", "GetWebACL", lambda id_, state: key_of(state["arn"])),
    t.WEB_ACL_ASSOCIATION: Reading(
        "wafv2",
        "ListResourcesForWebACL",
        _given(WebACLArn="webAclArn"),
        "ResourceArns",
        lambda item, id_, state: item == state["resourceArn"],
    ),
    t.WEB_ACL_LOGGING: Reading("wafv2", "GetLoggingConfiguration", _id("ResourceArn")),
}
