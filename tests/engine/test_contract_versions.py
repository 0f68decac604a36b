"""Workload and edge are upgraded one after the other, either side first: contracts of version 1 and 2 between them.

The claims are told in the order of one life, on one emulated AWS: each begins where the one above it ended.
"""

from __future__ import annotations

from typing import Any, Literal

import pytest

from privatelink_ingress.contracts.service import Contract
from tests.support.engine import Stack, World
from tests.support.engine_edge import connection, edge, publish, write_contract
from tests.support.engine_traffic import uninterrupted

HOST = "news.example.com"
PARAMETER = "/central-ingress/connections/news"
VERSION_2 = {"contract_version": 2, "protocol_versions": ["HTTP1"], "keepalive_seconds": 75, "read_timeout_seconds": 60}


@pytest.fixture(scope="module")
def news(world: World) -> dict[str, Any]:
    return publish(world, "news")


@pytest.fixture(scope="module")
def stack(world: World, news: dict[str, Any]) -> Stack:
    return edge(world, news=connection("news", 0, {"parameter": PARAMETER}))


@pytest.fixture
def older_edge(monkeypatch: pytest.MonkeyPatch) -> None:
    """The edge's program of the release before, which read version 1 alone."""
    monkeypatch.setattr(Contract.model_fields["contract_version"], "annotation", Literal[1])


def test_an_edge_that_is_upgraded_first_serves_by_the_contract_of_an_older_workload(world, stack, news):
    write_contract(world, PARAMETER, "news", news)
    stack.up()
    with uninterrupted(world, HOST):
        assert stack.up().shown() == []


def test_the_workloads_upgrade_afterwards_changes_nothing_at_the_edge(world, stack, news):
    write_contract(world, PARAMETER, "news", news, **VERSION_2)
    with uninterrupted(world, HOST):
        assert stack.up().shown() == []


def test_an_edge_whose_workload_is_upgraded_first_is_told_both_versions_and_keeps_serving(world, stack, older_edge):
    before = stack.resources()
    with uninterrupted(world, HOST):
        for command in ("preview", "up"):
            told = "\n".join(stack.failing(command).errors)
            assert "contract_version: is 2, but this program reads version 1" in told
            assert "Deploy both projects from the same release of this repository." in told
    assert stack.resources() == before


def test_the_edges_upgrade_afterwards_changes_nothing_either(world, stack):
    with uninterrupted(world, HOST):
        assert stack.up().shown() == []


def test_a_contract_of_version_2_without_what_version_2_adds_is_refused_and_nothing_changes(world, stack, news):
    write_contract(world, PARAMETER, "news", news, contract_version=2)
    told = "\n".join(stack.failing("up").errors)
    assert "protocol_versions: is missing" in told
    write_contract(world, PARAMETER, "news", news, **VERSION_2)
    assert stack.up().shown() == []
