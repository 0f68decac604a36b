"""Which endpoints a stack asks for, why each is there, and which names are refused."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

import pytest

from privatelink_ingress.plan.workload import endpoint_zones
from privatelink_ingress.plan.workload.endpoints import EndpointPlan, interface_endpoints
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.load import SettingsError, load
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.settings.workload.endpoint_services import MISTAKEN

CORE = {"ec2", "ecr.api", "ecr.dkr", "eks-auth"}


STACK = {
    "accountId": "111111111111",
    "owner": "team-shop",
    "controller": {"install": False},
    "publication": {"consumers": [{"accountId": "222222222222"}]},
}

WRONG = sorted(MISTAKEN.items())


def settings(**keys: Any) -> WorkloadSettings:
    return WorkloadSettings.model_validate_json(json.dumps(STACK | keys))


def endpoints(**keys: Any) -> dict[str, EndpointPlan]:
    planned = interface_endpoints(settings(**keys), region="eu-west-1", cluster="shop")
    return {each.service: each for each in planned}


def brought(reason: str, **keys: Any) -> set[str]:
    return {service for service, endpoint in endpoints(**keys).items() if reason in endpoint.reasons}


def test_a_stack_without_features_has_only_its_nodes_endpoints():
    assert {service: endpoint.reasons for service, endpoint in endpoints().items()} == dict.fromkeys(CORE, ("nodes",))


@pytest.mark.parametrize(
    ("keys", "reason", "services"),
    [
        ({"podLogs": {"install": True}}, "podLogs", {"logs"}),
        ({"metrics": {"install": True}}, "metrics", {"logs", "monitoring"}),
        ({"sessionManager": True}, "sessionManager", {"ssm", "ssmmessages"}),
        ({"nodes": {"amiType": "BOTTLEROCKET_x86_64"}}, "nodes.amiType", {"eks"}),
        ({"endpoints": {"extra": ["kms"]}}, "endpoints.extra", {"kms"}),
    ],
)
def test_a_feature_brings_its_endpoints_and_each_says_so(keys: dict[str, Any], reason: str, services: set[str]):
    assert brought(reason, **keys) == services
    assert endpoints(**keys).keys() == CORE | services


def test_a_feature_that_is_off_brings_nothing():
    assert endpoints(podLogs={"install": False}, metrics={"install": False}, sessionManager=False).keys() == CORE


def test_the_articles_list_is_a_preset_and_keeps_the_endpoint_of_pod_identity():
    found = endpoints(endpoints={"preset": "article"})
    assert found.keys() == {"autoscaling", "ec2", "ecr.api", "ecr.dkr", "eks-auth", "elasticloadbalancing", "sts"}
    assert found["sts"].reasons == ("endpoints.preset",)
    assert found["ec2"].reasons == ("endpoints.preset", "nodes")
    assert found["eks-auth"].reasons == ("nodes",)


def test_features_come_on_top_of_the_preset():
    found = endpoints(endpoints={"preset": "article"}, sessionManager=True)
    assert found.keys() >= {"sts", "ssm", "ssmmessages"}


def test_an_extra_that_a_feature_brings_already_is_one_endpoint_for_both():
    found = endpoints(podLogs={"install": True}, metrics={"install": True}, endpoints={"extra": ["logs"]})
    assert found["logs"].reasons == ("endpoints.extra", "metrics", "podLogs")
    assert len(found) == len(CORE) + 2


@pytest.mark.parametrize("key", ["endpoints.extra", "network.existing.endpoints"])
@pytest.mark.parametrize(
    ("name", "reason", "remedy"),
    [
        *((wrong, f"is {wrong!r}, which is not the name of a service", f"Write {right}.") for wrong, right in WRONG),
        ("s3", "is 's3', which every VPC here reaches through a gateway endpoint", "Remove it."),
        (
            "com.amazonaws.eu-west-1.ecr.api",
            "is 'com.amazonaws.eu-west-1.ecr.api', a whole name",
            "Write 'ecr.api': the region is known.",
        ),
        (
            "KMS",
            "is 'KMS'",
            "Write the last part of a service's name, such as sts for com.amazonaws.<region>.sts.",
        ),
    ],
)
def test_every_list_of_services_refuses_a_name_that_no_interface_endpoint_has(
    key: str, name: str, reason: str, remedy: str
):
    subnets = ["subnet-000000000000000a1", "subnet-000000000000000a2"]
    values = {
        "endpoints.extra": {"endpoints": {"extra": ["logs", name]}},
        "network.existing.endpoints": {
            "network": {
                "existing": {"vpcId": "vpc-0123456789abcdef0", "subnetIds": subnets, "endpoints": ["logs", name]}
            }
        },
    }[key]
    text = {name: one if isinstance(one, str) else json.dumps(one) for name, one in (STACK | values).items()}
    with pytest.raises(SettingsError) as caught:
        load(WorkloadSettings, text, project="eks-service", stack="shop")
    assert caught.value.problems == (Problem(f"{key}[1]", reason, remedy),)


ZONES = ("euw1-az1", "euw1-az2", "euw1-az3")


def placed(offered: Mapping[str, Collection[str]] | None, **keys: Any) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """The zones of each endpoint, and the warnings."""
    loaded = settings(**keys)
    planned = interface_endpoints(loaded, region="eu-west-1", cluster="shop")
    done, warnings = endpoint_zones.place(planned, ZONES, offered, endpoint_zones.missing(loaded))
    return {each.service: each.zone_ids for each in done}, [str(each) for each in warnings]


def test_an_endpoint_is_in_every_zone_of_the_vpc_when_nothing_is_known():
    assert placed(None) == (dict.fromkeys(sorted(CORE), ZONES), [])


def test_an_endpoint_is_only_in_the_zones_that_have_its_service_and_a_warning_names_the_others():
    offered = {**dict.fromkeys(CORE, ZONES), "kms": {"euw1-az3", "euw1-az1", "euw1-az9"}}
    zones, warnings = placed(offered, endpoints={"extra": ["kms"]})
    assert zones == {**dict.fromkeys(CORE, ZONES), "kms": ("euw1-az1", "euw1-az3")}
    assert warnings == [
        "endpoints.extra[0]: AWS does not offer kms in euw1-az2: nodes there reach the endpoint in euw1-az1, euw1-az3\n"
        "    This works; AWS charges for the traffic between zones."
    ]


@pytest.mark.parametrize(
    ("service", "keys", "where"),
    [
        ("kms", {"endpoints": {"extra": ["sts", "kms"]}}, "endpoints.extra[1]"),
        ("logs", {"podLogs": {"install": True}}, "podLogs"),
        ("ecr.api", {}, "nodes"),
    ],
)
def test_a_service_that_no_zone_of_the_vpc_has_is_refused_with_those_that_have_it(
    service: str, keys: dict[str, Any], where: str
):
    offered = {**dict.fromkeys({*CORE, "sts", "logs", "kms"}, ZONES), service: {"euw1-az9", "euw1-az8"}}
    with pytest.raises(UserError) as caught:
        placed(offered, **keys)
    assert [str(problem) for problem in caught.value.problems] == [
        f"{where}: needs an endpoint of {service}, which AWS offers in euw1-az8, euw1-az9, but in none of "
        "euw1-az1, euw1-az2, euw1-az3\n"
        "    Use at least one of those zones, or remove what asks for the endpoint."
    ]


def test_a_service_whose_endpoint_the_vpc_already_has_is_not_asked_for():
    subnets = ["subnet-000000000000000a1", "subnet-000000000000000a2"]
    existing = {"vpcId": "vpc-0123456789abcdef0", "subnetIds": subnets, "endpoints": ["ec2", "ecr.api"]}
    loaded = settings(network={"existing": existing}, endpoints={"extra": ["kms"]})
    assert endpoint_zones.missing(loaded) == {"ecr.dkr": "nodes", "eks-auth": "nodes", "kms": "endpoints.extra[0]"}
