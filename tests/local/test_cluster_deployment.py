"""What a stack file says of cluster and nodes, deployed on the emulated AWS."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from privatelink_ingress.aws.topology import live
from privatelink_ingress.contracts.service import PROJECT
from privatelink_ingress.local import deploy
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.cloud.eks.versions import addon_version
from privatelink_ingress.settings.load import load
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.trace.trace import trace

ROOT = Path(__file__).parents[2]
WORKLOAD, EDGE, REGION = "111111111111", "222222222222", "eu-west-1"
AMBIENT = f"arn:aws:iam::{WORKLOAD}:role/local-cloud"
"""The role that the local cloud deploys with when a stack names none."""
ADMIN, VIEWER = f"arn:aws:iam::{WORKLOAD}:role/platform-admin", f"arn:aws:iam::{WORKLOAD}:role/support"
PINNED = addon_version("coredns", "1.36")
CHANGES: dict[str, dict[str, Any]] = {
    "cluster": {
        "version": "1.36",
        "admins": [ADMIN, AMBIENT],
        "viewers": [VIEWER],
        "addons": {"coredns": PINNED},
    },
    "nodes": {
        "groups": {
            "default": {"min": 3},
            "batch": {
                "instanceTypes": ["m7g.large"],
                "amiType": "AL2023_ARM_64_STANDARD",
                "capacityType": "SPOT",
                "min": 1,
                "maxUnavailablePercentage": 50,
                "labels": {"team": "batch"},
                "taints": [{"key": "dedicated", "value": "batch", "effect": "NO_SCHEDULE"}],
            },
        }
    },
}


def changed(stack: deploy.Stack, changes: dict[str, dict[str, Any]]) -> deploy.Stack:
    """The stack with other top-level keys; its settings are checked as those of any stack file."""
    config = {f"{PROJECT}:{key}": json.dumps(change) for key, change in changes.items()}
    file = dataclasses.replace(stack.file, config={**stack.file.config, **config})
    return deploy.Stack(file=file, settings=load(WorkloadSettings, file.settings, project=PROJECT, stack=file.stack))


class Deployed:
    """`shop` with two node groups behind the edge."""

    def __init__(self, cloud: Cloud) -> None:
        self.workload, self.edge = cloud.session(WORKLOAD, REGION), cloud.session(EDGE, REGION)
        deployment = deploy.Deployment(cloud)
        stacks = {stack.label: stack for stack in deploy.find(ROOT)}
        self.run = deployment.up(changed(stacks["eks-service/shop"], CHANGES))
        deployment.up(stacks["central-ingress/prod"])
        self.eks = self.workload.client("eks")


@pytest.fixture(scope="module")
def deployed():
    with Cloud() as cloud:
        yield Deployed(cloud)


def group(deployed: Deployed, key: str) -> dict[str, Any]:
    names = deployed.eks.list_nodegroups(clusterName="shop")["nodegroups"]
    (name,) = (name for name in names if name.startswith(f"shop-{key}-") and len(name) == len(f"shop-{key}-1234567"))
    return deployed.eks.describe_nodegroup(clusterName="shop", nodegroupName=name)["nodegroup"]


def test_each_group_is_as_its_settings_say(deployed):
    batch, default = group(deployed, "nodes-batch"), group(deployed, "nodes")
    assert (batch["capacityType"], default["capacityType"]) == ("SPOT", "ON_DEMAND")
    assert (batch["instanceTypes"], default["instanceTypes"]) == (["m7g.large"], ["m7i.large"])
    assert batch["labels"] == {"team": "batch"}
    assert batch["taints"] == [{"key": "dedicated", "value": "batch", "effect": "NO_SCHEDULE"}]
    assert batch["updateConfig"] == {"maxUnavailablePercentage": 50}
    assert batch["launchTemplate"]["id"] != default["launchTemplate"]["id"]
    assert batch["nodeRole"] == default["nodeRole"]


def test_the_nodes_of_every_group_serve(deployed):
    (target_group,) = deployed.workload.client("elbv2").describe_target_groups()["TargetGroups"]
    health = deployed.workload.client("elbv2").describe_target_health(TargetGroupArn=target_group["TargetGroupArn"])
    instances = {entry["Target"]["Id"] for entry in health["TargetHealthDescriptions"]}
    names = [group(deployed, key)["resources"]["autoScalingGroups"][0]["name"] for key in ("nodes", "nodes-batch")]
    scaling = deployed.workload.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=names)
    running = [[one["InstanceId"] for one in each["Instances"]] for each in scaling["AutoScalingGroups"]]
    assert sorted(map(len, running)) == [1, 3]
    assert instances == {one for each in running for one in each}


def test_a_request_passes_a_cluster_with_two_groups(deployed):
    result = trace("https://shop.example.com/", live.load([deployed.edge], [deployed.workload]))
    assert result.outcome == "reached"
    assert "4 of 4 nodes" in next(hop.evidence for hop in result.hops if hop.name == "Node port")


def test_the_creator_is_administrator_by_eks_alone_and_the_others_by_the_stack(deployed):
    entries = {
        arn: [
            policy["policyArn"].rpartition("/")[2]
            for policy in deployed.eks.list_associated_access_policies(clusterName="shop", principalArn=arn)[
                "associatedAccessPolicies"
            ]
        ]
        for arn in deployed.eks.list_access_entries(clusterName="shop")["accessEntries"]
        if "node" not in arn
    }
    assert entries == {
        AMBIENT: ["AmazonEKSClusterAdminPolicy"],
        ADMIN: ["AmazonEKSClusterAdminPolicy"],
        VIEWER: ["AmazonEKSViewPolicy"],
    }
    registered = {each.inputs["principalArn"] for each in deployed.run.of_type("aws:eks/accessEntry:AccessEntry")}
    assert registered == {ADMIN, VIEWER}
    assert deployed.eks.describe_cluster(name="shop")["cluster"]["tags"]["Creator"] == AMBIENT


def test_the_pinned_add_on_has_its_version(deployed):
    addon = deployed.eks.describe_addon(clusterName="shop", addonName="coredns")["addon"]
    assert (addon["addonVersion"], addon["status"]) == (PINNED, "ACTIVE")


def test_a_version_of_an_add_on_that_eks_does_not_have_stops_the_run():
    with Cloud() as cloud:
        stack = {stack.label: stack for stack in deploy.find(ROOT)}["eks-service/shop"]
        wrong = changed(stack, {"cluster": {"addons": {"coredns": "v1.0.0-eksbuild.1"}}})
        with pytest.raises(Exception, match=r"coredns v1\.0\.0-eksbuild\.1 on Kubernetes 1\.36"):
            deploy.Deployment(cloud).up(wrong)
