"""Several node groups: what each of them registers, and what a new one leaves as it is."""

from __future__ import annotations

from typing import Any

from privatelink_ingress.local.engine.runner import StackRun
from tests.support.programs import Run

NODES = "aws:eks/nodeGroup:NodeGroup"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
ATTACHMENT = "aws:autoscaling/attachment:Attachment"
SAMPLE: dict[str, Any] = {"instanceTypes": ["m7i.large"], "min": 3, "max": 6}
BATCH: dict[str, Any] = {
    "instanceTypes": ["m7i.xlarge", "m7a.xlarge"],
    "capacityType": "SPOT",
    "min": 1,
    "labels": {"team": "batch"},
    "taints": [{"key": "dedicated", "value": "batch", "effect": "NO_SCHEDULE"}],
    "maxUnavailablePercentage": 50,
}


def inputs(run: StackRun) -> dict[str, Any]:
    return {each.urn: each.inputs for each in run.registrations}


def waits_for(run: StackRun, urn: str) -> set[str]:
    by_urn = {each.urn: each for each in run.registrations}
    found: set[str] = set()
    new = set(by_urn[urn].depends_on)
    while new:
        found |= new
        new = {other for each in new if each in by_urn for other in by_urn[each].depends_on} - found
    return found


def test_the_one_group_becomes_the_group_default_without_a_change(workload_run: Run):
    assert inputs(workload_run(nodes={"groups": {"default": SAMPLE}})) == inputs(workload_run())


def test_a_second_group_registers_its_own_resources_and_touches_no_other(workload_run: Run):
    before = inputs(workload_run())
    run = workload_run(nodes={"groups": {"default": SAMPLE, "batch": BATCH}})
    after = inputs(run)
    assert {urn: after.get(urn) for urn in before} == before
    added = [each for each in run.registrations if each.urn not in before]
    assert sorted((each.type, each.name) for each in added) == [
        (ATTACHMENT, "shop-nodes-batch"),
        (TEMPLATE, "shop-node-batch"),
        (NODES, "shop-nodes-batch"),
    ]


def test_removing_the_middle_group_touches_only_its_own_resources(workload_run: Run):
    groups = {"a": SAMPLE, "b": SAMPLE, "c": SAMPLE}
    with_all = inputs(workload_run(nodes={"groups": groups}))
    without = inputs(workload_run(nodes={"groups": {"a": SAMPLE, "c": SAMPLE}}))
    assert {urn: with_all[urn] for urn in without} == without
    assert {urn.rpartition("::")[2] for urn in set(with_all) - set(without)} == {"shop-nodes-b", "shop-node-b"}


def test_a_node_groups_settings_reach_eks(workload_run: Run):
    run = workload_run(nodes={"groups": {"default": SAMPLE, "batch": BATCH}})
    batch = next(each.inputs for each in run.of_type(NODES) if each.name == "shop-nodes-batch")
    assert batch["capacityType"] == "SPOT"
    assert batch["instanceTypes"] == ["m7i.xlarge", "m7a.xlarge"]
    assert batch["labels"] == {"team": "batch"}
    assert batch["taints"] == [{"key": "dedicated", "value": "batch", "effect": "NO_SCHEDULE"}]
    assert batch["updateConfig"] == {"maxUnavailablePercentage": 50}
    default = next(each.inputs for each in run.of_type(NODES) if each.name == "shop-nodes")
    assert default["capacityType"] == "ON_DEMAND"
    assert default["updateConfig"] == {"maxUnavailable": 1}
    assert not {"labels", "taints"} & set(default)


def test_every_group_serves_behind_the_load_balancer(workload_run: Run):
    run = workload_run(nodes={"groups": {"default": SAMPLE, "batch": BATCH}})
    behind = {each.name: each.outputs["resources"][0]["autoscalingGroups"][0]["name"] for each in run.of_type(NODES)}
    attached = {each.name: each.inputs["autoscalingGroupName"] for each in run.of_type(ATTACHMENT)}
    assert attached == behind
    target_group = run.only("aws:lb/targetGroup:TargetGroup").outputs["arn"]
    assert {each.inputs["lbTargetGroupArn"] for each in run.of_type(ATTACHMENT)} == {target_group}


def test_coredns_waits_for_the_groups_that_it_can_run_on_alone(workload_run: Run):
    run = workload_run(nodes={"groups": {"default": SAMPLE, "batch": BATCH}})
    nodes = {each.name: each.urn for each in run.of_type(NODES)}
    coredns = next(each.urn for each in run.of_type("aws:eks/addon:Addon") if each.inputs["addonName"] == "coredns")
    assert nodes["shop-nodes"] in waits_for(run, coredns)
    assert nodes["shop-nodes-batch"] not in waits_for(run, coredns)


def test_a_pinned_add_on_is_not_looked_up(workload_run: Run):
    run = workload_run(cluster={"addons": {"coredns": "v1.13.1-eksbuild.1"}})
    versions = {each.inputs["addonName"]: each.inputs["addonVersion"] for each in run.of_type("aws:eks/addon:Addon")}
    assert versions["coredns"] == "v1.13.1-eksbuild.1"
    assert versions["vpc-cni"] == "v1.0.0-eksbuild.1"
    asked = [each.args["addonName"] for each in run.invokes if each.token == "aws:eks/getAddonVersion:getAddonVersion"]
    assert sorted(asked) == ["eks-pod-identity-agent", "kube-proxy", "metrics-server", "vpc-cni"]
