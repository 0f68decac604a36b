"""Notifications about connections to a published service: created, accepted, rejected or deleted."""

from __future__ import annotations

import dataclasses

from privatelink_ingress.arns import Arn
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.workload.publication import Notifications


@dataclasses.dataclass(frozen=True, kw_only=True)
class NotificationsPlan:
    """One notification of the endpoint service."""

    topic_arn: str
    events: tuple[str, ...]


def plan_notifications(settings: Notifications | None, *, account_id: str, region: str) -> NotificationsPlan | None:
    """The plan; None without a topic.

    Raises:
        UserError: when the topic is in another account or Region than the service.
    """
    if settings is None:
        return None
    topic = Arn.parse(settings.topic_arn)
    if (topic.account_id, topic.region) != (account_id, region):
        problem = Problem(
            "publication.notifications.topicArn",
            f"is in account {topic.account_id}, {topic.region}, but the service is in {account_id}, {region}",
            f"Write a topic that is there as well: {dataclasses.replace(topic, region=region, account_id=account_id)}.",
        )
        raise UserError("The notification topic must be in the service's account and Region", [problem])
    return NotificationsPlan(topic_arn=settings.topic_arn, events=tuple(sorted(settings.events)))
