"""`preflight`: asks for topics and keys that a stack file names, and judges them."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from privatelink_ingress.arns import Arn
from privatelink_ingress.aws.preflight import adopted as live
from privatelink_ingress.aws.reads import Reads
from privatelink_ingress.cli.accounts import Accounts
from privatelink_ingress.trace.judgements.findings import Diagnosis
from privatelink_ingress.trace.preflight import adopted
from privatelink_ingress.trace.preflight.planned import Planned


def judge(planned: Planned, accounts: Accounts, reads: Reads) -> Iterator[Diagnosis]:
    """Each topic to which its service cannot publish, and each key that cannot encrypt."""
    roles = planned.settings.roles
    for where, (arn, _) in adopted.topics(planned).items():
        unread = adopted.Topic(policy="", key=None)
        topic = reads.part(f"topic {arn}", functools.partial(live.topic, reads.account, arn), unread)
        if topic is not unread:
            yield from adopted.judge_topic(planned, where, topic)
    for where, arn in adopted.keys(planned).items():
        # The key of query logs is in another Region of the account.
        account = accounts.account(planned.account_id, Arn.parse(arn).region, roles.network, roles.external_id)
        read_key = functools.partial(live.key_state, account, arn)
        yield from adopted.judge_key(planned, where, arn, reads.part(f"key {arn}", read_key, "Enabled"))
