"""Who may connect to a published service."""

import json
from typing import Any

from privatelink_ingress.plan.workload.publication import PublicationPlan, plan_publication
from privatelink_ingress.settings.workload import WorkloadSettings

ROLE = "arn:aws:iam::222222222222:role/edge"


def planned(*consumers: dict[str, Any]) -> PublicationPlan:
    settings = {
        "accountId": "111111111111",
        "owner": "team-shop",
        "controller": {"install": False},
        "publication": {"consumers": list(consumers)},
    }
    loaded = WorkloadSettings.model_validate_json(json.dumps(settings))
    return plan_publication(loaded, name="shop", region="eu-west-1", zone_ids=("euw1-az1", "euw1-az2"))


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
