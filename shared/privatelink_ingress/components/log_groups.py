"""Log groups: each with the retention, and the key, that the stack file asks for."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi_aws as aws

from privatelink_ingress.components.base import Component
from privatelink_ingress.plan.log_groups import LogStorage


def log_group(
    parent: Component, name: str, storage: LogStorage, *, tags: Mapping[str, str], group: str | None = None
) -> aws.cloudwatch.LogGroup:
    """A log group, child of `parent`.

    Args:
        parent: What it belongs to.
        name: The resource's.
        storage: How it keeps what it gets.
        tags: Of the group, with its `Name`.
        group: The group's own name, where its writer or its readers fix it; Pulumi's automatic name without it.
    """
    return aws.cloudwatch.LogGroup(
        name,
        name=group,
        retention_in_days=storage.retention_days,
        kms_key_id=storage.key_arn,
        tags=tags,
        opts=parent.child(retain_on_delete=storage.retain_on_delete, import_=storage.import_id(group)),
    )
