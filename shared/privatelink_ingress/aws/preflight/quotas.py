"""How much of an account's quotas is in use, by whomever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from privatelink_ingress.aws.pages import read
from privatelink_ingress.aws.reads import Account
from privatelink_ingress.plan.capacity.region_quotas import STANDARD


def used(account: Account) -> Mapping[str, int]:
    """Numbers by key of `REGION_QUOTAS`, without vCPUs."""
    ec2, elbv2 = account.client("ec2"), account.client("elbv2")
    balancers = Counter(one["Type"] for one in read(elbv2, "describe_load_balancers", "LoadBalancers"))
    return {
        "vpcs": len(read(ec2, "describe_vpcs", "Vpcs")),
        "internetGateways": len(read(ec2, "describe_internet_gateways", "InternetGateways")),
        "applicationLoadBalancers": balancers["application"],
        "networkLoadBalancers": balancers["network"],
        "targetGroupsOfRegion": len(read(elbv2, "describe_target_groups", "TargetGroups")),
        "clusters": len(read(account.client("eks"), "list_clusters", "clusters")),
    }


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
