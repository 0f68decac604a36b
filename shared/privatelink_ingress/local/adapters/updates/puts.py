"""Types that AWS puts as a whole: an update repeats the creation, and overwrites the existing resource."""

from __future__ import annotations

from collections.abc import Mapping

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters import cloudwatch, ecr, iam, route53, s3, s3_objects, sns, ssm, wafv2
from privatelink_ingress.local.adapters.base import Adapter, Aws, Properties, Update
from privatelink_ingress.local.adapters.calls import call


def _again(adapter: Adapter, *without: str, **always: bool) -> Update:
    """Repeats the creation, without inputs that it refuses the second time, and with those that let it overwrite."""

    def update(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
        named = {key: old[key] for key in ("name",) if key in old and key not in new}
        inputs = {key: value for key, value in (named | new | always).items() if key not in without}
        return adapter.create(aws, inputs).outputs

    return update


def _alias(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    target = call(aws, "kms", "DescribeKey", {"keyId": new["targetKeyId"]}, type_=t.KMS_ALIAS)["KeyMetadata"]
    extra = {"AliasName": id_, "TargetKeyId": target["KeyId"]}
    call(aws, "kms", "UpdateAlias", {}, type_=t.KMS_ALIAS, extra=extra)
    return {"targetKeyArn": target["Arn"]}


def _certificate(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    """Tags alone, which are changed already. The names keep the domain that ACM adds to them."""
    return {"subjectAlternativeNames": old["subjectAlternativeNames"]}


def _zone(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    """The comment, and the VPCs: a private zone always has one, so those that are new come first.

    Source: terraform-provider-aws internal/service/route53/zone.go, `resourceZoneUpdate`.
    """
    extra = {"Id": id_, "Comment": new.get("comment", route53.COMMENT)}
    call(aws, "route53", "UpdateHostedZoneComment", {}, type_=t.HOSTED_ZONE, extra=extra)
    before, after = ([route53.vpc(aws, each) for each in inputs.get("vpcs") or ()] for inputs in (old, new))
    for operation, vpcs in (
        ("AssociateVPCWithHostedZone", [vpc for vpc in after if vpc not in before]),
        ("DisassociateVPCFromHostedZone", [vpc for vpc in before if vpc not in after]),
    ):
        for vpc in vpcs:
            call(aws, "route53", operation, {"hostedZoneId": id_, "vpc": vpc}, type_=t.HOSTED_ZONE)
    return {}


def _topic(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    """One attribute after the other: an empty value takes one away (terraform-provider-aws internal/service/sns)."""
    before, after = sns.attributes(old), sns.attributes(new)
    for name in sorted(before.keys() | after.keys()):
        if before.get(name, "") != after.get(name, ""):
            attribute = {"AttributeName": name, "AttributeValue": after.get(name, "")}
            call(aws, "sns", "SetTopicAttributes", {}, type_=t.TOPIC, extra={"TopicArn": id_} | attribute)
    return {}


def _query_definition(aws: Aws, id_: str, old: Properties, new: Properties) -> Properties:
    call(aws, "logs", "PutQueryDefinition", new, type_=t.QUERY_DEFINITION, extra={"queryDefinitionId": id_})
    return {}


UPDATES: Mapping[str, Update] = {
    t.CERTIFICATE: _certificate,
    t.BUCKET_ENCRYPTION: _again(s3.ADAPTERS[t.BUCKET_ENCRYPTION]),
    t.BUCKET_LIFECYCLE: _again(s3.ADAPTERS[t.BUCKET_LIFECYCLE]),
    t.BUCKET_LOGGING: _again(s3.ADAPTERS[t.BUCKET_LOGGING]),
    t.BUCKET_OBJECT_LOCK: _again(s3.ADAPTERS[t.BUCKET_OBJECT_LOCK]),
    t.BUCKET_OBJECT: _again(s3_objects.ADAPTERS[t.BUCKET_OBJECT]),
    t.BUCKET_OWNERSHIP: _again(s3.ADAPTERS[t.BUCKET_OWNERSHIP]),
    t.BUCKET_POLICY: _again(s3.ADAPTERS[t.BUCKET_POLICY]),
    t.BUCKET_PUBLIC_ACCESS: _again(s3.ADAPTERS[t.BUCKET_PUBLIC_ACCESS]),
    t.BUCKET_VERSIONING: _again(s3.ADAPTERS[t.BUCKET_VERSIONING]),
    t.DASHBOARD: _again(cloudwatch.ADAPTERS[t.DASHBOARD]),
    t.DNS_RECORD: _again(route53.ADAPTERS[t.DNS_RECORD], allowOverwrite=True),
    t.HOSTED_ZONE: _zone,
    t.KMS_ALIAS: _alias,
    t.LOG_DELIVERY_DESTINATION: _again(cloudwatch.ADAPTERS[t.LOG_DELIVERY_DESTINATION], "tags"),
    t.LOG_DELIVERY_SOURCE: _again(cloudwatch.ADAPTERS[t.LOG_DELIVERY_SOURCE], "tags"),
    t.LOG_RESOURCE_POLICY: _again(cloudwatch.ADAPTERS[t.LOG_RESOURCE_POLICY]),
    t.METRIC_ALARM: _again(cloudwatch.ADAPTERS[t.METRIC_ALARM], "tags"),
    t.PARAMETER: _again(ssm.ADAPTERS[t.PARAMETER], "tags", overwrite=True),
    t.QUERY_DEFINITION: _query_definition,
    t.REPOSITORY_LIFECYCLE: _again(ecr.ADAPTERS[t.REPOSITORY_LIFECYCLE]),
    t.ROLE_POLICY: _again(iam.ADAPTERS[t.ROLE_POLICY]),
    t.TOPIC: _topic,
    t.WEB_ACL_LOGGING: _again(wafv2.ADAPTERS[t.WEB_ACL_LOGGING]),
}
