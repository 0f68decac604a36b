"""Resources without tags, found through what holds them: a role's policies, a VPC's further ranges."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.arns import Arn
from privatelink_ingress.fleet.orphans import Found
from privatelink_ingress.fleet.resource_kinds import kind_of
from privatelink_ingress.plan.edge.firewall.log import QUERY
from privatelink_ingress.plan.log_queries import FOLLOW
from privatelink_ingress.regions import partition

Holders = Mapping[tuple[str, str], str]
"""The stack of each tagged resource, by its type and import id."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Answers:
    """What AWS answers, as the API has it."""

    roles: Sequence[Mapping[str, Any]]
    """iam:GetAccountAuthorizationDetails."""
    vpcs: Sequence[Mapping[str, Any]]
    """ec2:DescribeVpcs."""
    notifications: Sequence[Mapping[str, Any]]
    """ec2:DescribeVpcEndpointConnectionNotifications."""
    queries: Sequence[Mapping[str, Any]]
    """logs:DescribeQueryDefinitions."""
    query_logs: Sequence[Mapping[str, Any]] = ()
    """route53:ListQueryLoggingConfigs."""


def held_by(tagged: Iterable[Found], answers: Answers, account_id: str, region: str) -> list[Found]:
    """The resources without tags that belong to tagged ones, of the types in `untagged_kinds.HELD_BY`."""
    holders = dict[tuple[str, str], str]()
    for one in tagged:
        arn = Arn.parse(one.arn)
        if kind := kind_of(arn, egress=one.egress):
            holders[kind.type, kind.import_id(arn)] = one.stack
    prefix, place = f"arn:{partition(region)}", f"{region}:{account_id}"
    return sorted(
        [
            *_policies(holders, answers.roles, f"{prefix}:iam::{account_id}", region),
            *_ranges(holders, answers.vpcs, f"{prefix}:ec2:{place}", region),
            *_notifications(holders, answers.notifications, f"{prefix}:ec2:{place}", region),
            *_queries(holders, answers.queries, f"{prefix}:logs:{place}", region),
            *_query_logs(holders, answers.query_logs, f"{prefix}:route53:::queryloggingconfig", region),
        ]
    )


def _policies(holders: Holders, roles: Sequence[Mapping[str, Any]], prefix: str, region: str) -> Iterator[Found]:
    for role in roles:
        if stack := holders.get((t.ROLE, role["RoleName"])):
            for policy in role.get("RolePolicyList") or ():
                id_ = f"{role['RoleName']}:{policy['PolicyName']}"
                yield _found(stack, f"{prefix}:role-policy", id_, region, policy["PolicyName"])


def _ranges(holders: Holders, vpcs: Sequence[Mapping[str, Any]], prefix: str, region: str) -> Iterator[Found]:
    for vpc in vpcs:
        if stack := holders.get((t.VPC, vpc["VpcId"])):
            for one in vpc.get("CidrBlockAssociationSet") or ():
                if one["CidrBlock"] != vpc["CidrBlock"] and one["CidrBlockState"]["State"] == "associated":
                    path = f"{prefix}:vpc-cidr-block-association"
                    yield _found(stack, path, one["AssociationId"], region, one["CidrBlock"])
            for one in vpc.get("Ipv6CidrBlockAssociationSet") or ():
                if one["Ipv6CidrBlockState"]["State"] == "associated":
                    path = f"{prefix}:vpc-ipv6-cidr-block-association"
                    yield _found(stack, path, one["AssociationId"], region, vpc["VpcId"])


def _notifications(holders: Holders, found: Sequence[Mapping[str, Any]], prefix: str, region: str) -> Iterator[Found]:
    for one in found:
        if stack := holders.get((t.ENDPOINT_SERVICE, one.get("ServiceId") or "")):
            path, id_ = f"{prefix}:vpc-endpoint-connection-notification", one["ConnectionNotificationId"]
            yield _found(stack, path, id_, region, one["ConnectionNotificationArn"])


def _queries(holders: Holders, found: Sequence[Mapping[str, Any]], prefix: str, region: str) -> Iterator[Found]:
    """Those of our names. Others may be anybody's, on log groups of ours too."""
    for one in found:
        groups = [holders.get((t.LOG_GROUP, name)) for name in one.get("logGroupNames") or ()]
        if one["name"].endswith((f"/{QUERY}", f"/{FOLLOW}")) and groups and groups[0]:
            arn = f"{prefix}:query-definition:{one['queryDefinitionId']}"
            yield Found(stack=groups[0], arn=arn, region=region, told_by=one["name"])


def _query_logs(holders: Holders, found: Sequence[Mapping[str, Any]], path: str, region: str) -> Iterator[Found]:
    """Those that write to a log group of ours."""
    for one in found:
        group = one["CloudWatchLogsLogGroupArn"].partition(":log-group:")[2].removesuffix(":*")
        if stack := holders.get((t.LOG_GROUP, group)):
            arn = f"{path}/{one['Id']}"
            yield Found(stack=stack, arn=arn, region=region, told_by=one["HostedZoneId"].rpartition("/")[2])


def _found(stack: str, path: str, id_: str, region: str, told_by: str) -> Found:
    return Found(stack=stack, arn=f"{path}/{id_}", region=region, told_by=told_by, shown=id_, certain=False)
