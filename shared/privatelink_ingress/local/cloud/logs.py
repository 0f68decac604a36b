"""CloudWatch Logs: retention, policies, and delivery of load balancers' logs."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import Any

from moto.elbv2.models import elbv2_backends
from moto.kms.models import kms_backends
from moto.logs.models import DeliverySource
from moto.logs.responses import LogsResponse
from moto.s3.models import s3_backends

from privatelink_ingress.arns import Arn
from privatelink_ingress.local.cloud.hardening import Params, around, before, operation, refuse

RETENTION = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
"""Valid retention periods in days (CloudWatch Logs API reference, PutRetentionPolicy)."""

DELIVERED: Mapping[str, tuple[str, ...]] = {
    "app": ("ALB_ACCESS_LOGS", "ALB_CONNECTION_LOGS", "ALB_HEALTH_CHECK_LOGS"),
    "net": ("NLB_ACCESS_LOGS",),
}
"""Log types by type of load balancer (CloudWatch Logs API reference, PutDeliverySource: logType)."""

MAX_RESOURCE_POLICIES = 10
"""Per Region; not adjustable (CloudWatch Logs quotas)."""


@before(LogsResponse, "create_log_group")
def log_group_is_valid(request: Any, params: Params) -> None:
    """No name begins with `aws/`; a KMS key is usable (API reference, CreateLogGroup)."""
    if params["logGroupName"].startswith("aws/"):
        refuse("InvalidParameterException", "Log groups starting with AWS/ are reserved for AWS.")
    if key := params.get("kmsKeyId"):
        _key_admits_logs(request, key)


@before(LogsResponse, "delete_log_group")
def the_tags_of_a_log_group_go_with_it(request: Any, params: Params) -> None:
    """A new group of the same name has only the tags that its creation names (API reference, CreateLogGroup: tags)."""
    request.logs_backend.tagger.delete_all_tags_for_resource(_group(request, params).arn)


@operation(LogsResponse, "associate_kms_key")
def a_log_group_takes_another_key(request: Any, params: Params) -> dict[str, Any]:
    """The key exists, is enabled, and its policy admits CloudWatch Logs (API reference, AssociateKmsKey)."""
    _key_admits_logs(request, params["kmsKeyId"])
    _group(request, params).kms_key_id = params["kmsKeyId"]
    return {}


@operation(LogsResponse, "disassociate_kms_key")
def a_log_group_goes_without_a_key(request: Any, params: Params) -> dict[str, Any]:
    """New events are encrypted by the service's own key (API reference, DisassociateKmsKey)."""
    _group(request, params).kms_key_id = None
    return {}


def _group(request: Any, params: Params) -> Any:
    group = request.logs_backend.groups.get(params["logGroupName"])
    return group or refuse("ResourceNotFoundException", "The specified log group does not exist.")


def _service(arn: str) -> str:
    try:
        return Arn.parse(arn).service
    except ValueError:
        refuse("ValidationException", f"Provided ARN is malformed: {arn}")


def _key_admits_logs(request: Any, arn: str) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html, steps 2 and 3."""
    service, key = f"logs.{request.region}.amazonaws.com", None
    with contextlib.suppress(ValueError, KeyError):  # an alias, an id, or anything else that is no ARN of a key
        named = Arn.parse(arn)
        key = kms_backends[named.account_id][named.region].keys.get(arn.rsplit("/", 1)[-1])
    if not key or not key.enabled or service not in key.policy:
        refuse(
            "InvalidParameterException",
            f"The specified KMS key does not exist or is not allowed to be used with {service}: {arn}",
        )


@before(LogsResponse, "put_retention_policy")
def retention_is_one_of_the_list(request: Any, params: Params) -> None:
    """Retention accepts these 22 values only (API reference, PutRetentionPolicy)."""
    days = params["retentionInDays"]
    if days not in RETENTION:
        refuse(
            "InvalidParameterException",
            f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint: Member "
            f"must satisfy enum value set: {list(RETENTION)}",
        )


@before(LogsResponse, "put_resource_policy")
def resource_policy_is_json(request: Any, params: Params) -> None:
    """A resource policy is a JSON document with statements, and a Region has ten.

    Source: API reference, PutResourcePolicy.
    """
    try:
        valid = bool(json.loads(params["policyDocument"])["Statement"])
    except (ValueError, KeyError, TypeError):
        valid = False
    if not valid:
        refuse("InvalidParameterException", "Invalid policy document")
    policies = request.logs_backend.resource_policies
    if params["policyName"] not in policies and len(policies) >= MAX_RESOURCE_POLICIES:
        refuse("LimitExceededException", "Resource limit exceeded.")


@before(LogsResponse, "put_delivery_destination")
def delivery_destination_exists(request: Any, params: Params) -> None:
    """A destination is an existing log group, bucket or stream (API reference, PutDeliveryDestination)."""
    arn = params["deliveryDestinationConfiguration"]["destinationResourceArn"]
    kind, name = _service(arn), arn.removesuffix(":*").rsplit(":", 1)[-1].split("/")[0]
    group = arn.removesuffix(":*").partition(":log-group:")[2]
    if kind not in ("logs", "s3", "firehose"):
        refuse("ValidationException", f"Resource {arn} is no log group, bucket or delivery stream")
    if kind == "logs" and group not in request.logs_backend.groups:
        refuse("ResourceNotFoundException", f"The log group {group} does not exist")
    if kind == "s3" and name not in s3_backends.bucket_accounts:
        refuse("ResourceNotFoundException", f"The bucket {name} does not exist")


@before(LogsResponse, "delete_delivery_source")
def delivery_source_is_not_in_use(request: Any, params: Params) -> None:
    """A source with a delivery cannot be deleted (API reference, DeleteDeliverySource: ConflictException)."""
    name = params["name"]
    if any(delivery.delivery_source_name == name for delivery in request.logs_backend.deliveries.values()):
        refuse("ConflictException", "The delivery source is in use by a delivery; delete the delivery first")


@before(LogsResponse, "delete_delivery_destination")
def delivery_destination_is_not_in_use(request: Any, params: Params) -> None:
    """A destination with a delivery cannot be deleted (API reference, DeleteDeliveryDestination: ConflictException)."""
    destination = request.logs_backend.delivery_destinations.get(params["name"])
    deliveries = request.logs_backend.deliveries.values()
    if destination and any(delivery.delivery_destination_arn == destination.arn for delivery in deliveries):
        refuse("ConflictException", "The delivery destination is in use by a delivery; delete the delivery first")


@operation(LogsResponse, "update_delivery_configuration")
def a_delivery_takes_other_fields(request: Any, params: Params) -> dict[str, Any]:
    """What the request leaves out stays (API reference, UpdateDeliveryConfiguration)."""
    delivery = request.logs_backend.deliveries.get(params["id"])
    if delivery is None:
        refuse("ResourceNotFoundException", "Unable to find the requested delivery")
    delivery.record_fields = params.get("recordFields", delivery.record_fields)
    delivery.field_delimiter = params.get("fieldDelimiter", delivery.field_delimiter)
    delivery.s3_delivery_configuration = params.get("s3DeliveryConfiguration", delivery.s3_delivery_configuration)
    return {}


@around(LogsResponse, "put_delivery_source")
def load_balancers_deliver_logs(original: Any, request: Any) -> str:
    """Load balancers deliver access, connection and health check logs.

    One source per balancer and log type (API reference, PutDeliverySource; ALB user guide, CloudWatch logs). moto
    knows other services only.
    """
    arn, log_type = request._get_param("resourceArn"), request._get_param("logType")
    _service(arn)
    if ":elasticloadbalancing:" not in arn:
        return original(request)
    backend, name = request.logs_backend, request._get_param("name")
    if arn not in elbv2_backends[request.current_account][request.region].load_balancers:
        refuse("ResourceNotFoundException", f"The load balancer {arn} does not exist")
    if log_type not in DELIVERED.get(arn.split("/")[1], ()):
        refuse("ValidationException", f"{log_type} is not a log type of {arn}")
    for other in backend.delivery_sources.values():
        if (other.name == name) != (arn in other.resource_arns and log_type == other.log_type):
            refuse(
                "ConflictException", f"The delivery source {other.name} has this name, or this resource and log type"
            )
    tags = request._get_param("tags")
    source: Any = DeliverySource(request.current_account, request.region, name, arn, log_type, tags)
    backend.delivery_sources[name] = source
    if tags:
        backend.tag_resource(source.arn, tags)
    return json.dumps({"deliverySource": source.to_dict()})
