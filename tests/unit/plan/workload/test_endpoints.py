"""Which endpoints a stack asks for, why each is there, and which names are refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.plan.workload.endpoints import EndpointPlan, interface_endpoints
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.workload import WorkloadSettings

CORE = {"ec2", "ecr.api", "ecr.dkr", "eks-auth"}


def endpoints(**keys: Any) -> dict[str, EndpointPlan]:
    settings = {
        "accountId": "111111111111",
        "owner": "team-shop",
        "controller": {"install": False},
        "publication": {"consumers": [{"accountId": "222222222222"}]},
        **keys,
    }
    loaded = WorkloadSettings.model_validate_json(json.dumps(settings))
    return {each.service: each for each in interface_endpoints(loaded, region="eu-west-1", cluster="shop")}


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


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("cloudwatch", "Write monitoring."),
        ("ecr", "Write ecr.api and ecr.dkr."),
        ("elb", "Write elasticloadbalancing."),
        ("session-manager", "Write ssm and ssmmessages, or set sessionManager."),
    ],
)
def test_a_name_that_aws_does_not_have_is_refused_with_the_one_that_is_meant(name: str, remedy: str):
    with pytest.raises(UserError) as caught:
        endpoints(endpoints={"extra": ["logs", name]})
    (problem,) = caught.value.problems
    assert (problem.where, problem.reason, problem.remedy) == (
        "endpoints.extra[1]",
        f"is {name!r}, which is not the name of a service",
        remedy,
    )
