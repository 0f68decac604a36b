"""Subnets that would run out of addresses before the node groups reach their largest size are refused, with the sum."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.plan.workload.network import NetworkPlan, plan_network
from privatelink_ingress.plan.workload.subnet_sizes import Addresses, addresses
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.settings.workload.nodes import NodeGroup

ZONES = ("euw1-az1", "euw1-az2", "euw1-az3")


def planned(**keys: Any) -> NetworkPlan:
    values = {
        "accountId": "111111111111",
        "owner": "team-shop",
        "controller": {"install": False},
        "publication": {"consumers": [{"accountId": "222222222222"}]},
        **keys,
    }
    settings = WorkloadSettings.model_validate_json(json.dumps(values))
    return plan_network(settings, region="eu-west-1", available_zones=ZONES, cluster="shop")


def problem(**keys: Any) -> Problem:
    with pytest.raises(UserError) as caught:
        planned(**keys)
    (found,) = caught.value.problems
    return found


def test_the_defaults_have_room_for_sixty_nodes_full_of_pods():
    assert planned(nodes={"max": 60}).subnets


def test_subnets_may_be_filled_to_the_last_address_and_one_more_node_is_refused():
    # 16 for EKS, AWS, the load balancer and four endpoints, and 30 for each node of m7i.large: 8 of them fit into 256.
    network = {"cidr": "10.11.0.0/20", "subnetPrefix": 24}
    assert planned(network=network, nodes={"max": 24}).subnets
    found = problem(network=network, nodes={"max": 25})
    assert found == Problem(
        "network.subnetPrefix",
        "gives each zone a /24 of 256 addresses, but nodes full of pods take more: 9 of default with 30 each; "
        "endpoints 4, the load balancer 1, EKS 6, AWS 5; 286 together",
        "Set network.subnetPrefix to 23 or less, lower max of the nodes, or give pods a range of their own: "
        "network.podCidr.",
    )


def test_endpoints_of_features_take_addresses_too():
    tight = {"cidr": "10.11.0.0/20", "subnetPrefix": 26}
    assert planned(network=tight, nodes={"max": 3}).subnets
    endpoints = {"preset": "article", "extra": [f"service-{n}" for n in range(16)]}
    found = problem(network=tight, nodes={"max": 3}, endpoints=endpoints)
    assert "endpoints 23, " in found.reason
    assert found.reason.endswith("; 65 together")


def test_node_groups_add_up_and_the_message_names_each():
    groups = {"default": {"max": 12}, "spot": {"instanceTypes": ["c7i.4xlarge"], "max": 3}}
    found = problem(network={"cidr": "10.11.0.0/20", "subnetPrefix": 24}, nodes={"groups": groups})
    assert ": 4 of default with 30 each and 1 of spot with 140 each; " in found.reason
    assert found.reason.endswith("; 276 together")


def test_with_podcidr_only_a_nodes_first_interface_takes_addresses_of_its_own_subnet():
    network = {"cidr": "10.11.0.0/20", "subnetPrefix": 24, "podCidr": "100.64.0.0/16"}
    assert planned(network=network, nodes={"max": 25}).pod_subnets
    found = problem(network=network, nodes={"max": 75})
    assert ": 25 of default with 10 each; " in found.reason
    assert found.remedy == "Set network.subnetPrefix to 23 or less, or lower max of the nodes."


def test_a_pod_cidr_that_is_too_small_is_refused_with_a_prefix_that_fits():
    network = {"podCidr": "100.64.0.0/24"}
    found = problem(network=network, nodes={"max": 6})
    assert found == Problem(
        "network.podCidr",
        "gives each zone a /27 of 32 addresses, but nodes full of pods take more: 2 of default with 20 each; "
        "AWS 5; 45 together",
        "Write a range of /23 or less, or lower max of the nodes.",
    )


def test_where_no_range_is_large_enough_the_remedy_is_fewer_nodes():
    network = {"subnetPrefix": 19, "podCidr": "100.64.0.0/16"}
    nodes = {"instanceTypes": ["m7i.24xlarge"], "max": 300}
    assert problem(network=network, nodes=nodes).remedy == "Lower max of the nodes."


@pytest.mark.parametrize(
    ("instance_type", "expected"),
    [
        ("m7i.large", Addresses(first=10, further=20)),
        ("m7g.xlarge", Addresses(first=15, further=45)),
        ("m7i-flex.large", Addresses(first=10, further=20)),
        ("t3.medium", Addresses(first=6, further=12)),
        ("c6gn.4xlarge", Addresses(first=30, further=110)),
        ("r8g.24xlarge", Addresses(first=50, further=250)),
        ("g5.xlarge", Addresses(first=4, further=4, guessed=True)),
        ("m7i.48xlarge", Addresses(first=4, further=4, guessed=True)),
    ],
)
def test_a_nodes_addresses_follow_from_its_interfaces_and_never_exceed_its_pods(
    instance_type: str, expected: Addresses
):
    ami_type = "AL2023_ARM_64_STANDARD" if "g" in instance_type.split(".")[0][2:] else "AL2023_x86_64_STANDARD"
    group = NodeGroup.model_validate_json(json.dumps({"instanceTypes": [instance_type], "amiType": ami_type}))
    assert addresses(group) == expected


def test_the_smallest_of_several_instance_types_counts_so_that_no_working_stack_is_refused():
    group = NodeGroup.model_validate_json(json.dumps({"instanceTypes": ["m7i.4xlarge", "m7i.large"]}))
    assert addresses(group) == Addresses(first=10, further=20)


def test_an_unknown_instance_type_is_a_guess_that_warns_instead_of_refusing():
    network = {"cidr": "10.11.0.0/20", "subnetPrefix": 27}
    plan = planned(network=network, nodes={"instanceTypes": ["g5.xlarge"], "max": 9})
    assert plan.warnings == (
        Problem(
            "network.subnetPrefix",
            "gives each zone a /27 of 32 addresses, but nodes full of pods take more: 3 of default with 8 each; "
            "endpoints 4, the load balancer 1, EKS 6, AWS 5; 40 together; the addresses per node are a guess for "
            "nodes.instanceTypes",
            "Set network.subnetPrefix to 26 or less, lower max of the nodes, or give pods a range of their own: "
            "network.podCidr.",
        ),
    )
    assert planned(nodes={"instanceTypes": ["g5.xlarge"]}).warnings == ()


def test_a_known_instance_type_beside_an_unknown_one_is_still_only_a_warning():
    groups = {"default": {"max": 12}, "gpu": {"instanceTypes": ["g5.xlarge"], "max": 3}}
    network = {"cidr": "10.11.0.0/20", "subnetPrefix": 25}
    [warning] = planned(network=network, nodes={"groups": groups}).warnings
    assert warning.reason.endswith("; the addresses per node are a guess for nodes.groups.gpu.instanceTypes")
