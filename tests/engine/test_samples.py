"""The sample stacks on Pulumi's engine, from the first preview on: each command shows what it does, and no more."""

from __future__ import annotations

import pytest

from tests.support.engine import Stack, World
from tests.support.engine_results import Result

LABELS = ("eks-service/blog", "eks-service/shop", "central-ingress/prod", "central-ingress/prod-blog")


class Deployed:
    """All four, deployed in the order that they need each other in."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.stacks: dict[str, Stack] = {}
        self.previews: dict[str, Result] = {}
        self.firsts: dict[str, Result] = {}
        for label in LABELS:
            stack = self.stacks[label] = world.sample(label)
            self.previews[label] = stack.preview()
            self.firsts[label] = stack.up()
            if stack.copies():
                stack.up()


@pytest.fixture(scope="module")
def deployed(world: World) -> Deployed:
    return Deployed(world)


@pytest.mark.parametrize("label", LABELS)
def test_the_first_up_makes_what_the_preview_showed(deployed, label):
    assert deployed.firsts[label].shown() == deployed.previews[label].shown()
    assert {step.operation for step in deployed.firsts[label].steps} == {"create"}


@pytest.mark.parametrize("label", LABELS)
def test_the_second_up_changes_nothing(deployed, label):
    assert deployed.stacks[label].up().shown() == []


def test_the_control_plane_is_registered_as_by_the_real_component(deployed):
    resources = deployed.stacks["eks-service/shop"].resources().values()
    children = [each for each in resources if each.get("parent", "").endswith("eks:index:Cluster::shop")]
    assert [(each["type"], each["urn"].rpartition("::")[2]) for each in children] == [
        ("aws:eks/cluster:Cluster", "shop-eksCluster"),
        ("pulumi:providers:kubernetes", "shop-eks-k8s"),
    ]


def test_no_default_provider_of_aws_or_kubernetes_was_needed(deployed):
    names = [
        resource["urn"].rpartition("::")[2]
        for stack in deployed.stacks.values()
        for resource in stack.resources().values()
        if resource["type"] in ("pulumi:providers:aws", "pulumi:providers:kubernetes")
    ]
    assert [name for name in names if name.startswith("default")] == []
