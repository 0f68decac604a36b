"""What an attached stack's own file cannot know, AWS refuses; here the emulated AWS does, by the same rules.

The stacks are deployed once, and parts of refused stacks stay behind: each claim has slots and names of its own.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from privatelink_ingress.local import deploy
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.deploy import Deployment, Stack
from privatelink_ingress.local.engine.runner import ProgramFailed, StackRun
from privatelink_ingress.settings.attached import load_edge

ROOT = Path(__file__).parents[2]
NAMES = ("eks-service/shop", "eks-service/blog", "central-ingress/prod")

SAMPLES = {stack.label: stack for stack in deploy.find(ROOT)}
RUNS: dict[str, StackRun] = {}


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    """The workload stacks and the shard, without attached stacks."""
    with Cloud() as cloud:
        deployment = Deployment(cloud)
        for name in NAMES:
            RUNS[name] = deployment.up(SAMPLES[name])
        yield deployment


def attached(stack: str, **changes: Any) -> Stack:
    """An attached stack that publishes the blog's service as connection `news`."""
    sample = SAMPLES["central-ingress/prod-blog"]
    entry = {
        "slot": 7,
        "owner": "team-blog",
        "backends": [{"stack": "blog", "connectionName": "blog"}],
        "routes": [{"hosts": [f"{stack}.example.com"]}],
        **changes,
    }
    config = dict(sample.file.config) | {"central-ingress:connections": json.dumps({"news": entry})}
    file = dataclasses.replace(sample.file, stack=stack, config=config)
    return Stack(file=file, settings=load_edge(file.settings, project="central-ingress", stack=stack))


def test_an_attached_stack_adds_its_rules_to_the_shards_listener(deployment: Deployment):
    run = deployment.up(attached("prod-news"))
    listeners = {rule.inputs["listenerArn"] for rule in run.of_type("aws:lb/listenerRule:ListenerRule")}
    assert listeners == {RUNS["central-ingress/prod"].exports["listener_arn"]}


def test_a_slot_that_another_stack_has_is_refused_by_its_address(deployment: Deployment):
    with pytest.raises(ProgramFailed, match=r"VpcEndpoint::news.*10\.12\.128\.16"):
        deployment.up(attached("prod-slot", slot=0))


def test_a_host_that_another_stack_has_is_refused_by_its_record(deployment: Deployment):
    routes = [{"hosts": ["shop.example.com"], "paths": ["/news/*"]}]
    with pytest.raises(ProgramFailed, match=r"Record::.*shop\.example\.com"):
        deployment.up(attached("prod-host", slot=9, routes=routes))
