"""`deploy`, `drift` and `teardown` with the state in the account's bucket and its secrets under a key of KMS.

Bucket and key are of the emulated AWS, behind a gate that evaluates the state policies of whoever signed a request.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import yaml

from privatelink_ingress.problems import Problem
from tests.program.test_state_access import BACKEND, run
from tests.support import deployments
from tests.support.edge_repository import PROD, Edge
from tests.support.engine import World
from tests.support.state_backends import StateBucket, state_bucket

CHECKPOINTS = True

STATE = f".pulumi/stacks/{PROD}.json"


@pytest.fixture(scope="module")
def bucket(world: World) -> Iterator[StateBucket]:
    with state_bucket(world, BACKEND, run()) as made:
        yield made


@pytest.fixture(scope="module")
def edge(world: World, bucket: StateBucket, tmp_path_factory: pytest.TempPathFactory) -> Edge:
    made = Edge(world, deployments.copy_of_samples(tmp_path_factory.mktemp("repository")))
    made.environment = {**bucket.as_deployer("edge"), "PULUMI_CONFIG_PASSPHRASE": ""}
    made.secrets_provider = bucket.secrets_provider("edge")
    return made


def resources(bucket: StateBucket) -> list[str]:
    """URNs of the state in the bucket."""
    return [one["urn"] for one in json.loads(bucket.objects()[STATE])["checkpoint"]["latest"].get("resources", [])]


def test_deploy_creates_the_stack_in_the_bucket_with_its_secrets_under_the_key(bucket: StateBucket, edge: Edge):
    assert edge.deploy().state == "succeeded"
    assert len(resources(bucket)) > 50
    assert [name for name in bucket.objects() if name.startswith(".pulumi/locks/")] == []
    assert yaml.safe_load(edge.file.read_text())["secretsprovider"] == bucket.secrets_provider("edge")
    latest = json.loads(bucket.objects()[STATE])["checkpoint"]["latest"]
    assert latest["secrets_providers"]["type"] == "cloud"
    assert bucket.gate.refused("edge") == []


def test_drift_finds_nothing_afterwards(bucket: StateBucket, edge: Edge):
    assert str(edge.drift().changes) == "no changes"
    assert bucket.gate.refused("edge") == []


def test_credentials_without_the_state_policy_are_refused_and_change_nothing(bucket: StateBucket, edge: Edge):
    before, own = bucket.objects(), edge.environment
    edge.environment = {**bucket.as_deployer("attached-prod-blog"), "PULUMI_CONFIG_PASSPHRASE": ""}
    assert edge.refused() == (
        Problem(
            PROD,
            "has a state that these credentials may not use",
            "Use a principal with its state policy (`state_policy_arns` of the bootstrap stack): docs/state.md.",
        ),
    )
    edge.environment = own
    assert bucket.objects() == before


def test_teardown_turns_protection_off_and_leaves_an_empty_state(bucket: StateBucket, edge: Edge):
    before = edge.file.read_text()
    outcome = edge.teardown()
    assert (outcome.state, outcome.problems) == ("succeeded", ())
    assert resources(bucket) == []
    assert edge.file.read_text() == before
    assert bucket.gate.refused("edge") == []
