"""Load balancing resources with their tags, which ELBv2 tells only on request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_TAG_BATCH = 20
"""Resources of one DescribeTags call, ELBv2 API."""


def with_tags(elbv2: Any, described: list[Any], key: str) -> Iterator[tuple[Any, dict[str, str]]]:
    """Each resource that was described, with its tags; `key` is the field with its ARN."""
    for start in range(0, len(described), _TAG_BATCH):
        batch = {one[key]: one for one in described[start : start + _TAG_BATCH]}
        for one in elbv2.describe_tags(ResourceArns=list(batch))["TagDescriptions"]:
            yield batch[one["ResourceArn"]], by_key(one["Tags"])


def by_key(listed: list[dict[str, str]]) -> dict[str, str]:
    """Tags as a mapping."""
    return {tag["Key"]: tag["Value"] for tag in listed}
