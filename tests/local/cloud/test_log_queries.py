"""Saved queries of the emulated CloudWatch Logs: created, replaced in place, found by a prefix of the name, deleted."""

from __future__ import annotations

from privatelink_ingress.local.cloud.session import Session
from tests.support.edge_world import refused

UNKNOWN = "00000000-0000-0000-0000-000000000000"


def test_a_saved_query_lives_until_it_is_deleted(edge: Session) -> None:
    logs = edge.client("logs")
    made = logs.put_query_definition(name="edge/a", queryString="fields @message", logGroupNames=["g"])
    logs.put_query_definition(name="other/b", queryString="limit 1")
    id_ = made["queryDefinitionId"]
    logs.put_query_definition(queryDefinitionId=id_, name="edge/a", queryString="limit 2")
    found = logs.describe_query_definitions(queryDefinitionNamePrefix="edge/")["queryDefinitions"]
    assert found == [{"queryDefinitionId": id_, "name": "edge/a", "queryString": "limit 2"}]
    assert logs.delete_query_definition(queryDefinitionId=id_)["success"] is True
    assert [one["name"] for one in logs.describe_query_definitions()["queryDefinitions"]] == ["other/b"]


def test_a_query_that_does_not_exist_is_neither_replaced_nor_deleted(edge: Session) -> None:
    logs = edge.client("logs")
    with refused("ResourceNotFoundException", "does not exist"):
        logs.put_query_definition(queryDefinitionId=UNKNOWN, name="a", queryString="limit 1")
    with refused("ResourceNotFoundException", "does not exist"):
        logs.delete_query_definition(queryDefinitionId=UNKNOWN)
