"""Reads what stands beside an edge: its logs, attributes, quotas and alarms."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from privatelink_ingress.aws import quotas
from privatelink_ingress.aws.pages import read
from privatelink_ingress.aws.reads import REMEDY, Account, Reads, each
from privatelink_ingress.aws.surroundings import alarms
from privatelink_ingress.plan.capacity.quotas import QUOTAS
from privatelink_ingress.trace.expected import Shard
from privatelink_ingress.trace.surroundings import Bucket, Surroundings
from privatelink_ingress.trace.topology import Topology


def load(account: Account, shards: Iterable[Shard], topology: Topology) -> Surroundings:
    """What the shards of one account and Region have, and what could not be read of it.

    Args:
        account: The edge account.
        shards: Those of the stack files in this account and Region.
        topology: What was read of it.
    """
    reads, shards = Reads(account), tuple(shards)
    elbv2, wafv2, ec2, logs = map(account.client, ("elbv2", "wafv2", "ec2", "logs"))
    place = (account.account_id, account.region)
    names = {shard.plan.load_balancer_name for shard in shards}
    balancers = [
        one
        for one in topology.load_balancers.values()
        if one.name in names and one.arn.split(":")[3:5] == [account.region, account.account_id]
    ]
    acls = {one.web_acl.name: one.web_acl.arn for one in balancers if one.web_acl and one.web_acl.arn}
    groups = sorted({name for shard in shards for name in _groups(shard)})
    limits = reads.part("quotas", lambda: quotas.applied(account, QUOTAS.values()), None)
    found = reads.part("log groups", lambda: frozenset(_existing(logs, groups)), None)
    delivered = reads.part("log deliveries", lambda: _deliveries(logs), None)
    return Surroundings(
        attributes=reads.part(
            "attributes of load balancers", lambda: {one.arn: _attributes(elbv2, one.arn) for one in balancers}, {}
        ),
        buckets=buckets(reads, shards),
        log_groups={} if found is None else {place: found},
        deliveries={} if delivered is None else {place: delivered},
        firewall_logs=reads.part(
            "logs of the web ACL", lambda: {name: _firewall_log(wafv2, arn) for name, arn in acls.items()}, {}
        ),
        flow_logs=reads.part("flow logs", lambda: _flow_logs(ec2, {one.vpc_id for one in balancers}), {}),
        limits={} if limits is None else {place: limits},
        alarms=reads.part("alarms", lambda: alarms.load(account), ()),
        unread=tuple(reads.unread.values()),
    )


def buckets(reads: Reads, shards: Iterable[Shard]) -> Mapping[str, Bucket]:
    """The shards' log buckets. An existing one may be of another account, which alone can read its policy."""
    look = _bucket(reads.account)
    existing = {one.plan.logs.bucket: one.plan.logs.bucket_is_existing for one in shards}
    own = sorted(name for name, is_existing in existing.items() if not is_existing)
    found = {one.name: one for one in reads.part("log buckets", lambda: each(look, own), [])}
    for name in sorted(existing.keys() - set(own)):
        part = f"the policy of the existing log bucket {name}"
        if bucket := reads.part(part, functools.partial(look, name), None):
            found[name] = bucket
        else:
            remedy = f"{REMEDY} If the bucket is of another account, its owner compares the policy with docs/logs.md."
            reads.unread[part] = dataclasses.replace(reads.unread[part], remedy=remedy)
    return found


def _groups(shard: Shard) -> Iterable[str]:
    firewall = shard.plan.firewall
    own = () if firewall.existing_arn else (firewall.log.group,)
    return (*(one.log_group for one in shard.plan.logs.deliveries), *own)


def _attributes(elbv2: Any, arn: str) -> Mapping[str, str]:
    found = elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
    return {one["Key"]: one.get("Value", "") for one in found}


def _bucket(account: Account) -> Any:
    s3 = account.client("s3")

    def look(name: str) -> Bucket:
        try:
            policy = s3.get_bucket_policy(Bucket=name, ExpectedBucketOwner=account.account_id)["Policy"]
        except ClientError as error:
            # https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
            code = error.response["Error"]["Code"]
            if code == "NoSuchBucket":
                return Bucket(name=name, exists=False)
            if code == "NoSuchBucketPolicy":
                return Bucket(name=name, exists=True)
            raise
        return Bucket(name=name, exists=True, policy=json.loads(policy))

    return look


def _existing(logs: Any, names: Iterable[str]) -> Iterable[str]:
    """Those of the log groups that exist, by one call for all with a common beginning."""
    for prefix in sorted({name.rpartition("/")[0] or name for name in names}):
        yield from (
            one["logGroupName"] for one in read(logs, "describe_log_groups", "logGroups", logGroupNamePrefix=prefix)
        )


def _deliveries(logs: Any) -> Mapping[tuple[str, str], str]:
    sources = {one["name"]: one for one in read(logs, "describe_delivery_sources", "deliverySources")}
    groups = {
        one["arn"]: one["deliveryDestinationConfiguration"]["destinationResourceArn"]
        for one in read(logs, "describe_delivery_destinations", "deliveryDestinations")
        if "deliveryDestinationConfiguration" in one
    }
    return {
        (arn, sources[one["deliverySourceName"]]["logType"]): _group_of(groups.get(one["deliveryDestinationArn"], ""))
        for one in read(logs, "describe_deliveries", "deliveries")
        if one["deliverySourceName"] in sources
        for arn in sources[one["deliverySourceName"]]["resourceArns"]
    }


def _group_of(arn: str) -> str:
    """A log group's name, of its ARN with or without `:*`."""
    return arn.partition(":log-group:")[2].removesuffix(":*")


def _firewall_log(wafv2: Any, arn: str) -> str:
    try:
        found = wafv2.get_logging_configuration(ResourceArn=arn)["LoggingConfiguration"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "WAFNonexistentItemException":
            return ""
        raise
    return next(map(_group_of, found["LogDestinationConfigs"]), "")


def _flow_logs(ec2: Any, vpc_ids: set[str]) -> Mapping[str, str]:
    if not vpc_ids:
        return {}
    wanted = [{"Name": "resource-id", "Values": sorted(vpc_ids)}]
    found = {
        one["ResourceId"]: one.get("DeliverLogsStatus", "SUCCESS")
        for one in read(ec2, "describe_flow_logs", "FlowLogs", Filters=wanted)
    }
    return {vpc_id: found.get(vpc_id, "") for vpc_id in vpc_ids}
