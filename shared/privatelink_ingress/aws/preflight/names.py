"""Which of the names that a plan registers are taken in an account."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from botocore.exceptions import ClientError

from privatelink_ingress import tokens as t
from privatelink_ingress.aws.pages import read
from privatelink_ingress.aws.reads import Account, Reads
from privatelink_ingress.regions import partition
from privatelink_ingress.trace.preflight.names import KINDS, Name, Taken

Read = Callable[[Account, Sequence[str]], Iterable[tuple[str, str]]]
"""The taken ones of some names, each with its ARN."""


def taken(reads: Reads, wanted: Iterable[Name]) -> list[Taken]:
    """The wanted names that exist. What may not be read is noted in `reads`."""
    by_type: dict[str, list[str]] = {}
    for one in wanted:
        by_type.setdefault(one.type, []).append(one.value)
    found = []
    for type_, names in sorted(by_type.items()):
        answer = reads.part(
            f"names of {KINDS[type_].noun}s", functools.partial(_taken, reads, type_, sorted(names)), []
        )
        found += answer
    return found


def own(account: Account, label: str) -> frozenset[str]:
    """ARNs of all that carries a stack's tag."""
    wanted = [{"Key": "Stack", "Values": [label]}]
    client = account.client("resourcegroupstaggingapi")
    listed = read(client, "get_resources", "ResourceTagMappingList", TagFilters=wanted)
    return frozenset(one["ResourceARN"].removesuffix(":*") for one in listed)


def _taken(reads: Reads, type_: str, names: Sequence[str]) -> list[Taken]:
    if type_ == t.BUCKET:
        return list(_buckets(reads.account, names))
    return [Taken(name=Name(type_, name), arn=arn) for name, arn in _READERS[type_](reads.account, names)]


def _buckets(account: Account, names: Sequence[str]) -> Iterator[Taken]:
    s3 = account.client("s3")
    for name in names:
        try:
            s3.head_bucket(Bucket=name)
            others = False
        except ClientError as error:
            # HEAD has no body: 404 is a free name, 403 a bucket of another account.
            code = error.response["Error"]["Code"]
            if code in ("404", "NoSuchBucket"):
                continue
            if code not in ("403", "301", "AccessDenied"):
                raise
            others = True
        arn = f"arn:{partition(account.region)}:s3:::{name}"
        yield Taken(name=Name(t.BUCKET, name), arn="" if others else arn, by_others=others)


def _arn(account: Account, service: str, resource: str) -> str:
    return f"arn:{partition(account.region)}:{service}:{account.region}:{account.account_id}:{resource}"


def _parameters(account: Account, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    wanted = [{"Key": "Name", "Option": "Equals", "Values": list(names)}]
    for one in read(account.client("ssm"), "describe_parameters", "Parameters", ParameterFilters=wanted):
        yield one["Name"], one.get("ARN") or _arn(account, "ssm", f"parameter{one['Name']}")


def _log_groups(account: Account, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    logs = account.client("logs")
    for name in names:
        for one in read(logs, "describe_log_groups", "logGroups", logGroupNamePrefix=name):
            if one["logGroupName"] == name:
                yield name, one["arn"]


def _repositories(account: Account, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for one in read(account.client("ecr"), "describe_repositories", "repositories"):
        if one["repositoryName"] in names:
            yield one["repositoryName"], one["repositoryArn"]


def _clusters(account: Account, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in read(account.client("eks"), "list_clusters", "clusters"):
        if name in names:
            yield name, _arn(account, "eks", f"cluster/{name}")


def _roles(account: Account, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    iam = account.client("iam")
    for name in names:
        try:
            yield name, iam.get_role(RoleName=name)["Role"]["Arn"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchEntity":
                raise


def _balancers(account: Account, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for one in read(account.client("elbv2"), "describe_load_balancers", "LoadBalancers"):
        if one["LoadBalancerName"] in names:
            yield one["LoadBalancerName"], one["LoadBalancerArn"]


def _target_groups(account: Account, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for one in read(account.client("elbv2"), "describe_target_groups", "TargetGroups"):
        if one["TargetGroupName"] in names:
            yield one["TargetGroupName"], one["TargetGroupArn"]


def _topics(account: Account, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for one in read(account.client("sns"), "list_topics", "Topics"):
        if (name := one["TopicArn"].rpartition(":")[2]) in names:
            yield name, one["TopicArn"]


def _alarms(account: Account, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    cloudwatch = account.client("cloudwatch")
    for start in range(0, len(names), _ALARMS):
        batch = list(names[start : start + _ALARMS])
        for one in read(cloudwatch, "describe_alarms", "MetricAlarms", AlarmNames=batch):
            yield one["AlarmName"], one["AlarmArn"]


_ALARMS = 100
"""Names in one DescribeAlarms call, CloudWatch API."""


def _of_firewall(operation: str, key: str) -> Read:
    def look(account: Account, names: Sequence[str]) -> Iterator[tuple[str, str]]:
        listed = read(account.client("wafv2"), operation, key, Scope="REGIONAL")
        yield from ((one["Name"], one["ARN"]) for one in listed if one["Name"] in names)

    return look


def _of_delivery(operation: str, key: str) -> Read:
    def look(account: Account, names: Sequence[str]) -> Iterator[tuple[str, str]]:
        for one in read(account.client("logs"), operation, key):
            if one["name"] in names:
                yield one["name"], one["arn"]

    return look


def _records(account: Account, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    route53 = account.client("route53")
    for zone_id in sorted({name.partition("_")[0] for name in names}):
        try:
            listed = read(route53, "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone_id)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchHostedZone":  # which the program's own look-up tells
                raise
            continue
        held = {f"{zone_id}_{_plain(one['Name'])}_{one['Type']}" for one in listed}
        yield from ((name, "") for name in names if name in held)


def _plain(name: str) -> str:
    """As stack files write it: Route 53 lists names with a last dot, and the asterisk by its octal code."""
    return name.removesuffix(".").replace("\\052", "*")


_READERS: Mapping[str, Read] = {
    t.PARAMETER: _parameters,
    t.LOG_GROUP: _log_groups,
    t.REPOSITORY: _repositories,
    t.CLUSTER_COMPONENT: _clusters,
    t.ROLE: _roles,
    t.LOAD_BALANCER: _balancers,
    t.TARGET_GROUP: _target_groups,
    t.TOPIC: _topics,
    t.METRIC_ALARM: _alarms,
    t.WEB_ACL: _of_firewall("list_web_acls", "WebACLs"),
    t.IP_SET: _of_firewall("list_ip_sets", "IPSets"),
    t.LOG_DELIVERY_SOURCE: _of_delivery("describe_delivery_sources", "deliverySources"),
    t.LOG_DELIVERY_DESTINATION: _of_delivery("describe_delivery_destinations", "deliveryDestinations"),
    t.DNS_RECORD: _records,
}
"""By type; buckets are asked for each by its name."""
