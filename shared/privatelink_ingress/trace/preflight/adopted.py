"""Topics and keys that a stack file names and that no look-up of the program asks for."""

from __future__ import annotations

import dataclasses
import fnmatch
import json
from collections.abc import Iterator, Mapping

from privatelink_ingress.arns import Arn
from privatelink_ingress.plan.alarm_topic import CLOUDWATCH
from privatelink_ingress.settings.attached import AttachedSettings
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.trace.judgements.findings import Diagnosis, found
from privatelink_ingress.trace.preflight.planned import Planned

WHERE = "Existing"

ENDPOINTS = "vpce.amazonaws.com"
"""The service that publishes the events of an endpoint service's connections."""

_OF_SNS = "alias/aws/sns"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Topic:
    """An existing topic, as AWS has it."""

    policy: str
    key: str | None
    """Id, ARN or alias of the key that encrypts it."""


def topics(planned: Planned) -> Mapping[str, tuple[str, str]]:
    """ARN, and the service that publishes to it, by key of the stack file."""
    settings = planned.settings
    named = {"alarms.topicArn": (settings.alarms.topic_arn, CLOUDWATCH)}
    if isinstance(settings, WorkloadSettings) and (notifications := settings.publication.notifications):
        named["publication.notifications.topicArn"] = (notifications.topic_arn, ENDPOINTS)
    return {where: (arn, service) for where, (arn, service) in named.items() if arn}


def keys(planned: Planned) -> Mapping[str, str]:
    """ARNs of the keys of the stack's own account, by key of the stack file. Nobody else may look a key up by right."""
    settings = planned.settings
    if isinstance(settings, AttachedSettings):
        return {}
    if isinstance(settings, WorkloadSettings):
        named = {
            "cluster.logKeyArn": settings.cluster.log_key_arn,
            "cluster.secretsKeyArn": settings.cluster.secrets_key_arn,
        }
    else:
        named = {"logs.keyArn": settings.logs.key_arn, "dns.queryLogs.keyArn": settings.dns.query_logs.key_arn}
    return {where: arn for where, arn in named.items() if arn and Arn.parse(arn).account_id == planned.account_id}


def judge_topic(planned: Planned, where: str, topic: Topic | None) -> Iterator[Diagnosis]:
    """Whether the service can publish to a topic; None for one that does not exist."""
    arn, service = topics(planned)[where]
    if topic is None:
        reason = f"{where} is {arn}, which does not exist: nobody would be notified"
        yield found(planned.label, "error", WHERE, reason, "Create the topic, or write one that exists.")
    elif not _admits(topic.policy, service):
        reason = f"{where} is {arn}, whose policy does not let {service} publish"
        remedy = f"Allow the principal Service: {service} the action sns:Publish in the topic's policy."
        yield found(planned.label, "error", WHERE, reason, remedy, topic.policy)
    elif topic.key and topic.key.endswith(_OF_SNS):
        # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
        reason = f"{where} is {arn}, which the key of SNS encrypts: {service} cannot publish with it"
        remedy = f"Encrypt the topic with a key of your own whose policy admits {service}: docs/alarms.md."
        yield found(planned.label, "error", WHERE, reason, remedy)


def judge_key(planned: Planned, where: str, arn: str, state: str | None) -> Iterator[Diagnosis]:
    """Whether a key can encrypt; `state` is its KeyState (KMS API), None for a key that does not exist."""
    if state is None:
        reason = f"{where} is {arn}, which does not exist"
        yield found(planned.label, "error", WHERE, reason, "Create the key, or write one that exists.")
    elif state != "Enabled":
        reason = f"{where} is {arn}, whose state is {state}"
        yield found(planned.label, "error", WHERE, reason, "Enable the key, or write another one.")


def _admits(policy: str, service: str) -> bool:
    """Whether a statement allows everyone, or the service, to publish. Its conditions are not evaluated."""
    listed = json.loads(policy)["Statement"] if policy else []
    for one in listed if isinstance(listed, list) else [listed]:
        principal = one.get("Principal", {})
        named = {value for values in principal.values() for value in _list(values)} if principal != "*" else {"*"}
        publishes = any(fnmatch.fnmatchcase("sns:publish", action.lower()) for action in _list(one.get("Action", ())))
        if one.get("Effect") == "Allow" and publishes and named & {"*", service}:
            return True
    return False


def _list(value: object) -> list[str]:
    return [value] if isinstance(value, str) else [str(one) for one in value] if isinstance(value, list) else []
