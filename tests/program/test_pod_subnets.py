"""What `network.podCidr` adds to the private network, and what stays as it is."""

from __future__ import annotations

import functools

import pytest

from privatelink_ingress.local.engine.runner import StackRun
from tests.support.deployers import WORKLOAD, asker, of_duty, of_provider
from tests.support.programs import Run

NETWORK = {"cidr": "10.11.0.0/16", "zoneIds": ["euw1-az1", "euw1-az2", "euw1-az3"]}
SUBNET, ADDED = "aws:ec2/subnet:Subnet", "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation"
RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"


@functools.cache
def _run(workload_run: Run) -> StackRun:
    return workload_run(network={**NETWORK, "podCidr": "100.64.0.0/16"})


@pytest.fixture
def run(workload_run: Run) -> StackRun:
    return _run(workload_run)


def of_pods(run: StackRun) -> dict[str, str]:
    return {
        each.inputs["availabilityZoneId"]: each.inputs["cidrBlock"]
        for each in run.of_type(SUBNET)
        if each.inputs["tags"].get("kubernetes.io/role/cni") == "1"
    }


def test_the_cni_finds_one_subnet_for_pods_in_each_zone_by_its_tag(run: StackRun):
    assert of_pods(run) == {
        "euw1-az1": "100.64.0.0/19",
        "euw1-az2": "100.64.32.0/19",
        "euw1-az3": "100.64.64.0/19",
    }
    nodes = [each for each in run.of_type(SUBNET) if each.name == "shop-euw1-az1"]
    assert ["kubernetes.io/role/cni" in each.inputs["tags"] for each in nodes] == [False]


def test_its_subnets_wait_for_the_range_and_give_no_public_address(run: StackRun):
    added = run.only(ADDED)
    assert (added.inputs["cidrBlock"], added.inputs["vpcId"]) == ("100.64.0.0/16", run.only("aws:ec2/vpc:Vpc").id)
    subnets = [each for each in run.of_type(SUBNET) if "-pods-" in each.name]
    assert len(subnets) == 3
    assert all(added.urn in each.depends_on for each in subnets)
    assert all(each.inputs["mapPublicIpOnLaunch"] is False for each in subnets)


def test_the_one_route_table_without_routes_serves_them_too(run: StackRun):
    table = run.only("aws:ec2/routeTable:RouteTable")
    served = {each.inputs["subnetId"] for each in run.of_type("aws:ec2/routeTableAssociation:RouteTableAssociation")}
    assert table.inputs["routes"] == []
    assert served == {each.id for each in run.of_type(SUBNET)}
    assert len(served) == 6


def test_endpoints_admit_pods_from_their_own_subnets(run: StackRun):
    admitted = [each.inputs["cidrIpv4"] for each in run.of_type(RULE) if each.name.startswith("shop-endpoints-")]
    assert sorted(admitted) == [
        "10.11.0.0/21",
        "10.11.16.0/21",
        "10.11.8.0/21",
        "100.64.0.0/19",
        "100.64.32.0/19",
        "100.64.64.0/19",
    ]


def test_nodes_wait_for_the_pods_routes_and_rules(run: StackRun):
    nodes = run.only("aws:eks/nodeGroup:NodeGroup")
    wanted = {each.urn for each in run.registrations if "-pods-euw1" in each.name and each.type != SUBNET}
    assert len(wanted) == 6
    assert wanted <= set(nodes.depends_on)


def test_nodes_endpoints_control_plane_and_load_balancer_stay_in_the_nodes_subnets(run: StackRun):
    pods = {each.id for each in run.of_type(SUBNET) if "-pods-" in each.name}
    for type_, key in (
        ("aws:eks/nodeGroup:NodeGroup", "subnetIds"),
        ("aws:ec2/vpcEndpoint:VpcEndpoint", "subnetIds"),
        ("eks:index:Cluster", "privateSubnetIds"),
        ("aws:lb/loadBalancer:LoadBalancer", "subnets"),
    ):
        for each in run.of_type(type_):
            assert not pods & set(each.inputs.get(key) or ()), each.name


def test_no_pod_of_the_new_range_is_believed_as_a_proxy(run: StackRun, workload_run: Run):
    # Requests reach the controller from the nodes' addresses: kube-proxy passes them on in its own name.
    plain = workload_run()
    kinds = ("kubernetes:core/v1:ConfigMap", "kubernetes:networking.k8s.io/v1:NetworkPolicy")
    for kind in kinds:
        assert [each.inputs for each in run.of_type(kind)] == [each.inputs for each in plain.of_type(kind)]


def test_existing_resources_stay_unchanged(run: StackRun, workload_run: Run):
    before = {each.urn: each.inputs for each in workload_run().registrations}
    after = {each.urn: each.inputs for each in run.registrations}
    assert {urn for urn, inputs in before.items() if after.get(urn) != inputs} == set()
    assert len(after) - len(before) == 1 + 3 * 3


def test_leaving_out_the_middle_zone_leaves_the_others_subnets_where_they_are(run: StackRun, workload_run: Run):
    fewer = workload_run(network={"zoneIds": ["euw1-az1", "euw1-az3"], "podCidr": "100.64.0.0/16"})
    assert of_pods(fewer).items() < of_pods(run).items()


def test_deployers_may_add_and_take_away_the_range(run: StackRun):
    asking = asker(WORKLOAD, "eks-service/shop", "workload")
    requests = [request for one in of_provider(run, "network") for request in asking.of(one)]
    assert "ec2:AssociateVpcCidrBlock" in {request.action for request in requests}
    assert of_duty("workload-network").refused(requests) == []
