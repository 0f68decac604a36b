"""Who is told when an endpoint connects to a published service, is accepted or rejected, or goes."""

from __future__ import annotations

import dataclasses

from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.workload.publication import Notifications


@dataclasses.dataclass(frozen=True, kw_only=True)
class NotificationsPlan:
    """One notification of the endpoint service."""

    topic_arn: str
    events: tuple[str, ...]


def plan_notifications(settings: Notifications | None, *, account_id: str, region: str) -> NotificationsPlan | None:
    """The plan, or none without a topic.

    Raises:
        UserError: when the topic is in another account or Region than the service.
    """
    if settings is None:
        return None
    _, partition, _, topic_region, topic_account, topic = settings.topic_arn.split(":")
    if (topic_account, topic_region) != (account_id, region):
        problem = Problem(
            "publication.notifications.topicArn",
            f"is in account {topic_account}, {topic_region}, but the service is in {account_id}, {region}",
            f"Write a topic that is there too: arn:{partition}:sns:{region}:{account_id}:{topic}.",
        )
        raise UserError("Nobody would be notified", [problem])
    return NotificationsPlan(topic_arn=settings.topic_arn, events=tuple(sorted(settings.events)))
