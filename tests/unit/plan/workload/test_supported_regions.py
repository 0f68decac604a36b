"""Services that edges of other Regions may reach: `publication.supportedRegions`."""

from __future__ import annotations

import json

import pytest

from privatelink_ingress.plan.workload import plan_workload
from privatelink_ingress.plan.workload.publication import PublicationPlan
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.workload import WorkloadSettings

IRELAND = ("euw1-az1", "euw1-az2")


def publication(*supported: str, region: str = "eu-west-1", zone_ids: tuple[str, ...] = IRELAND) -> PublicationPlan:
    settings = {
        "accountId": "111111111111",
        "owner": "team-shop",
        "network": {"zoneIds": zone_ids},
        "controller": {"image": {"digest": "sha256:" + "0" * 64}},
        "publication": {"consumers": [{"accountId": "222222222222"}], "supportedRegions": supported},
    }
    read = WorkloadSettings.model_validate_json(json.dumps(settings))
    return plan_workload(read, stack="shop", region=region, available_zones=zone_ids).publication


def test_a_service_is_reached_from_its_own_region_alone_unless_others_are_written() -> None:
    plan = publication()
    assert plan.supported_regions == ()
    assert plan.contract["supported_regions"] == []


def test_the_services_own_region_stays_among_the_supported_ones_and_the_contract_names_the_others() -> None:
    """AWS lets nobody remove the Region that holds the service."""
    for plan in (publication("us-east-1"), publication("eu-west-1", "us-east-1")):
        assert plan.supported_regions == ("eu-west-1", "us-east-1")
        assert plan.contract["supported_regions"] == ["us-east-1"]


def test_zones_that_other_regions_cannot_reach_are_refused_when_too_few_are_left() -> None:
    seoul = ("apne2-az1", "apne2-az2")
    assert publication(region="ap-northeast-2", zone_ids=seoul).supported_regions == ()
    with pytest.raises(UserError) as error:
        publication("eu-west-1", region="ap-northeast-2", zone_ids=seoul)
    (problem,) = error.value.problems
    assert (problem.where, problem.reason) == (
        "publication.supportedRegions",
        "take 2 zones, but PrivateLink supports no connections between Regions in apne2-az2, which leaves apne2-az1",
    )
