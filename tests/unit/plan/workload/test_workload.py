"""What a workload's plan decides, and what it refuses."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from privatelink_ingress.contracts.service import Contract
from privatelink_ingress.plan.workload import OwnClusterPlan, plan_workload
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.workload import WorkloadSettings

ZONES = ("euw1-az1", "euw1-az2", "euw1-az3")
DIGEST = f"sha256:{'a' * 64}"


def planned(
    stack: str = "shop", *, region: str = "eu-west-1", zones: tuple[str, ...] = ZONES, **keys: Any
) -> OwnClusterPlan:
    settings = {
        "accountId": "111111111111",
        "owner": "team-shop",
        "controller": {"image": {"digest": DIGEST}},
        "publication": {"consumers": [{"accountId": "222222222222"}]},
    }
    return plan_workload(
        WorkloadSettings.model_validate_json(json.dumps(settings | keys)),
        stack=stack,
        region=region,
        available_zones=zones,
    )


def test_one_private_subnet_for_each_zone_id():
    subnets = planned().network.subnets
    assert [(subnet.zone_id, subnet.cidr) for subnet in subnets] == [
        ("euw1-az1", "10.11.0.0/21"),
        ("euw1-az2", "10.11.8.0/21"),
        ("euw1-az3", "10.11.16.0/21"),
    ]


def test_a_workload_without_the_middle_zone_keeps_the_other_subnets_where_they_are():
    every = {subnet.zone_id: subnet.cidr for subnet in planned().network.subnets}
    two = {subnet.zone_id: subnet.cidr for subnet in planned(network={"zoneIds": [ZONES[0], ZONES[2]]}).network.subnets}
    assert two == {zone: every[zone] for zone in (ZONES[0], ZONES[2])}


def test_zones_without_eks_are_skipped():
    plan = planned(region="us-east-1", zones=("use1-az1", "use1-az2", "use1-az3", "use1-az4"))
    assert plan.network.zone_ids == ("use1-az1", "use1-az2", "use1-az4")


def test_a_zone_without_eks_is_refused_by_name():
    with pytest.raises(
        UserError, match=r"network\.zoneIds: has use1-az3, where EKS takes no subnets\n.*Choose other zones"
    ):
        planned(region="us-east-1", zones=("use1-az1", "use1-az3"), network={"zoneIds": ["use1-az1", "use1-az3"]})


def test_the_connection_is_named_after_the_stack_unless_the_settings_name_it():
    assert planned("blog").name == "blog"
    assert planned("blog", connectionName="shop").name == "shop"


def test_a_stack_whose_name_is_not_a_connection_name_must_set_one():
    with pytest.raises(UserError, match=r"connectionName: is not set, and the stack's name 'Shop_1'.*\n.*Set conn"):
        planned("Shop_1")


def test_a_cluster_reaches_the_core_services_and_no_more():
    plan = planned().network
    assert [endpoint.service_name for endpoint in plan.interface_endpoints] == [
        "com.amazonaws.eu-west-1.ec2",
        "com.amazonaws.eu-west-1.ecr.api",
        "com.amazonaws.eu-west-1.ecr.dkr",
        "com.amazonaws.eu-west-1.eks-auth",
    ]
    assert plan.s3_service_name == "com.amazonaws.eu-west-1.s3"


def test_extra_endpoints_join_the_core_once():
    keys = [endpoint.key for endpoint in planned(endpoints={"extra": ["sts", "ec2"]}).network.interface_endpoints]
    assert keys == ["ec2", "ecr-api", "ecr-dkr", "eks-auth", "sts"]


def test_bottlerocket_also_reaches_the_eks_api_and_keeps_data_on_its_second_volume():
    plan = planned(nodes={"amiType": "BOTTLEROCKET_ARM_64"})
    assert "eks" in [endpoint.key for endpoint in plan.network.interface_endpoints]
    assert [group.disk_device for group in plan.nodes.groups] == ["/dev/xvdb"]
    assert [group.disk_device for group in planned().nodes.groups] == ["/dev/xvda"]


def test_the_s3_gateway_lets_through_image_layers_of_the_region_alone():
    (statement,) = json.loads(str(planned().network.s3_policy))["Statement"]
    assert (statement["Action"], statement["Resource"]) == (
        ["s3:GetObject"],
        ["arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*"],
    )


def test_the_repository_belongs_to_the_connection_and_forgets_only_untagged_images():
    registry = planned().registry
    assert registry.repositories == {"controller": "shop/nginx-ingress"}
    (rule,) = json.loads(registry.lifecycle_policy)["rules"]
    assert rule["selection"]["tagStatus"] == "untagged"


def test_the_control_plane_is_private_and_logs_everything():
    cluster = planned().cluster
    assert (cluster.name, cluster.version) == ("shop", "1.36")
    assert cluster.public_access_cidrs == ()
    assert cluster.log_types == ("api", "audit", "authenticator", "controllerManager", "scheduler")
    assert (cluster.log_group, cluster.log_storage.retention_days) == ("/aws/eks/shop/cluster", 90)


def test_the_role_that_creates_the_cluster_is_its_administrator_without_an_entry():
    maker, admin = "arn:aws:iam::111111111111:role/eks", "arn:aws:iam::111111111111:role/team/admin"
    cluster = planned(roles={"eks": maker}, cluster={"admins": [maker, admin]}).cluster
    assert [(each.key, each.principal_arn) for each in cluster.access] == [("111111111111-team.admin", admin)]
    assert cluster.kubeconfig_role_arn == maker


def test_agents_come_before_the_nodes_and_workloads_after():
    nodes = planned().nodes
    assert [addon.name for addon in nodes.agents] == ["eks-pod-identity-agent", "kube-proxy", "vpc-cni"]
    assert [addon.name for addon in nodes.workloads] == ["coredns", "metrics-server"]


def test_only_the_cni_may_change_network_interfaces():
    nodes = planned().nodes
    assert nodes.role.managed_policies == ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly")
    (cni,) = [addon for addon in nodes.agents if addon.role]
    assert cni.role is not None
    assert (cni.name, cni.service_account, cni.role.managed_policies) == (
        "vpc-cni",
        "aws-node",
        ("AmazonEKS_CNI_Policy",),
    )
    assert json.loads(cni.role.trust_policy)["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "pods.eks.amazonaws.com"},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
            "Condition": {
                "StringEquals": {
                    "aws:SourceAccount": "111111111111",
                    "aws:RequestTag/eks-cluster-arn": "arn:aws:eks:eu-west-1:111111111111:cluster/shop",
                    "aws:RequestTag/kubernetes-namespace": "kube-system",
                    "aws:RequestTag/kubernetes-service-account": "aws-node",
                }
            },
        }
    ]


def test_network_policies_are_enforced():
    (cni,) = [addon for addon in planned().nodes.agents if addon.name == "vpc-cni"]
    assert json.loads(str(cni.configuration)) == {"enableNetworkPolicy": "true"}


def test_a_stack_that_installs_no_controller_plans_none():
    assert planned(controller={"install": False}).controller is None


def test_balancer_target_group_and_controller_agree_on_port_and_health_path():
    plan = planned()
    assert plan.controller is not None
    assert plan.publication.protocol.node_port == plan.controller.node_port == 30080
    assert plan.publication.health_path == plan.controller.health_path == "/nginx-health"
    assert plan.controller.trusted_cidrs == tuple(subnet.cidr for subnet in plan.network.subnets)


def test_names_leave_room_for_what_pulumi_adds():
    publication = planned("a" * 30).publication
    names = {publication.load_balancer, publication.target_group}
    assert len(names) == 2
    assert all(len(name) + len("-1234567") <= 32 for name in names)


def test_zones_share_targets_until_each_has_two_nodes():
    assert planned(nodes={"min": 5}).publication.cross_zone is True
    assert planned(nodes={"min": 6}).publication.cross_zone is False


def test_the_planned_contract_is_whole_but_for_the_endpoint_service():
    known = planned(owner="team-shop").publication.contract
    service = {
        "endpoint_service_name": "com.amazonaws.vpce.eu-west-1.vpce-svc-0a",
        "endpoint_service_id": "vpce-svc-0a",
    }
    assert set(known) | set(service) == set(Contract.model_fields)
    contract = Contract.read({**known, **service}, "organization/eks-service/shop")
    assert contract.zone_ids == ZONES
    assert (contract.connection_name, contract.port, contract.protocol) == ("shop", 80, "HTTP")


def test_the_parameter_lies_under_its_prefix_by_connection_name():
    assert planned().publication.parameter == "/central-ingress/connections/shop"


@pytest.mark.parametrize("prefix", ["/aws/x", "/SSM-x"])
def test_a_prefix_that_belongs_to_aws_is_refused(prefix: str):
    with pytest.raises(ValidationError, match=r"publication\.parameter\.prefix(.|\n)*Start it with another word"):
        planned(publication={"consumers": [{"accountId": "222222222222"}], "parameter": {"prefix": prefix}})
