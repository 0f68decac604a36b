"""Somebody changes in AWS what the program does not mention: a refresh sees it where the real provider looks.

A provider reads the whole resource. Resources beside it, and what AWS itself may choose, are no drift.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.engine import schema
from privatelink_ingress.local.providers import comparison, rules
from privatelink_ingress.local.providers.filled import FILLED
from tests.support.changes_by_hand import BY_HAND, ByHand
from tests.support.plugin import Resource, Samples


@pytest.fixture(scope="module")
def samples() -> Iterator[Samples]:
    with Cloud() as cloud:
        yield Samples(cloud)


def of(samples: Samples, by_hand: ByHand) -> Resource:
    return next(each for each in samples.of(by_hand.type) if by_hand.fits(each))


SEEN = [each for each in BY_HAND if each.seen]


@pytest.mark.parametrize("by_hand", SEEN, ids=[each.kind for each in SEEN])
def test_it_is_seen_and_the_next_up_takes_it_back(samples: Samples, by_hand: ByHand) -> None:
    resource = of(samples, by_hand)
    wanted = dict(resource.inputs)
    assert resource.diff(wanted).changed == set()
    by_hand.change(resource, resource.aws.client)
    _, inputs, state = resource.read()
    difference = resource.diff(wanted, olds=inputs, state=state)
    assert (difference.changed, difference.replaced_by) == (by_hand.seen, set())

    resource.record(inputs, state)
    resource.record(wanted, resource.update(wanted))
    assert resource.diff(wanted).changed == set()
    _, inputs, state = resource.read()
    assert inputs == wanted
    assert resource.diff(wanted, olds=inputs, state=state).changed == set()


def test_every_filled_in_value_is_one_of_a_property() -> None:
    unknown = []
    for type_, row in FILLED.items():
        for path in row:
            known = schema.inputs_of(type_)
            for name in path.split("."):
                if name not in known:
                    unknown.append((type_, path))
                    break
                kind = known[name].kind
                known = (kind.items or kind).properties
    assert unknown == []


def test_a_default_and_aws_s_own_choice_are_no_drift_and_another_value_is() -> None:
    """A property that the program leaves out at the top, in a block, and in a block of a list."""
    for type_, inputs, own, other in (
        (t.ROLE, {}, {"maxSessionDuration": 3600}, {"maxSessionDuration": 7200}),
        (t.ROLE, {}, {"permissionsBoundary": ""}, {"permissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
        (
            t.CLUSTER,
            {"vpcConfig": {"subnetIds": ["subnet-1"]}},
            {"vpcConfig": {"subnetIds": ["subnet-1"], "vpcId": "vpc-1", "endpointPublicAccess": True}},
            {"vpcConfig": {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]}},
        ),
        (
            t.BUCKET_LIFECYCLE,
            {"rules": [{"id": "a", "status": "Enabled"}, {"id": "b", "status": "Enabled"}]},
            {"rules": [{"id": "b", "status": "Enabled", "prefix": ""}, {"id": "a", "status": "Enabled"}]},
            {"rules": [{"id": "b", "status": "Enabled", "expiration": {"days": 1}}, {"id": "a", "status": "Enabled"}]},
        ),
    ):
        scope = rules.scope_of(type_)
        assert comparison.changed(inputs, inputs, inputs | own, scope) == ()
        assert comparison.changed(inputs, inputs, inputs | other, scope) == tuple(other)


BESIDE = [each for each in BY_HAND if not each.seen]


@pytest.mark.parametrize("by_hand", BESIDE, ids=[each.kind for each in BESIDE])
def test_what_is_beside_the_resource_is_not_seen(samples: Samples, by_hand: ByHand) -> None:
    resource = of(samples, by_hand)
    by_hand.change(resource, resource.aws.client)
    _, inputs, state = resource.read()
    assert inputs == resource.inputs
    assert resource.diff(resource.inputs, olds=inputs, state=state).changed == set()
