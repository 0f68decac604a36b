"""The large stacks whose first `up` is killed are killed at every type that they have."""

from __future__ import annotations

import pytest

from privatelink_ingress import tokens as t
from tests.support.engine_failures import PROD, SHOP
from tests.support.identities import FOLDER

OF_A_COMPONENT = {t.CLUSTER_COMPONENT: t.CLUSTER}
"""The list of identities has the component of another package, and not what it registers."""


@pytest.mark.parametrize(("name", "large"), [("prod", PROD), ("shop", SHOP)])
def test_every_type_of_aws_that_a_sample_registers_is_tried_at_night_or_named_as_untried(name, large):
    registered = {line.split()[0] for line in (FOLDER / f"{name}.txt").read_text().splitlines()}
    registered = {OF_A_COMPONENT.get(type_, type_) for type_ in registered}
    assert {type_ for type_ in registered if type_.startswith("aws:")} == large.types | large.untried
    assert not large.types & large.untried
    for daily in large.daily.values():
        assert daily <= large.types
