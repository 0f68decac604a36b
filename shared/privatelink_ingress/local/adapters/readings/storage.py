"""Buckets, repositories, parameters, logs and topics: `aws:s3/…`, `aws:ecr/…`, `aws:ssm/…`, `aws:cloudwatch/…`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters import s3_objects, sns
from privatelink_ingress.local.adapters.base import Aws, Properties
from privatelink_ingress.local.adapters.calls import call
from privatelink_ingress.local.adapters.readings.reading import Reading, by_id, by_ids, given, is_

_BUCKET = by_id("Bucket")
_NOT_DESCRIBED = {"bucket": ""}


def _versioning(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    return {"versioningConfiguration": {"status": item.get("Status", "Disabled")}}


def _parameter(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    extra = {"ParameterFilters": [{"Key": "Name", "Values": [id_]}]}
    (description,) = call(aws, "ssm", "DescribeParameters", {}, type_=t.PARAMETER, extra=extra)["Parameters"]
    values = {name: item["Value"] for name in ("value", "insecureValue") if name in state}
    return values | {
        "allowedPattern": description.get("AllowedPattern"),
        "description": description.get("Description"),
        "tier": description.get("Tier", "Standard"),
        "version": item["Version"],
    }


def _source(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    return {"resourceArn": item["resourceArns"][0]}


def _alarm(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    """Its queries, whose metric the provider holds flat: terraform-provider-aws internal/service/cloudwatch."""
    queries = [_query(query) for query in item.get("Metrics") or ()]
    return {"metricQueries": queries} if queries or state.get("metricQueries") else {}


def _query(query: Any) -> Properties:
    names = {"Id": "id", "Expression": "expression", "Label": "label", "Period": "period", "AccountId": "accountId"}
    found: Properties = {name: query[member] for member, name in names.items() if query.get(member)}
    found["returnData"] = query.get("ReturnData", True)
    if stat := query.get("MetricStat"):
        dimensions = {one["Name"]: one["Value"] for one in stat["Metric"].get("Dimensions", ())}
        found["metric"] = {
            "namespace": stat["Metric"].get("Namespace"),
            "metricName": stat["Metric"]["MetricName"],
            "period": stat["Period"],
            "stat": stat["Stat"],
            **({"dimensions": dimensions} if dimensions else {}),
            **({"unit": stat["Unit"]} if stat.get("Unit") else {}),
        }
    return found


def _object(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    return {
        "contentType": item.get("ContentType"),
        "etag": item["ETag"].strip('"'),
        "versionId": item.get("VersionId", ""),
    }


def _topic(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    """Its attributes, some of which AWS leaves out while they are empty. Its policy is always there."""
    found = {name: item.get(attribute) for name, attribute in sns.ATTRIBUTES.items()}
    return found | {"owner": item["Owner"]}


READINGS: Mapping[str, Reading] = {
    t.BUCKET: Reading("s3", "GetBucketLocation", _BUCKET, matched=False),
    t.BUCKET_ENCRYPTION: Reading(
        "s3", "GetBucketEncryption", _BUCKET, "ServerSideEncryptionConfiguration", rename=_NOT_DESCRIBED
    ),
    t.BUCKET_LIFECYCLE: Reading("s3", "GetBucketLifecycleConfiguration", _BUCKET, rename=_NOT_DESCRIBED),
    t.BUCKET_LOGGING: Reading("s3", "GetBucketLogging", _BUCKET, "LoggingEnabled", rename=_NOT_DESCRIBED),
    t.BUCKET_OBJECT_LOCK: Reading(
        "s3", "GetObjectLockConfiguration", _BUCKET, "ObjectLockConfiguration", rename=_NOT_DESCRIBED
    ),
    # The provider compares no content: it reads none.
    t.BUCKET_OBJECT: Reading("s3", "HeadObject", lambda id_, state: s3_objects.place(id_), more=_object, matched=False),
    t.BUCKET_OWNERSHIP: Reading(
        "s3", "GetBucketOwnershipControls", _BUCKET, "OwnershipControls", rename=_NOT_DESCRIBED
    ),
    t.BUCKET_POLICY: Reading("s3", "GetBucketPolicy", _BUCKET, rename=_NOT_DESCRIBED),
    t.BUCKET_PUBLIC_ACCESS: Reading(
        "s3", "GetPublicAccessBlock", _BUCKET, "PublicAccessBlockConfiguration", rename=_NOT_DESCRIBED
    ),
    t.BUCKET_VERSIONING: Reading("s3", "GetBucketVersioning", _BUCKET, more=_versioning, matched=False),
    t.LOG_DELIVERY: Reading("logs", "GetDelivery", by_id("id"), "delivery"),
    t.LOG_DELIVERY_DESTINATION: Reading("logs", "GetDeliveryDestination", by_id("name"), "deliveryDestination"),
    t.LOG_DELIVERY_SOURCE: Reading(
        "logs", "GetDeliverySource", by_id("name"), "deliverySource", rename={"resourceArn": ""}, more=_source
    ),
    t.LOG_GROUP: Reading(
        "logs",
        "DescribeLogGroups",
        by_id("logGroupNamePrefix"),
        "logGroups",
        is_("logGroupName"),
        {"namePrefix": "", "name": "logGroupName"},
    ),
    t.LOG_RESOURCE_POLICY: Reading(
        "logs", "DescribeResourcePolicies", lambda id_, state: {}, "resourcePolicies", is_("policyName")
    ),
    t.QUERY_DEFINITION: Reading(
        "logs",
        "DescribeQueryDefinitions",
        given(queryDefinitionNamePrefix="name"),
        "queryDefinitions",
        is_("queryDefinitionId"),
    ),
    t.DASHBOARD: Reading("cloudwatch", "GetDashboard", by_id("DashboardName")),
    t.METRIC_ALARM: Reading(
        "cloudwatch",
        "DescribeAlarms",
        by_ids("AlarmNames"),
        "MetricAlarms",
        rename={"name": "AlarmName", "metricQueries": ""},
        more=_alarm,
    ),
    t.TOPIC: Reading("sns", "GetTopicAttributes", by_id("TopicArn"), "Attributes", more=_topic, matched=False),
    t.PARAMETER: Reading(
        "ssm",
        "GetParameter",
        lambda id_, state: {"Name": id_, "WithDecryption": True},
        "Parameter",
        rename=dict.fromkeys(("value", "valueWo", "valueWoVersion", "insecureValue", "description", "tier"), ""),
        more=_parameter,
    ),
    t.REPOSITORY: Reading(
        "ecr",
        "DescribeRepositories",
        by_ids("repositoryNames"),
        "repositories",
        rename={"encryptionConfigurations": "encryptionConfiguration"},
    ),
    t.REPOSITORY_LIFECYCLE: Reading(
        "ecr",
        "GetLifecyclePolicy",
        by_id("repositoryName"),
        rename={"policy": "lifecyclePolicyText", "repository": "repositoryName"},
    ),
}
