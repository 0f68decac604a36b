"""To which partition and account the ARNs of a stack file belong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from privatelink_ingress import regions
from privatelink_ingress.arns import Arn
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.assumed_roles import AssumedRoles

_USED_IN_ONE_REGION = {"acm": "certificate", "kms": "key"}
"""What a service reaches in its own Region alone, by the service of its ARN: listeners use certificates of ACM
(https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html), EKS and
CloudWatch Logs keys of KMS (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html)."""

_OF_THEIR_OWN_REGION = frozenset({"dns.queryLogs.keyArn"})
"""Keys whose setting says of which Region their ARN is."""


def problems(settings: BaseModel, region: str | None) -> list[Problem]:
    """What is wrong with the ARNs of a stack file.

    Args:
        settings: All settings of the stack.
        region: Its region: no resource of one partition can name one of another. Without it partitions are not
            compared.
    """
    arns = [(path, Arn.parse(text)) for path, text in _texts(settings, "") if text.startswith("arn:")]
    wrong = [
        _misplaced(path, arn, region) for path, arn in arns if region and arn.partition != regions.partition(region)
    ]
    wrong += (
        _distant(path, arn, region)
        for path, arn in arns
        if region and arn.service in _USED_IN_ONE_REGION and arn.partition == regions.partition(region)
        if arn.region != region and path not in _OF_THEIR_OWN_REGION
    )
    publication = getattr(settings, "publication", None)
    for index, other in enumerate(getattr(publication, "supported_regions", ())):
        if region and regions.partition(other) != regions.partition(region):
            wrong.append(_elsewhere(f"publication.supportedRegions[{index}]", other, region))
    roles, account_id = getattr(settings, "roles", None), getattr(settings, "account_id", "")
    assumed = isinstance(roles, AssumedRoles)
    wrong += (
        _foreign(path, arn, account_id)
        for path, arn in arns
        # IAM knows the identity providers of its own account alone.
        if (assumed and path.startswith("roles.")) or arn.resource.startswith("oidc-provider/")
        if arn.account_id != account_id
    )
    return wrong


def _misplaced(path: str, arn: Arn, region: str) -> Problem:
    expected = regions.partition(region)
    reason = f"is an ARN of partition {arn.partition}, but {region} is in partition {expected}"
    return Problem(path, reason, f"Write an ARN that begins with arn:{expected}:, or correct aws:region.")


def _distant(path: str, arn: Arn, region: str) -> Problem:
    reason = f"is of Region {arn.region}, but the stack is in {region}"
    return Problem(path, reason, f"Write the ARN of a {_USED_IN_ONE_REGION[arn.service]} of {region}.")


def _elsewhere(path: str, other: str, region: str) -> Problem:
    reason = f"is {other}, of partition {regions.partition(other)}, but {region} is in {regions.partition(region)}"
    return Problem(path, reason, "Remove it: PrivateLink connects Regions of one partition only.")


def _foreign(path: str, arn: Arn, account_id: str) -> Problem:
    reason = f"is of account {arn.account_id}, but accountId is {account_id}"
    return Problem(path, reason, f"Write one of account {account_id}, or correct accountId.")


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every text below a value with the path of its key, as the stack file writes it."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            key = to_camel(name)
            yield from _texts(getattr(value, name), f"{path}.{key}" if path else key)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, f"{path}.{key}")
    elif isinstance(value, tuple | list):
        for index, inner in enumerate(value):
            yield from _texts(inner, f"{path}[{index}]")
