"""How much of an account's quotas is in use, by whomever."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping

from privatelink_ingress.aws.pages import read
from privatelink_ingress.aws.reads import Account, Reads
from privatelink_ingress.plan.capacity.region_quotas import STANDARD

Numbers = Mapping[str, int]
"""By key of `REGION_QUOTAS`."""


def used(reads: Reads, wanted: Collection[str]) -> Numbers:
    """What is in use of the wanted quotas, without vCPUs. One that may not be read is noted in `reads` and left out."""
    numbers: dict[str, int] = {}
    for keys, look in _READERS.items():
        if set(keys) & set(wanted):
            numbers |= reads.part(f"use of {', '.join(keys)}", functools.partial(look, reads.account), {})
    return {key: number for key, number in numbers.items() if key in wanted}


def roles(account: Account) -> tuple[int, int]:
    """IAM roles of the account, and how many it may have."""
    summary = account.client("iam").get_account_summary()["SummaryMap"]
    return summary["Roles"], summary["RolesQuota"]


def endpoints(account: Account, vpc_id: str) -> frozenset[str]:
    """Ids of the interface endpoints in a VPC."""
    wanted = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "vpc-endpoint-type", "Values": ["Interface"]}]
    listed = read(account.client("ec2"), "describe_vpc_endpoints", "VpcEndpoints", Filters=wanted)
    return frozenset(one["VpcEndpointId"] for one in listed)


def vcpus(account: Account, types: Iterable[str]) -> tuple[int, Mapping[str, int]]:
    """VCPUs of running On-Demand Standard instances, and of one instance of each of `types` that the Region has."""
    ec2 = account.client("ec2")
    running = Counter(
        instance["InstanceType"]
        for reservation in read(
            ec2,
            "describe_instances",
            "Reservations",
            Filters=[{"Name": "instance-state-name", "Values": ["pending", "running"]}],
        )
        for instance in reservation["Instances"]
        if instance.get("InstanceLifecycle") != "spot" and instance["InstanceType"][0] in STANDARD
    )
    wanted = [{"Name": "instance-type", "Values": sorted({*running, *types})}]
    each = {
        one["InstanceType"]: one["VCpuInfo"]["DefaultVCpus"]
        for one in read(ec2, "describe_instance_types", "InstanceTypes", Filters=wanted)
    }
    return sum(number * each.get(type_, 0) for type_, number in running.items()), each


def _counted(service: str, operation: str, items: str, key: str, **parameters: object) -> Callable[[Account], Numbers]:
    return lambda account: {key: len(read(account.client(service), operation, items, **parameters))}


def _balancers(account: Account) -> Numbers:
    types = Counter(one["Type"] for one in read(account.client("elbv2"), "describe_load_balancers", "LoadBalancers"))
    return {"applicationLoadBalancers": types["application"], "networkLoadBalancers": types["network"]}


def _firewall(operation: str, items: str, key: str) -> Callable[[Account], Numbers]:
    return _counted("wafv2", operation, items, key, Scope="REGIONAL")


_GATEWAYS = [{"Name": "vpc-endpoint-type", "Values": ["Gateway"]}]

_EVERY_KEY = {
    "keyTypes": [
        *("RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096"),
        *("EC_prime256v1", "EC_secp384r1", "EC_secp521r1"),
    ]
}
"""Without it, ACM lists certificates with the two shortest RSA keys alone (Filters, ACM API)."""

_READERS: Mapping[tuple[str, ...], Callable[[Account], Numbers]] = {
    ("vpcs",): _counted("ec2", "describe_vpcs", "Vpcs", "vpcs"),
    ("internetGateways",): _counted("ec2", "describe_internet_gateways", "InternetGateways", "internetGateways"),
    ("securityGroups",): _counted("ec2", "describe_security_groups", "SecurityGroups", "securityGroups"),
    ("gatewayEndpoints",): _counted(
        "ec2", "describe_vpc_endpoints", "VpcEndpoints", "gatewayEndpoints", Filters=_GATEWAYS
    ),
    ("applicationLoadBalancers", "networkLoadBalancers"): _balancers,
    ("targetGroupsOfRegion",): _counted("elbv2", "describe_target_groups", "TargetGroups", "targetGroupsOfRegion"),
    ("trustStores",): _counted("elbv2", "describe_trust_stores", "TrustStores", "trustStores"),
    ("clusters",): _counted("eks", "list_clusters", "clusters", "clusters"),
    ("certificatesOfRegion",): _counted(
        "acm", "list_certificates", "CertificateSummaryList", "certificatesOfRegion", Includes=_EVERY_KEY
    ),
    ("webAcls",): _firewall("list_web_acls", "WebACLs", "webAcls"),
    ("ruleGroups",): _firewall("list_rule_groups", "RuleGroups", "ruleGroups"),
    ("ipSets",): _firewall("list_ip_sets", "IPSets", "ipSets"),
}
"""What each of them reads."""
