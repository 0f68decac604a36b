"""Node groups of the emulated EKS, and the Auto Scaling groups behind them."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from privatelink_ingress.local.cloud.session import Session
from tests.support.eks_world import World, world


@pytest.fixture
def shop(workload: Session) -> World:
    surroundings = world(workload)
    surroundings.create_cluster()
    return surroundings


def instances(shop: World) -> list[dict[str, Any]]:
    """The instances that run."""
    running = [{"Name": "instance-state-name", "Values": ["running"]}]
    answer = shop.session.client("ec2").describe_instances(Filters=running)
    return [instance for reservation in answer["Reservations"] for instance in reservation["Instances"]]


def test_a_node_group_runs_instances_in_every_subnet_under_the_cluster_group(shop: World) -> None:
    group = shop.create_nodes()
    assert (group["status"], group["version"]) == ("ACTIVE", "1.36")
    (behind,) = group["resources"]["autoScalingGroups"]
    assert behind["name"].startswith("eks-main-")
    scaling = shop.session.client("autoscaling")
    (asg,) = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[behind["name"]])["AutoScalingGroups"]
    assert (asg["MinSize"], asg["DesiredCapacity"], asg["MaxSize"]) == (3, 3, 6)
    running = instances(shop)
    assert sorted(instance["SubnetId"] for instance in running) == sorted(shop.subnet_ids)
    cluster = shop.session.client("eks").describe_cluster(name="shop")["cluster"]
    own = cluster["resourcesVpcConfig"]["clusterSecurityGroupId"]
    assert [[g["GroupId"] for g in instance["SecurityGroups"]] for instance in running] == [[own]] * 3
    assert {instance["InstanceId"] for instance in running} == {entry["InstanceId"] for entry in asg["Instances"]}


def test_the_launch_template_shapes_the_nodes(shop: World) -> None:
    ec2 = shop.session.client("ec2")
    data = {"InstanceType": "m7g.large", "MetadataOptions": {"HttpTokens": "required"}}
    template = ec2.create_launch_template(LaunchTemplateName="nodes", LaunchTemplateData=data)["LaunchTemplate"]
    reference = {"id": template["LaunchTemplateId"], "version": "1"}
    group = shop.create_nodes(launchTemplate=reference)
    assert {instance["InstanceType"] for instance in instances(shop)} == {"m7g.large"}
    assert group["launchTemplate"]["id"] == template["LaunchTemplateId"]


def test_new_sizes_start_and_stop_instances_and_their_targets(shop: World) -> None:
    eks, elb = shop.session.client("eks"), shop.session.client("elbv2")
    group = shop.create_nodes()
    request = {"Name": "nodes", "Protocol": "TCP", "Port": 30080, "VpcId": shop.vpc_id, "TargetType": "instance"}
    target_group = elb.create_target_group(**request)["TargetGroups"][0]["TargetGroupArn"]
    name = group["resources"]["autoScalingGroups"][0]["name"]
    scaling = shop.session.client("autoscaling")
    scaling.attach_load_balancer_target_groups(AutoScalingGroupName=name, TargetGroupARNs=[target_group])
    sizes = {"minSize": 1, "desiredSize": 4, "maxSize": 6}
    eks.update_nodegroup_config(clusterName="shop", nodegroupName="main", scalingConfig=sizes)
    health = elb.describe_target_health(TargetGroupArn=target_group)["TargetHealthDescriptions"]
    assert {entry["Target"]["Id"] for entry in health} == {instance["InstanceId"] for instance in instances(shop)}
    assert len(health) == 4


def test_deletion_takes_instances_and_auto_scaling_group(shop: World) -> None:
    group = shop.create_nodes()
    eks = shop.session.client("eks")
    assert eks.list_access_entries(clusterName="shop")["accessEntries"] == [shop.node_role]
    eks.delete_nodegroup(clusterName="shop", nodegroupName="main")
    assert instances(shop) == []
    name = group["resources"]["autoScalingGroups"][0]["name"]
    scaling = shop.session.client("autoscaling")
    assert scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"] == []
    assert eks.list_access_entries(clusterName="shop")["accessEntries"] == []
    eks.delete_cluster(name="shop")


def test_without_vpc_cni_the_nodes_never_become_ready(shop: World) -> None:
    shop.create_cluster("bare", bootstrapSelfManagedAddons=False)
    group = shop.create_nodes("bare")
    assert group["status"] == "CREATE_FAILED"
    assert group["health"]["issues"][0]["code"] == "NodeCreationFailure"


def test_what_eks_refuses_of_a_node_group(shop: World) -> None:
    ec2 = shop.session.client("ec2")
    other_vpc = ec2.create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
    foreign = ec2.create_subnet(VpcId=other_vpc, CidrBlock="10.99.0.0/24")["Subnet"]["SubnetId"]
    with pytest.raises(ClientError, match=rf"InvalidParameterException.*not in the cluster's VPC.*{foreign}"):
        shop.create_nodes(subnets=[*shop.subnet_ids, foreign])
    with pytest.raises(ClientError, match=r"InvalidParameterException.*cannot be found"):
        shop.create_nodes(nodeRole="arn:aws:iam::111111111111:role/missing")
    with pytest.raises(ClientError, match=r"InvalidParameterException.*\[ec2\.amazonaws\.com\] were not found"):
        shop.create_nodes(nodeRole=shop.cluster_role)
    with pytest.raises(ClientError, match=r"InvalidParameterException.*greater than max size 2"):
        shop.create_nodes(scalingConfig={"minSize": 1, "desiredSize": 3, "maxSize": 2})
    with pytest.raises(ClientError, match=r"InvalidParameterException.*version 1\.37"):
        shop.create_nodes(version="1.37")
    with pytest.raises(ClientError, match=r"InvalidParameterException.*Launch template lt-0 is not found"):
        shop.create_nodes(launchTemplate={"id": "lt-0"})
    data = {"InstanceType": "m7g.large"}
    template = ec2.create_launch_template(LaunchTemplateName="typed", LaunchTemplateData=data)["LaunchTemplate"]
    with pytest.raises(ClientError, match=r"InvalidParameterException.*both the launch template and the request"):
        shop.create_nodes(launchTemplate={"id": template["LaunchTemplateId"]}, instanceTypes=["m7g.large"])
    assert instances(shop) == []
    assert shop.session.client("eks").list_nodegroups(clusterName="shop")["nodegroups"] == []


def test_target_groups_are_attached_only_where_both_sides_exist(shop: World) -> None:
    scaling, elb = shop.session.client("autoscaling"), shop.session.client("elbv2")
    name = shop.create_nodes()["resources"]["autoScalingGroups"][0]["name"]
    missing = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/missing/0123456789abcdef"
    with pytest.raises(ClientError, match=r"ValidationError.*not found"):
        scaling.attach_load_balancer_target_groups(AutoScalingGroupName="missing", TargetGroupARNs=[missing])
    with pytest.raises(ClientError, match=r"ValidationError.*may not be valid"):
        scaling.attach_load_balancer_target_groups(AutoScalingGroupName=name, TargetGroupARNs=[missing])
    request = {"Name": "addresses", "Protocol": "TCP", "Port": 80, "VpcId": shop.vpc_id, "TargetType": "ip"}
    by_address = elb.create_target_group(**request)["TargetGroups"][0]["TargetGroupArn"]
    with pytest.raises(ClientError, match=r"ValidationError.*target type instance"):
        scaling.attach_load_balancer_target_groups(AutoScalingGroupName=name, TargetGroupARNs=[by_address])
    listed = scaling.describe_load_balancer_target_groups(AutoScalingGroupName=name)["LoadBalancerTargetGroups"]
    assert listed == []
    with pytest.raises(ClientError, match=r"ValidationError.*not part of the group"):
        scaling.detach_load_balancer_target_groups(AutoScalingGroupName=name, TargetGroupARNs=[by_address])


@pytest.mark.parametrize(
    ("settings", "refusal"),
    [
        ({"capacityType": "CHEAP"}, r"'CHEAP' at 'capacityType'"),
        (
            {"instanceTypes": ["m7g.large"]},
            r"m7g\.large.*not a valid instance type for requested amiType AL2023_x86_64",
        ),
        ({"instanceTypes": ["m7i.large"], "amiType": "AL2023_ARM_64_STANDARD"}, r"m7i\.large.*not a valid instance"),
        ({"taints": [{"key": "a", "value": "b", "effect": "NoSchedule"}]}, r"'NoSchedule' at 'taints.1.member.effect'"),
        ({"taints": [{"key": f"a{n}", "effect": "NO_EXECUTE"} for n in range(51)]}, r"at most 50 taints, not 51"),
        (
            {"taints": [{"key": "a", "value": "b" * 64, "effect": "NO_SCHEDULE"}]},
            r"'taints.1.member.value' .* less than or equal to 63",
        ),
        ({"labels": {"a" * 64: "b"}}, r"'labels.a{64}' .* less than or equal to 63"),
        ({"labels": {"a": "b" * 64}}, r"'labels.a' .* less than or equal to 63"),
        ({"labels": {"node-role.kubernetes.io/a": "b"}}, r"Label cannot contain reserved prefixes"),
        ({"labels": {"team": "a b"}}, r"Label team=a b is not valid in Kubernetes"),
        ({"labels": {"-team": "a"}}, r"Label -team=a is not valid in Kubernetes"),
        ({"taints": [{"key": "a b", "effect": "NO_SCHEDULE"}]}, r"Taint a b= is not valid in Kubernetes"),
        ({"instanceTypes": [f"m7i.{n}large" for n in range(21)]}, r"at most 20 instance types, not 21"),
        ({"releaseVersion": "latest"}, r"release version latest is not valid"),
        ({"diskSize": 0}, r"disk size 0 is not valid"),
        ({"instanceTypes": ["large"]}, r"large.*not a valid instance type"),
        ({"updateConfig": {"maxUnavailable": 1, "maxUnavailablePercentage": 50}}, r"maxUnavailable or"),
        ({"updateConfig": {"maxUnavailablePercentage": 101}}, r"value less than or equal to 100"),
    ],
)
def test_labels_taints_and_limits_that_eks_does_not_take_are_refused(
    shop: World, settings: dict[str, Any], refusal: str
) -> None:
    with pytest.raises(ClientError, match=rf"InvalidParameterException.*{refusal}"):
        shop.create_nodes(**settings)
    assert shop.session.client("eks").list_nodegroups(clusterName="shop")["nodegroups"] == []


def test_a_disk_is_in_the_launch_template_or_in_the_request(shop: World) -> None:
    created = shop.session.client("ec2").create_launch_template(
        LaunchTemplateName="nodes", LaunchTemplateData={"EbsOptimized": True}
    )
    template = {"id": created["LaunchTemplate"]["LaunchTemplateId"]}
    with pytest.raises(ClientError, match=r"diskSize cannot be specified with a launch template"):
        shop.create_nodes(diskSize=50, launchTemplate=template)
    assert shop.create_nodes(launchTemplate=template)["status"]


@pytest.mark.parametrize("name", ["-main", "main group", "m" * 64])
def test_a_node_group_has_a_name_that_eks_takes(shop: World, name: str) -> None:
    with pytest.raises(ClientError, match=r"InvalidParameterException.*nodegroup name"):
        shop.create_nodes(name=name)


def test_labels_taints_and_limits_are_described_as_they_were_given(shop: World) -> None:
    settings: dict[str, Any] = {
        "capacityType": "SPOT",
        "labels": {"team": "batch"},
        "taints": [{"key": "dedicated", "value": "batch", "effect": "NO_SCHEDULE"}],
        "updateConfig": {"maxUnavailablePercentage": 50},
    }
    shop.create_nodes(**settings)
    group = shop.session.client("eks").describe_nodegroup(clusterName="shop", nodegroupName="main")["nodegroup"]
    assert {name: group[name] for name in settings} == settings


def test_a_changed_label_is_held_to_the_same_limits(shop: World) -> None:
    shop.create_nodes()
    eks = shop.session.client("eks")
    with pytest.raises(ClientError, match=r"reserved prefixes"):
        eks.update_nodegroup_config(
            clusterName="shop", nodegroupName="main", labels={"addOrUpdateLabels": {"k8s.io/a": "b"}}
        )
