"""What the Region of a stack has: zones, and instance types in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from privatelink_ingress.aws.pages import read
from privatelink_ingress.aws.reads import Account
from privatelink_ingress.aws.topology import records
from privatelink_ingress.trace.topology import HostedZone


def zones(account: Account) -> Mapping[str, str]:
    """State by zone id, without Local and Wavelength Zones."""
    listed = account.client("ec2").describe_availability_zones(
        Filters=[{"Name": "zone-type", "Values": ["availability-zone"]}]
    )
    return {one["ZoneId"]: one["State"] for one in listed["AvailabilityZones"]}


def instance_types(account: Account, types: Sequence[str]) -> Mapping[str, frozenset[str]]:
    """The ids of the zones that offer each type."""
    wanted = [{"Name": "instance-type", "Values": list(types)}]
    found: dict[str, set[str]] = {}
    for one in read(
        account.client("ec2"),
        "describe_instance_type_offerings",
        "InstanceTypeOfferings",
        LocationType="availability-zone-id",
        Filters=wanted,
    ):
        found.setdefault(one["InstanceType"], set()).add(one["Location"])
    return {type_: frozenset(zones) for type_, zones in found.items()}


def is_enabled(account: Account, region: str) -> bool:
    """Whether the account has enabled a Region: one that is not refuses all credentials, so another one is asked.

    Args:
        account: Clients in the home Region of the partition.
        region: Of the stack.
    """
    listed = account.client("ec2").describe_regions(RegionNames=[region], AllRegions=True)["Regions"]
    return any(one.get("OptInStatus") != "not-opted-in" for one in listed)


def api_host(account: Account, cluster: str) -> str | None:
    """Host of a cluster's Kubernetes API; None when the cluster does not exist."""
    eks = account.client("eks")
    if cluster not in read(eks, "list_clusters", "clusters"):
        return None
    return urlsplit(eks.describe_cluster(name=cluster)["cluster"].get("endpoint", "")).hostname


def hosted_zone(account: Account, zone_id: str) -> HostedZone | None:
    """A public hosted zone, with its name servers; None where it is private or does not exist."""
    try:
        found = account.client("route53").get_hosted_zone(Id=zone_id)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchHostedZone":  # which the program's own look-up tells
            raise
        return None
    return None if found["HostedZone"]["Config"].get("PrivateZone") else records.zone_of(found)
