"""Tags: each service has its own operations to read, add and remove them."""

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
    list: str
    listed: str
    """Path of the tags in the answer of `list`."""
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


EC2 = Tagging(
    service="ec2",
    add="CreateTags",
    remove="DeleteTags",
    list="DescribeTags",
    listed="Tags",
    resource="Resources",
    named_by="",
    keys="Tags:keys",
)
ELB = Tagging(
    service="elbv2",
    add="AddTags",
    remove="RemoveTags",
    list="DescribeTags",
    listed="TagDescriptions.Tags",
    resource="ResourceArns",
)
EKS = Tagging(
    service="eks",
    add="TagResource",
    remove="UntagResource",
    list="ListTagsForResource",
    listed="tags",
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
        list="ListTagsForCertificate",
        listed="Tags",
        resource="CertificateArn",
        keys="Tags:pairs",
    ),
    "aws:ecr/": Tagging(
        service="ecr",
        add="TagResource",
        remove="UntagResource",
        list="ListTagsForResource",
        listed="tags",
        resource="resourceArn",
        tags="tags",
        keys="tagKeys",
    ),
    "aws:ssm/": Tagging(
        service="ssm",
        add="AddTagsToResource",
        remove="RemoveTagsFromResource",
        list="ListTagsForResource",
        listed="TagList",
        resource="ResourceId",
        named_by="",
        extra={"ResourceType": "Parameter"},
    ),
    "aws:wafv2/": Tagging(
        service="wafv2",
        add="TagResource",
        remove="UntagResource",
        list="ListTagsForResource",
        listed="TagInfoForResource.TagList",
        resource="ResourceARN",
    ),
    "aws:kms/": Tagging(
        service="kms",
        add="TagResource",
        remove="UntagResource",
        list="ListResourceTags",
        listed="Tags",
        resource="KeyId",
        key="TagKey",
        value="TagValue",
        named_by="",
    ),
}


def _iam(noun: str, resource: str, named_by: str = "arn") -> Tagging:
    return Tagging(
        service="iam",
        add=f"Tag{noun}",
        remove=f"Untag{noun}",
        list=f"List{noun}Tags",
        listed="Tags",
        resource=resource,
        named_by=named_by,
    )


BY_TYPE = {
    t.ACCESS_ENTRY: dataclasses.replace(EKS, named_by="accessEntryArn"),
    t.POD_IDENTITY: dataclasses.replace(EKS, named_by="associationArn"),
    t.METRIC_ALARM: Tagging(
        service="cloudwatch",
        add="TagResource",
        remove="UntagResource",
        list="ListTagsForResource",
        listed="Tags",
        resource="ResourceARN",
    ),
    t.TOPIC: Tagging(
        service="sns",
        add="TagResource",
        remove="UntagResource",
        list="ListTagsForResource",
        listed="Tags",
        resource="ResourceArn",
    ),
    t.ROLE: _iam("Role", "RoleName", named_by=""),
    t.IAM_POLICY: _iam("Policy", "PolicyArn"),
    t.OIDC_PROVIDER: _iam("OpenIDConnectProvider", "OpenIDConnectProviderArn"),
}

_ZONE = {"ResourceType": "hostedzone"}


def change(aws: Aws, type_: str, id_: str, old: Properties, new: Properties) -> None:
    """Give the resource the tags of `new`, and remove those of `old` that are not among them."""
    before, after = old.get("tags") or {}, new.get("tags") or {}
    if before == after:
        return
    if type_ in (t.BUCKET, t.BUCKET_OBJECT):
        tag_set = [{"Key": key, "Value": value} for key, value in after.items()]
        noun, at = _in_s3(type_, id_)
        call(aws, "s3", f"Put{noun}Tagging", {}, type_=type_, extra=at | {"Tagging": {"TagSet": tag_set}})
        return
    if type_ == t.HOSTED_ZONE:
        gone, added = sorted(before.keys() - after.keys()), [{"Key": key, "Value": after[key]} for key in after]
        parts = {"RemoveTagKeys": gone, "AddTags": added}
        extra = _ZONE | {"ResourceId": id_} | {member: items for member, items in parts.items() if items}
        call(aws, "route53", "ChangeTagsForResource", {}, type_=type_, extra=extra)
        return
    how = _tagging(type_)
    named = _named(how, id_, old)
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


def read(aws: Aws, type_: str, id_: str, state: Properties) -> dict[str, str]:
    """All tags of a resource, those that AWS adds itself excepted."""
    if type_ in (t.BUCKET, t.BUCKET_OBJECT):
        noun, at = _in_s3(type_, id_)
        try:
            return _plain(call(aws, "s3", f"Get{noun}Tagging", {}, type_=type_, extra=at)["TagSet"])
        except AdapterError as refusal:
            if refusal.code == "NoSuchTagSet":
                return {}
            raise
    if type_ == t.HOSTED_ZONE:
        answer = call(aws, "route53", "ListTagsForResource", {}, type_=type_, extra=_ZONE | {"ResourceId": id_})
        return _plain(answer["ResourceTagSet"]["Tags"])
    how = _tagging(type_)
    named = _named(how, id_, state)
    if how is EC2:
        named = {"Filters": [{"Name": "resource-id", "Values": [id_]}]}
    found: Any = call(aws, how.service, how.list, {}, type_=type_, extra=named)
    for name in how.listed.split("."):
        found = (found[0] if isinstance(found, list) else found).get(name) or {}
    return {key: value for key, value in _plain(found).items() if not key.startswith("aws:")}


def _in_s3(type_: str, id_: str) -> tuple[str, dict[str, str]]:
    if type_ == t.BUCKET:
        return "Bucket", {"Bucket": id_}
    bucket, _, key = id_.partition("/")
    return "Object", {"Bucket": bucket, "Key": key}


def _plain(tags: Any) -> dict[str, str]:
    """Tags of any service's form: a map, or a list of pairs whose names end in key and value."""
    if isinstance(tags, Mapping):
        return dict(tags)
    return {pair.get("Key", pair.get("TagKey")): pair.get("Value", pair.get("TagValue")) for pair in tags}


def _tagging(type_: str) -> Tagging:
    how = BY_TYPE.get(type_) or next((how for start, how in BY_SERVICE.items() if type_.startswith(start)), None)
    if how is None:
        raise AdapterError(f"{type_}: the local cloud has no operation for its tags")
    return how


def _named(how: Tagging, id_: str, state: Properties) -> dict[str, Any]:
    name = state[how.named_by] if how.named_by else id_
    return {**how.extra, how.resource: [name] if how.resource.endswith("s") else name}
