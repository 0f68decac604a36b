"""AWS Regions and their partitions."""

from __future__ import annotations

import re

from privatelink_ingress.problems import Problem, nearest

REGIONS = (
    *("af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1"),
    *("ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5"),
    *("ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "cn-north-1", "cn-northwest-1", "eu-central-1"),
    *("eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3", "il-central-1"),
    *("me-central-1", "me-south-1", "mx-central-1", "sa-east-1", "us-east-1", "us-east-2", "us-gov-east-1"),
    *("us-gov-west-1", "us-west-1", "us-west-2"),
)
"""Regions by name: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
A newer one is taken as it is, if it has the form of a Region's name."""

PATTERN = r"[a-z]{2,4}(-[a-z]{1,12}){1,3}-[0-9]"
_ISOLATED = re.compile(r"[a-z]{2}-iso[a-z]?-")

PARTITIONS = ("aws", "aws-cn", "aws-eusc", "aws-us-gov")
"""https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html"""


def partition(region: str) -> str:
    """The partition of a Region: https://docs.aws.amazon.com/general/latest/gr/rande.html."""
    for start, name in (("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"), ("eusc-", "aws-eusc")):
        if region.startswith(start):
            return name
    return "aws"


def home(region: str) -> str:
    """The Region of IAM's API and quotas in the partition of a Region, which every account has enabled.

    https://docs.aws.amazon.com/general/latest/gr/iam-service.html
    """
    homes = {"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1", "aws-eusc": "eusc-de-east-1"}
    return homes.get(partition(region), "us-east-1")


def dns_suffix(region: str) -> str:
    """The last part of the names of AWS's endpoints: https://docs.aws.amazon.com/general/latest/gr/rande.html."""
    return {"aws-cn": "amazonaws.com.cn", "aws-eusc": "amazonaws.eu"}.get(partition(region), "amazonaws.com")


def problem(region: str, *, where: str = "aws:region") -> Problem | None:
    """What is wrong with the name of a Region; None when nothing is."""
    if not region:
        return Problem(where, "is missing", "Add it under config, for example `aws:region: eu-west-1`.")
    if _ISOLATED.match(region):
        reason = f"is {region!r}, of an isolated partition, which this system does not know"
        return Problem(where, reason, f"Write a Region of {', '.join(PARTITIONS)}.")
    if re.fullmatch(PATTERN, region):
        return None
    likely = nearest(region, REGIONS, cutoff=0.5)
    remedy = f"Did you mean {likely}?" if likely else "Write the name of a Region, for example eu-west-1."
    return Problem(where, f"is {region!r}, which is not the name of a Region", remedy)
