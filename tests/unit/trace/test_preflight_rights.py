"""`preflight` asks for the rights that `bootstrap` grants a role for this very stack file."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.plan.edge.shard import edge_tags
from privatelink_ingress.settings.attached import load_edge
from privatelink_ingress.settings.bootstrap import EdgeRoles
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.trace.preflight import rights
from privatelink_ingress.trace.preflight.planned import Planned, Resource
from tests.support.programs import stack_file

ACL = "arn:aws:wafv2:eu-west-1:222222222222:regional/webacl/company/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"

OF_SEVERAL = {"attached", "contracts", "parameter_writers"}
"""Keys of `roles.edge` that are about other stacks and other roles."""


def settings(**changes: Any) -> EdgeSettings:
    """The sample's, with other keys."""
    texts = dict(stack_file("central-ingress", "prod").settings)
    texts |= {key: value if isinstance(value, str) else json.dumps(value) for key, value in changes.items()}
    loaded = load_edge(texts, project="central-ingress", stack="prod")
    assert isinstance(loaded, EdgeSettings)
    return loaded


def planned(*resources: Resource, **changes: Any) -> Planned:
    given = settings(**changes)
    return Planned(
        label="central-ingress/prod",
        file="",
        account_id="222222222222",
        region="eu-west-1",
        settings=given,
        tags=edge_tags(given, "prod"),
        resources=resources,
    )


def network(type_: str, **inputs: Any) -> Resource:
    return Resource(type=type_, name="x", duty="network", inputs=inputs)


def asked(*resources: Resource, **changes: Any) -> set[tuple[str, str]]:
    """Action and resource of each question."""
    questions = rights.questions(planned(*resources, **changes))
    return {(action, on) for one in questions for action in one.actions for on in one.resources}


def test_for_an_existing_web_acl_it_asks_about_that_one():
    association = network(t.WEB_ACL_ASSOCIATION)
    assert ("wafv2:AssociateWebACL", ACL) not in asked(association)
    assert ("wafv2:AssociateWebACL", ACL) in asked(association, firewall={"existing": {"arn": ACL}})


def test_the_parameter_of_the_shards_contract_has_the_prefix_of_the_stack_file():
    parameter = network(t.PARAMETER)
    wanted = ("ssm:PutParameter", "arn:aws:ssm:eu-west-1:222222222222:parameter/edges/prod")
    assert wanted not in asked(parameter)
    assert wanted in asked(parameter, contractPrefix="/edges")


def test_rights_across_regions_are_asked_only_for_an_endpoint_of_another_region():
    def cross(**inputs: Any) -> bool:
        questions = rights.questions(planned(network(t.VPC_ENDPOINT, **inputs)))
        return any("vpce:AllowMultiRegion" in one.actions for one in questions)

    assert not cross()
    assert cross(serviceRegion="eu-central-1")


@pytest.mark.parametrize("key", sorted(EdgeRoles.model_fields.keys() - OF_SEVERAL))
def test_every_key_of_the_bootstrap_stack_follows_from_the_stack_file(key: str):
    """A key that is forgotten here leaves out the rights that depend on it."""
    assert key in rights._edge_roles(planned(), settings(contractPrefix="/edges")).model_fields_set
