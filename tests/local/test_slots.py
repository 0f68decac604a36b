"""Which connections have rules on a load balancer, as the emulated AWS tells it."""

from __future__ import annotations

from typing import Any

import pytest

from privatelink_ingress.aws.slots import used_priorities
from privatelink_ingress.local.cloud.session import Session
from privatelink_ingress.plan.edge.slots import UsedPriority
from privatelink_ingress.problems import UserError
from tests.local.test_edge_removal import PROD, WORKLOAD, Shard


def test_rules_have_the_stack_and_the_connection_of_their_tags_and_the_default_rule_is_left_out(
    edge: Session, ambient: Any
):
    ambient(edge)
    shard = Shard(edge)
    shard.connection("shop", 1, stack=PROD.stack)
    shard.connection("blog", 41, stack="central-ingress/prod-blog")
    shard.connection("by-hand", 7)
    assert sorted(used_priorities(PROD, shard.listener), key=lambda rule: rule.priority) == [
        UsedPriority(priority=1, stack=PROD.stack, connection="shop"),
        UsedPriority(priority=7, stack="", connection=""),
        UsedPriority(priority=41, stack="central-ingress/prod-blog", connection="blog"),
    ]


def test_credentials_of_another_account_are_told(edge: Session, workload: Session, ambient: Any):
    shard = Shard(edge)
    ambient(workload)
    with pytest.raises(UserError, match=f"cannot be read: credentials of the environment are of account {WORKLOAD}"):
        used_priorities(PROD, shard.listener)
