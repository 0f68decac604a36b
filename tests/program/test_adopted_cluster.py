"""A stack that publishes an existing cluster registers its own resources and changes nothing else."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest

from tests.support.adopted import EXISTING, GROUP, SUBNETS, VPC, Found, adopting, kubeconfig
from tests.support.programs import run_workload
from tests.support.strict_backend import DIGESTS

DIGEST = DIGESTS[0]
INSTALLED: dict[str, Any] = {"install": True, "image": {"digest": DIGEST}}


def refused(found: Found | None = None, **overrides: Any) -> list[str]:
    """Every line of the message but the remedies, without its title."""
    with pytest.raises(pulumi.RunError) as caught:
        adopting(found, **overrides)
    return [line.strip() for line in str(caught.value).splitlines()[1:] if not line.startswith("    ")]


def test_it_registers_the_path_into_the_cluster_and_no_part_of_the_cluster():
    run = adopting()
    assert sorted(f"{one.type.split(':')[-1]} {one.name}" for one in run.registrations) == [
        "AdoptedVpc shop",
        "Attachment shop-main",
        "Attachment shop-spot",
        "Listener shop-http",
        "LoadBalancer shop-nlb",
        "Parameter shop-contract",
        "PrivateService shop",
        "Publication shop",
        "RemovalGuard shop",
        "SecurityGroup shop-nlb",
        "SecurityGroupEgressRule shop-to-sg-0123456789abcdef0-30080",
        "SecurityGroupIngressRule shop-from-10.12.0.0/23",
        "SecurityGroupIngressRule shop-from-10.12.2.0/23",
        "SecurityGroupIngressRule shop-from-10.12.4.0/23",
        "SecurityGroupIngressRule shop-sg-0123456789abcdef0-from-nlb-30080",
        "Stack eks-service-shop",
        "Stash shop-removal",
        "TargetGroup shop-http",
        "VpcEndpointService shop-service",
        "VpcEndpointServiceAllowedPrinciple shop-222222222222",
        "aws ecr",
        "aws eks",
        "aws iam",
        "aws network",
    ]


def test_its_resources_are_in_the_existing_vpc_and_lead_to_the_existing_nodes():
    run = adopting()
    assert run.only("aws:ec2/securityGroup:SecurityGroup").inputs["vpcId"] == VPC
    assert run.only("aws:lb/targetGroup:TargetGroup").inputs["vpcId"] == VPC
    balancer = run.only("aws:lb/loadBalancer:LoadBalancer").inputs
    assert balancer["subnets"] == list(SUBNETS)
    assert balancer["enableCrossZoneLoadBalancing"] is True
    groups = [one.inputs["autoscalingGroupName"] for one in run.of_type("aws:autoscaling/attachment:Attachment")]
    assert sorted(groups) == ["eks-main-1a2b", "eks-spot-1a2b"]
    rule = next(one for one in run.registrations if one.name.endswith("-from-nlb-30080"))
    assert rule.inputs["securityGroupId"] == GROUP
    assert rule.inputs["tags"]["Stack"] == "eks-service/shop"
    assert run.exports["zone_ids"] == ["euw1-az1", "euw1-az2", "euw1-az3"]


def test_a_preview_shows_every_resource_with_the_other_owners_ids():
    run, preview = adopting(), adopting(preview=True)
    assert {one.urn for one in preview.registrations} == {one.urn for one in run.registrations}
    assert preview.only("aws:lb/loadBalancer:LoadBalancer").inputs["subnets"] == list(SUBNETS)


def test_another_node_group_of_the_owner_adds_one_attachment_and_changes_nothing_else():
    found = Found()
    before = {one.urn: one.inputs for one in adopting(found).registrations}
    found.node_groups["more"] = list(SUBNETS)
    after = {one.urn: one.inputs for one in adopting(found).registrations}
    (added,) = after.keys() - before.keys()
    assert added.endswith("::shop-more")
    assert {urn: after[urn] for urn in before} == before


def test_only_the_named_node_groups_serve():
    run = adopting(cluster={"existing": EXISTING | {"nodeGroups": ["spot"]}})
    attachment = run.only("aws:autoscaling/attachment:Attachment")
    assert (attachment.name, attachment.inputs["autoscalingGroupName"]) == ("shop-spot", "eks-spot-1a2b")


def test_nodes_that_the_owner_manages_himself_serve_by_their_autoscaling_group_and_security_group():
    own = {"autoscalingGroups": ["platform-workers"], "nodeSecurityGroupIds": ["sg-00000000000000001"]}
    run = adopting(cluster={"existing": EXISTING | own})
    assert run.only("aws:autoscaling/attachment:Attachment").inputs["autoscalingGroupName"] == "platform-workers"
    opened = [one.name for one in run.registrations if "-from-nlb-" in one.name]
    assert opened == ["shop-sg-00000000000000001-from-nlb-30080"]
    assert "aws:eks/getNodeGroups:getNodeGroups" not in {each.token for each in run.invokes}


def test_the_owners_controller_is_reached_at_its_own_node_port():
    run = adopting(cluster={"existing": EXISTING | {"nodePort": 31080}})
    target = run.only("aws:lb/targetGroup:TargetGroup").inputs
    assert (target["port"], target["healthCheck"]["port"]) == (31080, "traffic-port")
    rules = [one.inputs["fromPort"] for one in run.registrations if one.name.endswith("-31080")]
    assert rules == [31080, 31080]


def test_tls_to_the_owners_controller_is_checked_by_health_on_a_plain_port():
    publication = {"consumers": [{"accountId": "222222222222"}], "protocol": "https"}
    ports = {"nodePort": 31443, "healthNodePort": 31080}
    run = adopting(cluster={"existing": EXISTING | ports}, publication=publication)
    target = run.only("aws:lb/targetGroup:TargetGroup").inputs
    assert (target["port"], target["healthCheck"]["port"]) == (31443, "31080")
    del ports["healthNodePort"]
    assert refused(cluster={"existing": EXISTING | ports}, publication=publication) == [
        "cluster.existing.healthNodePort: is missing: behind nodePort is TLS, and health is checked by plain HTTP"
    ]


def test_its_controller_reaches_the_cluster_as_the_eks_duty_and_trusts_load_balancer_and_nodes():
    role = "arn:aws:iam::111111111111:role/eks"
    found = Found()
    found.node_groups = {"main": [*SUBNETS, "subnet-000000000000000a4"]}
    found.zones["subnet-000000000000000a4"] = "euw1-az1"
    run = adopting(found, controller=INSTALLED, roles={"eks": role})
    config = kubeconfig(run)
    assert config["clusters"][0]["cluster"] == {
        "server": "https://0123.gr7.eu-west-1.eks.amazonaws.com",
        "certificate-authority-data": "Q0E=",
    }
    command = config["users"][0]["user"]["exec"]
    assert " ".join([command["command"], *command["args"]]) == (
        f"aws eks get-token --output json --cluster-name platform --region eu-west-1 --role-arn {role}"
    )
    assert run.only("pulumi:providers:kubernetes").inputs["clusterIdentifier"] == "platform"
    [policy, _] = run.of_type("kubernetes:networking.k8s.io/v1:NetworkPolicy")
    blocks = json.dumps(policy.inputs["spec"]["ingress"])
    assert [f"10.30.{number}.0/24" in blocks for number in (161, 162, 163, 164, 165)] == [True] * 4 + [False]
    assert run.only("aws:ecr/repository:Repository").inputs["name"] == "shop/nginx-ingress"
    made = {one.type.split(":")[1].split("/")[0] for one in run.registrations if one.type.startswith("aws:")}
    assert made == {"autoscaling", "ec2", "ecr", "lb", "ssm", "vpc"}


def test_its_controller_may_connect_to_the_api_in_the_clusters_own_subnets_and_services_network():
    found = Found()
    found.service_cidr = "172.30.0.0/16"
    found.cluster_subnets = [*SUBNETS, "subnet-000000000000000a4"]
    found.zones["subnet-000000000000000a4"] = "euw1-az1"
    run = adopting(found, controller=INSTALLED, cluster={"existing": EXISTING | {"subnetIds": list(SUBNETS)}})
    [policy, _] = run.of_type("kubernetes:networking.k8s.io/v1:NetworkPolicy")
    [api] = [
        rule for rule in policy.inputs["spec"]["egress"] if {"protocol": "TCP", "port": 443} in rule.get("ports", [])
    ]
    assert [one["ipBlock"]["cidr"] for one in api["to"]] == [
        "172.30.0.1/32",
        *(f"10.30.{number}.0/24" for number in (161, 162, 163, 164)),
    ]


@pytest.mark.parametrize(
    "values",
    ['{"enableNetworkPolicy": "true"}', '{"env": {}, "enableNetworkPolicy":true}', "enableNetworkPolicy: 'true'\n"],
)
def test_policies_that_the_cluster_enforces_cause_no_warning(values: str):
    found = Found()
    found.cni = values
    assert [one for one in adopting(found, controller=INSTALLED).messages if "NetworkPolicies" in str(one)] == []


@pytest.mark.parametrize("values", ['{"enableNetworkPolicy": "false"}', "{}", "", "enableNetworkPolicy: truely", None])
def test_policies_that_perhaps_nothing_enforces_are_a_warning(values: str | None):
    found = Found()
    found.cni = values
    [warning] = [str(one) for one in adopting(found, controller=INSTALLED).messages if "NetworkPolicies" in str(one)]
    assert (
        "cluster.existing.name: is platform, whose add-on vpc-cni does not seem to set enableNetworkPolicy" in warning
    )
    assert "Ask the cluster's owner" in warning


def test_without_the_controller_nobody_looks_at_the_add_on():
    found = Found()
    found.cni = None
    run = adopting(found)
    assert "aws:eks/getAddon:getAddon" not in {one.token for one in run.invokes}
    assert [one for one in run.messages if "NetworkPolicies" in str(one)] == []


def test_its_controller_reaches_the_cluster_through_a_forwarded_port():
    host = "0123.gr7.eu-west-1.eks.amazonaws.com"
    api = {"server": "https://localhost:8443", "tlsServerName": host}
    run = adopting(controller=INSTALLED, cluster={"existing": EXISTING, "kubernetesApi": api})
    cluster = kubeconfig(run)["clusters"][0]["cluster"]
    assert (cluster["server"], cluster["tls-server-name"]) == ("https://localhost:8443", host)


def test_a_pinned_image_creates_its_repository_before_the_controller_is_installed():
    pinned = adopting(controller=INSTALLED | {"install": False})
    assert pinned.only("aws:ecr/repository:Repository").inputs["name"] == "shop/nginx-ingress"
    assert pinned.of_type("pulumi:providers:kubernetes") == ()
    assert adopting().of_type("aws:ecr/repository:Repository") == ()


def test_an_image_that_the_owners_nodes_cannot_run_is_refused():
    found = Found()
    found.node_groups, found.ami_type = {"arm": list(SUBNETS)}, "AL2023_ARM_64_STANDARD"
    controller = {"install": True, "image": {"digest": DIGEST, "platforms": ["linux/amd64"]}}
    assert refused(found, controller=controller) == [
        "controller.image.platforms: has linux/amd64, but node group arm (AL2023_ARM_64_STANDARD) runs linux/arm64"
    ]
    controller["image"] = {"digest": DIGEST, "platforms": ["linux/arm64"]}
    assert adopting(found, controller=controller).of_type("kubernetes:apps/v1:Deployment")


def test_every_setting_without_effect_on_an_existing_cluster_is_named_in_one_message():
    lines = refused(
        network={"cidr": "10.11.0.0/16"},
        endpoints={"extra": ["sts"]},
        nodes={"min": 2, "max": 3},
        cluster={"existing": EXISTING, "version": "1.36", "admins": []},
        registry={"create": False},
    )
    keys = ["cluster.admins", "cluster.version", "endpoints.extra", "network.cidr", "nodes.max", "nodes.min"]
    assert lines == [f"{key}: cannot be set together with cluster.existing" for key in (*keys, "registry.create")]


def test_a_stack_cannot_adopt_the_cluster_that_it_created():
    found = Found()
    found.tags = {"Stack": "eks-service/shop"}
    assert refused(found) == [
        "cluster.existing.name: is platform, which this stack created itself and would now delete"
    ]


def test_the_load_balancers_own_protection_may_be_set():
    run = adopting(cluster={"existing": EXISTING, "deletionProtection": False})
    assert run.only("aws:lb/loadBalancer:LoadBalancer").inputs["enableDeletionProtection"] is False


@pytest.mark.parametrize(
    ("existing", "missing", "where"),
    [
        ({}, "platform", "cluster.existing.name: is platform, which cannot be looked up"),
        ({"nodeGroups": ["main", "spot"]}, "spot", "cluster.existing.nodeGroups: has spot, which cannot be looked up"),
        ({"autoscalingGroups": ["w"]}, "w", "cluster.existing.autoscalingGroups: has w, which cannot be looked up"),
        (
            {"subnetIds": list(SUBNETS)},
            "subnet-000000000000000a2",
            "cluster.existing.subnetIds: has subnet-000000000000000a2, which cannot be looked up",
        ),
    ],
)
def test_a_missing_part_is_named_with_the_answer_of_aws(existing: dict[str, Any], missing: str, where: str):
    found = Found()
    found.missing = {missing}
    (line,) = refused(found, cluster={"existing": EXISTING | existing})
    assert line.startswith(f"{where}: invoke of aws:")
    assert f"no {missing} found" in line


def test_two_subnets_in_a_zone_require_a_choice():
    found = Found()
    found.cluster_subnets.append("subnet-000000000000000a4")
    found.zones["subnet-000000000000000a4"] = "euw1-az1"
    assert refused(found) == [
        "cluster.existing.subnetIds: has 2 subnets in euw1-az1, but a load balancer takes only one: "
        "subnet-000000000000000a1 (10.30.161.0/24), subnet-000000000000000a4 (10.30.164.0/24)"
    ]
    chosen = adopting(found, cluster={"existing": EXISTING | {"subnetIds": list(SUBNETS)}})
    assert chosen.only("aws:lb/loadBalancer:LoadBalancer").inputs["subnets"] == list(SUBNETS)


def test_one_zone_is_too_few():
    found = Found()
    found.cluster_subnets = ["subnet-000000000000000a1"]
    assert refused(found) == [
        "cluster.existing.subnetIds: spans 1 zone (euw1-az1), but a service needs 2",
    ]


def test_subnets_of_another_vpc_and_zones_that_are_otherwise_are_refused_together():
    found = Found()
    found.vpcs = {"subnet-000000000000000a2": "vpc-00000000000000009"}
    stated = {"subnetIds": list(SUBNETS), "zoneIds": ["euw1-az1", "euw1-az2", "euw1-az4"]}
    assert refused(found, cluster={"existing": EXISTING | stated}) == [
        "cluster.existing.subnetIds: has subnet-000000000000000a2, which is in vpc-00000000000000009, "
        f"but cluster platform is in {VPC}",
        "cluster.existing.zoneIds: is euw1-az1, euw1-az2, euw1-az4, but the subnets are in "
        "euw1-az1, euw1-az2, euw1-az3",
    ]


def test_a_cluster_without_node_groups_needs_its_autoscaling_groups_named():
    found = Found()
    found.node_groups = {}
    assert refused(found) == ["cluster.existing.name: is platform, which has no managed node group"]


def test_a_load_balancer_apart_from_all_nodes_is_refused():
    found = Found()
    found.node_groups = {"main": ["subnet-000000000000000a3"]}
    first = {"subnetIds": ["subnet-000000000000000a1", "subnet-000000000000000a2"]}
    assert refused(found, cluster={"existing": EXISTING | first}) == [
        "cluster.existing.subnetIds: are in euw1-az1, euw1-az2, but all nodes are in euw1-az3"
    ]


def test_nodes_without_traffic_and_public_subnets_are_warned_about():
    found = Found()
    found.routes = [{"cidrBlock": "0.0.0.0/0", "gatewayId": "igw-1", "natGatewayId": ""}]
    first = {"subnetIds": ["subnet-000000000000000a1", "subnet-000000000000000a2"]}
    said = adopting(found, cluster={"existing": EXISTING | first}).messages
    assert said[0].startswith(
        "cluster.existing.subnetIds: has no subnet in euw1-az3, so the nodes there get no traffic"
    )
    assert said[1].startswith(
        "cluster.existing: has subnet-000000000000000a1 (10.30.161.0/24), whose route table rtb-own leads to igw-1: "
        "this cluster is not private"
    )
    assert len(said) == 4


def test_a_stack_with_a_cluster_of_its_own_looks_up_nothing_of_others():
    assert [each.token for each in run_workload().invokes if "getCluster:" in each.token] == []
