"""What a stack's state says before a command changes anything.

The format of `pulumi stack export`: https://www.pulumi.com/docs/iac/concepts/state-and-backends/#state.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from privatelink_ingress import tokens
from privatelink_ingress.arns import Arn
from privatelink_ingress.plan.workload.log_storage import control_plane

_NO_RESOURCE = (tokens.STACK, "pulumi:providers:")
"""Prefixes of the types of what is not a resource; that of a reference to another stack starts like a stack's."""

_PROTECTING = {
    tokens.LOAD_BALANCER: "enableDeletionProtection",
    tokens.CLUSTER: "deletionProtection",
}
"""The input with which AWS itself refuses to delete a resource."""

_SETTING_OF_ANOTHER = (
    tokens.BUCKET_LIFECYCLE,
    tokens.BUCKET_OBJECT_LOCK,
    tokens.BUCKET_OWNERSHIP,
    tokens.BUCKET_POLICY,
    tokens.BUCKET_PUBLIC_ACCESS,
    tokens.BUCKET_ENCRYPTION,
    tokens.BUCKET_VERSIONING,
    tokens.WEB_ACL_ASSOCIATION,
)
"""Types of what goes with, or stays in, the bucket or load balancer that it is a setting of."""

_WITH_CONTENTS = {tokens.REPOSITORY: "forceDelete", tokens.BUCKET: "forceDestroy"}
"""The input without which AWS refuses to delete a resource that holds something. It follows deletion protection."""


@dataclasses.dataclass(frozen=True, order=True)
class Protected:
    """A resource that refuses to be deleted."""

    urn: str
    by: str
    """What refuses: `deletion protection`, `protect` or `its contents`."""

    @property
    def shown(self) -> str:
        """Type and name, as Pulumi prints them."""
        return f"{kind_of(self.urn)} {name_of(self.urn)}"


@dataclasses.dataclass(frozen=True)
class StackState:
    """The state of one stack."""

    deployment: Mapping[str, Any]

    @property
    def resources(self) -> list[Mapping[str, Any]]:
        """Everything except the stack itself, its providers and its references to other stacks."""
        return [one for one in self._all if not one["type"].startswith(_NO_RESOURCE)]

    @property
    def deployed(self) -> bool:
        """Whether the stack has resources."""
        return bool(self.resources)

    @property
    def pending(self) -> list[tuple[str, str]]:
        """Operation and URN of what an interrupted run had started and not recorded."""
        operations = self.deployment.get("pending_operations") or []
        return [(one["type"], one["resource"]["urn"]) for one in operations]

    @property
    def accounts(self) -> frozenset[str]:
        """The accounts of its resources, from their ARNs. A stack may have a few in an account beside its own."""
        texts = (_text(one, "outputs", "arn") for one in self.resources)
        accounts = (Arn.parse(text).account_id for text in texts if text.startswith("arn:"))
        return frozenset(account for account in accounts if account.isdigit())

    @property
    def runs_hooks(self) -> bool:
        """Whether a resource has a delete hook: the engine then deletes it only while the program runs."""
        return any("BeforeDelete" in str(one.get("resourceHooks", "")) for one in self.resources)

    @property
    def protected(self) -> list[Protected]:
        """The resources that a plain `pulumi destroy` would be refused at."""
        return sorted(Protected(one["urn"], by) for one in self.resources if (by := _refuses(one)))

    @property
    def in_cluster(self) -> list[str]:
        """URNs of the Kubernetes objects, which only the cluster's own API can read."""
        return [one["urn"] for one in self.resources if one["type"].startswith("kubernetes:")]

    @property
    def cluster_endpoint(self) -> str:
        """URL of the Kubernetes API of the stack's own cluster; empty without one."""
        return next((_text(one, "outputs", "endpoint") for one in self._of(tokens.CLUSTER)), "")

    def left_behind(self) -> list[str]:
        """What remains in AWS when the stack is destroyed, a sentence each."""
        kept = [one for one in self.resources if one.get("retainOnDelete") and one.get("custom")]
        # What a bucket or log group holds matters, not each setting.
        kept = [one for one in kept if not one["type"].startswith(_SETTING_OF_ANOTHER)]
        groups = {one.get("id") for one in kept if one["type"] == tokens.LOG_GROUP}
        return [
            *(f"{kind_of(one['urn'])} {one.get('id')}: Pulumi leaves it in place." for one in kept),
            *(
                f"KMS key {one['id']}: AWS deletes it {_text(one, 'inputs', 'deletionWindowInDays') or 30} days later."
                for one in self._of(tokens.KMS_KEY)
            ),
            *(
                f"Log group {group}: EKS may write late lines and so create it again."
                for one in self._of(tokens.CLUSTER)
                if (group := control_plane(one["id"])) not in groups
            ),
        ]

    @property
    def _all(self) -> list[Mapping[str, Any]]:
        return self.deployment.get("resources") or []

    def _of(self, type_: str) -> Iterator[Mapping[str, Any]]:
        return (one for one in self.resources if one["type"] == type_)


def name_of(urn: str) -> str:
    """A resource's name: https://www.pulumi.com/docs/iac/concepts/resources/names/#urns."""
    return urn.split("::", 3)[-1]


def kind_of(urn: str) -> str:
    """The last part of a resource's type: `LoadBalancer`."""
    return urn.split("::", 3)[2].rpartition(":")[2]


def _refuses(resource: Mapping[str, Any]) -> str:
    inputs = resource.get("inputs") or {}
    if inputs.get(_PROTECTING.get(resource["type"], "")):
        return "deletion protection"
    if resource.get("protect"):
        return "protect"
    contents = _WITH_CONTENTS.get(resource["type"]) if not resource.get("retainOnDelete") else None
    return "its contents" if contents and not inputs.get(contents) else ""


def _text(resource: Mapping[str, Any], part: str, key: str) -> str:
    value = (resource.get(part) or {}).get(key)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
