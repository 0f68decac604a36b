"""Updates tags: each service has two operations of its own for them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import AdapterError, Aws, Properties
from privatelink_ingress.local.adapters.calls import call


@dataclasses.dataclass(frozen=True, kw_only=True)
class Tagging:
    """A service's tagging operations and their parameters."""

    service: str
    add: str
    remove: str
    resource: str
    """Parameter that names the resource; one that ends in `s` is a list."""
    tags: str = "Tags"
    keys: str = "TagKeys"
    key: str = "Key"
    value: str = "Value"
    mapping: bool = False
    """Whether tags are a map, and not a list of pairs."""
    named_by: str = "arn"
    """The output that identifies the resource; empty for its id."""
    extra: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def pairs(self, tags: Mapping[str, str]) -> Any:
        """Tags in the service's form."""
        if self.mapping:
            return dict(tags)
        return [{self.key: key, self.value: value} for key, value in tags.items()]


EC2 = Tagging(service="ec2", add="CreateTags", remove="DeleteTags", resource="Resources", named_by="", keys="Tags:keys")
ELB = Tagging(service="elbv2", add="AddTags", remove="RemoveTags", resource="ResourceArns")
EKS = Tagging(
    service="eks",
    add="TagResource",
    remove="UntagResource",
    resource="resourceArn",
    tags="tags",
    keys="tagKeys",
    mapping=True,
)
LOGS = dataclasses.replace(EKS, service="logs")
BY_SERVICE = {
    "aws:ec2/": EC2,
    "aws:vpc/": EC2,
    "aws:lb/": ELB,
    "aws:eks/": EKS,
    "aws:cloudwatch/": LOGS,
    "aws:acm/": Tagging(
        service="acm",
        add="AddTagsToCertificate",
        remove="RemoveTagsFromCertificate",
        resource="CertificateArn",
        keys="Tags:pairs",
    ),
    "aws:ecr/": Tagging(
        service="ecr", add="TagResource", remove="UntagResource", resource="resourceArn", tags="tags", keys="tagKeys"
    ),
    "aws:ssm/": Tagging(
        service="ssm",
        add="AddTagsToResource",
        remove="RemoveTagsFromResource",
        resource="ResourceId",
        named_by="",
        extra={"ResourceType": "Parameter"},
    ),
    "aws:wafv2/": Tagging(service="wafv2", add="TagResource", remove="UntagResource", resource="ResourceARN"),
    "aws:kms/": Tagging(
        service="kms",
        add="TagResource",
        remove="UntagResource",
        resource="KeyId",
        key="TagKey",
        value="TagValue",
        named_by="",
    ),
}
BY_TYPE = {
    t.ACCESS_ENTRY: dataclasses.replace(EKS, named_by="accessEntryArn"),
    t.POD_IDENTITY: dataclasses.replace(EKS, named_by="associationArn"),
    t.METRIC_ALARM: Tagging(service="cloudwatch", add="TagResource", remove="UntagResource", resource="ResourceARN"),
    t.ROLE: Tagging(service="iam", add="TagRole", remove="UntagRole", resource="RoleName", named_by=""),
    t.IAM_POLICY: Tagging(service="iam", add="TagPolicy", remove="UntagPolicy", resource="PolicyArn"),
}


def change(aws: Aws, type_: str, id_: str, old: Properties, new: Properties) -> None:
    """Give the resource the tags of `new`, and remove those of `old` that are not among them."""
    before, after = old.get("tags") or {}, new.get("tags") or {}
    if before == after:
        return
    if type_ == t.BUCKET:
        tag_set = [{"Key": key, "Value": value} for key, value in after.items()]
        extra = {"Bucket": id_, "Tagging": {"TagSet": tag_set}}
        call(aws, "s3", "PutBucketTagging", {}, type_=type_, extra=extra)
        return
    how = BY_TYPE.get(type_) or next((how for start, how in BY_SERVICE.items() if type_.startswith(start)), None)
    if how is None:
        raise AdapterError(f"{type_}: the local cloud cannot change the tags of {id_}")
    name = old[how.named_by] if how.named_by else id_
    named: dict[str, Any] = {**how.extra, how.resource: [name] if how.resource.endswith("s") else name}
    if gone := sorted(before.keys() - after.keys()):
        member, _, form = how.keys.partition(":")
        keys = {
            "": gone,
            "keys": [{"Key": key} for key in gone],
            "pairs": how.pairs({key: before[key] for key in gone}),
        }[form]
        call(aws, how.service, how.remove, {}, type_=type_, extra=named | {member: keys})
    if added := {key: value for key, value in after.items() if before.get(key) != value}:
        call(aws, how.service, how.add, {}, type_=type_, extra=named | {how.tags: how.pairs(added)})
