"""Topics: `aws:sns/…`."""

from __future__ import annotations

from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Adapter, Aws, Created, Properties
from privatelink_ingress.local.adapters.calls import call

ATTRIBUTES = {"displayName": "DisplayName", "kmsMasterKeyId": "KmsMasterKeyId", "policy": "Policy"}
"""Names of a topic's attributes, which the API takes as a map: SetTopicAttributes, SNS API."""


def attributes(inputs: Properties) -> dict[str, str]:
    """The attributes among the inputs."""
    return {ATTRIBUTES[name]: value for name, value in inputs.items() if name in ATTRIBUTES and value is not None}


def _create_topic(aws: Aws, inputs: Properties) -> Created:
    rest = {name: value for name, value in inputs.items() if name not in ATTRIBUTES}
    extra: dict[str, Any] = {"Attributes": given} if (given := attributes(inputs)) else {}
    arn = call(aws, "sns", "CreateTopic", rest, type_=t.TOPIC, extra=extra)["TopicArn"]
    return Created(arn, {"arn": arn, "owner": aws.account_id})


def _delete_topic(aws: Aws, id_: str, outputs: Properties) -> None:
    call(aws, "sns", "DeleteTopic", {}, type_=t.TOPIC, extra={"TopicArn": id_})


ADAPTERS: dict[str, Adapter] = {t.TOPIC: Adapter(_create_topic, _delete_topic)}
