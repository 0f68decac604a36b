"""`preflight` asks the sources of a workload's images, which are on this machine here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from privatelink_ingress.cli import pulumi_cli
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.trace.judgements.findings import Diagnosis
from tests.support import reader_calls
from tests.support.image_registry import digest, registry
from tests.support.preflight_breakages import SHOP, Breakage
from tests.support.preflight_images import BOTH, BREAKAGES, CONTROLLER, MORE, SAMPLE, WithRegistry


@pytest.fixture(scope="module", name="world")
def once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WithRegistry]:
    with Cloud() as cloud, registry() as held:
        yield WithRegistry(cloud, tmp_path_factory.mktemp("preflight"), held)


@pytest.fixture(name="before")
def first_deployment(
    world: WithRegistry, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> WithRegistry:
    """Neither Pulumi nor a tool that copies images is on PATH."""
    monkeypatch.setenv("PATH", str(tmp_path_factory.mktemp("nothing")))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert pulumi_cli.version() is None
    world.restore()
    return world


def of_images(before: WithRegistry) -> list[Diagnosis]:
    return [one for one in before.report(SHOP).found if one.problem.where == "Images"]


def test_it_finds_nothing_where_the_sources_have_all_images_and_asks_each_once(before: WithRegistry):
    assert of_images(before) == []
    paths = [f"/v2/{CONTROLLER}/manifests/{digest(BOTH)}", f"/v2/{SAMPLE}/manifests/{digest(MORE)}"]
    assert [path for path in before.registry.asked if path.startswith("/v2/")] == [paths[0]] * 2 + [paths[1]] * 2
    assert of_images(before) == []
    assert len(before.registry.asked) == 6


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda one: one.what)
def test_it_finds_what_is_broken_at_the_source(before: WithRegistry, breakage: Breakage):
    breakage.do(before)
    found = before.report(SHOP).found
    told = [one for one in found if one.problem.where == "Images"]
    assert {one.severity for one in told} == {breakage.severity}
    assert all(breakage.reason in one.problem.reason and one.problem.remedy for one in told)
    others = {one.problem.where for one in found if one.severity != "not seen"} - {"Images"}
    assert others == {where for where in (breakage.beside,) if where}


def test_an_image_in_the_stacks_own_registry_needs_no_source(before: WithRegistry):
    before.repository()
    before.copied(digest(BOTH), "copied", "linux/amd64", "linux/arm64")
    del before.registry.manifests[CONTROLLER, digest(BOTH)]
    before.registry.asked.clear()
    assert of_images(before) == []
    assert not any(CONTROLLER in path for path in before.registry.asked)


def test_without_a_right_to_the_stacks_own_registry_no_source_is_blamed(before: WithRegistry):
    before.registry.manifests.clear()
    with reader_calls.without("ecr:BatchGetImage"):
        report = before.report(SHOP)
    assert [one for one in report.found if one.problem.where == "Images"] == []
    assert any("images cannot be read" in one.reason for one in report.unread)
