"""Who may connect to a published service."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from privatelink_ingress.plan.workload import publication
from privatelink_ingress.plan.workload.publication import PublicationPlan, plan_publication
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.workload import WorkloadSettings

ROLE = "arn:aws:iam::222222222222:role/edge"


def loaded(*consumers: dict[str, Any]) -> WorkloadSettings:
    settings = {
        "accountId": "111111111111",
        "owner": "team-shop",
        "controller": {"install": False},
        "publication": {"consumers": list(consumers)},
    }
    return WorkloadSettings.model_validate_json(json.dumps(settings))


def planned(*consumers: dict[str, Any]) -> PublicationPlan:
    return plan_publication(loaded(*consumers), name="shop", region="eu-west-1", zone_ids=("euw1-az1", "euw1-az2"))


def edge(*cidrs: str, **keys: Any) -> dict[str, Any]:
    return {"accountId": "222222222222", "albSubnetCidrs": list(cidrs), **keys}


def test_a_consumer_is_its_whole_account_or_one_role_of_it():
    plan = planned(edge(), edge(principalArn=ROLE))
    assert [(principal.key, principal.arn) for principal in plan.principals] == [
        ("222222222222-role-edge", ROLE),
        ("222222222222", "arn:aws:iam::222222222222:root"),
    ]


def test_the_order_of_consumers_changes_nothing():
    consumers = [edge("10.12.0.0/23"), {"accountId": "111111111111", "albSubnetCidrs": ["10.13.0.0/23"]}]
    assert planned(*consumers) == planned(*reversed(consumers))


def test_clients_are_judged_by_address_when_every_consumer_states_its_subnets():
    plan = planned(edge("10.12.2.0/23", "10.12.0.0/23"))
    assert plan.enforce_inbound_rules is True
    assert plan.client_cidrs == ("10.12.0.0/23", "10.12.2.0/23")


def test_one_consumer_without_subnets_leaves_the_judgement_to_principals():
    plan = planned(edge("10.12.0.0/23"), {"accountId": "111111111111"})
    assert plan.enforce_inbound_rules is False
    assert plan.client_cidrs == ()


def test_an_account_and_its_root_are_one_principal():
    plan = planned(edge(), edge(principalArn="arn:aws:iam::222222222222:root"))
    assert [principal.key for principal in plan.principals] == ["222222222222"]


def test_some_consumers_without_subnets_are_said_aloud():
    partly = loaded(edge("10.12.0.0/23"), {"accountId": "111111111111"})
    (warning,) = publication.unjudged(partly)
    assert str(warning) == (
        "publication.consumers: name the load balancer subnets of some accounts and not of 111111111111 "
        "(consumers[1]), so the network load balancer admits every address of every consumer, and albSubnetCidrs has "
        "no effect\n    Write albSubnetCidrs for each consumer, or for none."
    )


@pytest.mark.parametrize("other", [{"albSubnetCidrs": ["10.13.0.0/23"]}, {}])
def test_all_or_none_with_subnets_is_nothing_to_say(other: dict[str, Any]):
    first = edge("10.12.0.0/23") if other else edge()
    assert list(publication.unjudged(loaded(first, {"accountId": "111111111111", **other}))) == []


def test_more_networks_than_a_security_group_has_rules_are_refused():
    networks = [f"10.12.{number}.0/24" for number in range(61)]
    assert len(planned(edge(*networks[:60])).client_cidrs) == 60
    with pytest.raises(UserError) as refused:
        planned(edge(*networks))
    assert str(refused.value) == (
        "Too many client networks:\n"
        "  publication.consumers: have 61 networks in albSubnetCidrs, but a security group has 60 rules\n"
        "    Merge networks, or leave albSubnetCidrs out for every consumer: then only principals decide who may "
        "connect."
    )


@pytest.mark.parametrize(
    "principal",
    [
        "*",
        "arn:aws:iam::222222222222:role/path/edge",
        "arn:aws:iam::222222222222:*",
        "arn:aws:iam::222222222222:role/*",
        "arn:aws:sts::222222222222:assumed-role/edge/session",
    ],
)
def test_everybody_a_path_and_a_session_are_no_principals(principal: str):
    """AWS takes `*`, and would publish the cluster to every account; the others it refuses, at deployment."""
    with pytest.raises(ValidationError, match="or the ARN of a role or user without a path"):
        loaded(edge(principalArn=principal))


def test_an_account_is_of_the_regions_partition():
    plan = plan_publication(loaded(edge()), name="shop", region="us-gov-west-1", zone_ids=("usgw1-az1", "usgw1-az2"))
    assert [principal.arn for principal in plan.principals] == ["arn:aws-us-gov:iam::222222222222:root"]
