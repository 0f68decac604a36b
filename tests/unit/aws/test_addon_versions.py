"""Versions of add-ons are asked once, however many clusters are read at the same time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from privatelink_ingress.aws.surroundings.workload import Offered


class Eks:
    """Answers once all threads have asked, so that each of them finds nothing known."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[str] = []
        self.answering = threading.Event()
        self.error = error

    def can_paginate(self, _: str) -> bool:
        return False

    def describe_addon_versions(self, **asked: Any) -> Any:
        self.asked.append(asked["addonName"])
        assert self.answering.wait(30)
        if self.error:
            raise self.error
        return {"addons": [{"addonVersions": [{"addonVersion": "v2"}, {"addonVersion": "v1"}]}]}


def test_clusters_that_are_read_at_once_share_one_answer():
    eks = Eks()
    offered = Offered(eks)
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(offered.of, "coredns", "1.36") for _ in range(8)]
        eks.answering.set()
        assert {one.result() for one in answers} == {("v2", "v1")}
    assert offered.of("coredns", "1.36") == ("v2", "v1")
    assert eks.asked == ["coredns"]


def test_an_error_reaches_every_cluster_that_waits_for_the_answer():
    eks = Eks(RuntimeError("refused"))
    offered = Offered(eks)
    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(offered.of, "coredns", "1.36") for _ in range(2)]
        eks.answering.set()
        for one in answers:
            with pytest.raises(RuntimeError, match="refused"):
                one.result()
    assert eks.asked == ["coredns"]
