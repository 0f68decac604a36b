"""Commands that read AWS look in us-east-1 too, where query logs are or were."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.aws import inventory
from privatelink_ingress.cli import orphans
from privatelink_ingress.plan.edge.query_logs import PROVIDER
from privatelink_ingress.plan.edge.shard import edge_tags
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.query_logs import QueryLogs
from privatelink_ingress.trace.preflight import rights
from privatelink_ingress.trace.preflight.planned import Planned, Resource
from tests.support.programs import REPOSITORY

EDGE, REGION, PROD = "222222222222", "eu-west-1", "central-ingress/prod"


class Reader:
    """Credentials of one account, whose answers a test does not look at."""

    account_id = EDGE

    def client(self, service: str) -> str:
        return service


class Accounts:
    def account(self, account_id: str, region: str, *role: str | None) -> Reader:
        return Reader()


def stack(*, enabled: bool) -> Any:
    """The sample's shard, with query logs or without."""
    found: Any = orphans.stacks(REPOSITORY)[PROD]
    query_logs = QueryLogs.model_validate({"enabled": enabled})
    dns = found.settings.dns.model_copy(update={"query_logs": query_logs})
    return dataclasses.replace(found, settings=found.settings.model_copy(update={"dns": dns}))


@pytest.mark.parametrize("enabled", [True, False])
def test_orphans_looks_in_the_region_of_the_query_logs_also_when_they_are_off_now(
    monkeypatch: pytest.MonkeyPatch, enabled: bool
):
    asked: list[str] = []
    monkeypatch.setattr(inventory, "resources", lambda account, region: asked.append(region) or [])
    monkeypatch.setattr(inventory, "attached", lambda account: set())
    accounts: Any = Accounts()
    assert orphans.in_aws([stack(enabled=enabled)], accounts) == ([], set(), [])
    assert asked == [REGION, "us-east-1"]


def test_a_region_that_a_stack_wants_nothing_of_any_more_may_be_closed(monkeypatch: pytest.MonkeyPatch):
    def resources(account: Any, region: str) -> list[Any]:
        if region == "us-east-1":
            raise inventory.Unreadable("an organization's policy denies it")
        return []

    monkeypatch.setattr(inventory, "resources", resources)
    monkeypatch.setattr(inventory, "attached", lambda account: set())
    accounts: Any = Accounts()
    found, attached, [unread] = orphans.in_aws([stack(enabled=False)], accounts)
    assert (found, attached, unread.where) == ([], set(), f"account {EDGE}, us-east-1")
    assert unread.reason == "cannot be read: an organization's policy denies it"
    with pytest.raises(UserError, match=f"account {EDGE}, us-east-1: cannot be read"):
        orphans.in_aws([stack(enabled=True)], accounts)


@pytest.mark.parametrize(("region", "calls"), [("us-east-1", 1), (REGION, 0)])
def test_configurations_are_read_in_that_region_alone(monkeypatch: pytest.MonkeyPatch, region: str, calls: int):
    asked: list[str] = []
    monkeypatch.setattr(inventory, "read", lambda client, operation, key, **more: asked.append(operation) or [])
    account: Any = Reader()
    assert inventory.resources(account, region) == []
    assert asked.count("list_query_logging_configs") == calls


def test_preflight_asks_for_the_rights_on_query_logs_as_those_of_the_duty_network():
    settings = stack(enabled=True).settings
    assert isinstance(settings, EdgeSettings)
    types = (t.LOG_GROUP, t.LOG_RESOURCE_POLICY, t.QUERY_LOG)
    planned = Planned(
        label=PROD,
        file="",
        account_id=EDGE,
        region=REGION,
        settings=settings,
        tags=edge_tags(settings, "prod"),
        resources=tuple(Resource(type=type_, name="edge-query-logs", duty=PROVIDER, inputs={}) for type_ in types),
    )
    asked = list(rights.questions(planned))
    assert {one.duty for one in asked} == {"network"}
    assert {one.type for one in asked} == set(types)
    assert {action for one in asked if one.type == t.QUERY_LOG for action in one.actions} == {
        "route53:CreateQueryLoggingConfig",
        "route53:DeleteQueryLoggingConfig",
        "route53:GetQueryLoggingConfig",
        "route53:ListQueryLoggingConfigs",
    }
    [policies] = [one for one in asked if one.type == t.LOG_RESOURCE_POLICY]
    assert dict(policies.context)["aws:RequestedRegion"] == ("us-east-1",)
