"""Node groups and add-ons of a cluster: what a stack file may say, what is planned, and what is refused."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest

from privatelink_ingress.plan.workload import OwnClusterPlan, plan_workload
from privatelink_ingress.plan.workload.warnings import warnings
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.load import SettingsError, load
from privatelink_ingress.settings.workload import WorkloadSettings

ZONES = ("euw1-az1", "euw1-az2", "euw1-az3")
CONSUMERS = {"consumers": [{"accountId": "222222222222"}]}
TWO = {"default": {}, "batch": {"capacityType": "SPOT", "min": 1, "max": 20}}
KEEP_AWAY = [{"key": "dedicated", "value": "batch", "effect": "NO_SCHEDULE"}]


def settings(**keys: Any) -> WorkloadSettings:
    values = {
        "accountId": "111111111111",
        "owner": "team-shop",
        "controller": {"image": {"digest": f"sha256:{'a' * 64}"}},
        "publication": CONSUMERS,
    } | keys
    written = {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}
    return load(WorkloadSettings, written, project="eks-service", stack="shop")


def planned(**keys: Any) -> OwnClusterPlan:
    return plan_workload(settings(**keys), stack="shop", region="eu-west-1", available_zones=ZONES)


def refused(**keys: Any) -> tuple[str, str, str]:
    """Place, reason and remedy of the one thing that is refused."""
    with pytest.raises(UserError) as error:
        planned(**keys)
    (problem,) = error.value.problems
    return problem.where, problem.reason, problem.remedy


def test_the_keys_of_one_group_are_the_group_default():
    alone = planned(nodes={"instanceTypes": ["m7i.xlarge"], "min": 4}).nodes.groups
    assert alone == planned(nodes={"groups": {"default": {"instanceTypes": ["m7i.xlarge"], "min": 4}}}).nodes.groups
    assert [(group.key, group.template_key) for group in alone] == [("nodes", "node")]


def test_groups_are_keyed_by_name_and_a_new_one_changes_no_other():
    (alone,) = planned().nodes.groups
    batch, default = planned(nodes={"groups": TWO}).nodes.groups
    assert default == alone
    assert (batch.key, batch.template_key, batch.capacity_type) == ("nodes-batch", "node-batch", "SPOT")
    assert (batch.minimum, batch.maximum) == (1, 20)


def test_both_forms_together_are_refused():
    where, reason, remedy = refused(nodes={"min": 3, "groups": TWO})
    assert (where, reason) == ("nodes.min", "is set beside groups")
    assert remedy == "Move it to nodes.groups.default, which is the group that nodes itself describes."


def test_a_mistake_in_a_group_names_the_group():
    assert refused(nodes={"groups": {"batch": {"min": 9}}})[:2] == ("nodes.groups.batch.min", "is 9, more than max (6)")
    with pytest.raises(SettingsError, match=r"nodes\.groups\.Batch: is 'Batch'\n.*1-16 lower-case letters"):
        settings(nodes={"groups": {"Batch": {}}})


def test_nodes_run_an_instance_type_of_their_architecture_when_none_is_written():
    assert planned().nodes.groups[0].instance_types == ("m7i.large",)
    assert planned(nodes={"amiType": "AL2023_ARM_64_STANDARD"}).nodes.groups[0].instance_types == ("m7g.large",)


@pytest.mark.parametrize(
    ("ami_type", "instance_type", "runs"),
    [
        ("AL2023_x86_64_STANDARD", "m7g.large", "arm64"),
        ("AL2023_x86_64_STANDARD", "c7gn.16xlarge", "arm64"),
        ("AL2023_x86_64_STANDARD", "im4gn.large", "arm64"),
        ("BOTTLEROCKET_x86_64", "a1.large", "arm64"),
        ("BOTTLEROCKET_ARM_64", "m7i-flex.large", "amd64"),
        ("AL2023_ARM_64_STANDARD", "g5.xlarge", "amd64"),
        ("AL2023_ARM_64_STANDARD", "t3.large", "amd64"),
    ],
)
def test_an_instance_type_of_another_architecture_than_the_image_is_refused(
    ami_type: str, instance_type: str, runs: str
):
    right = {"arm64": "m7i.large", "amd64": "m7g.large"}[runs]
    where, reason, remedy = refused(nodes={"amiType": ami_type, "instanceTypes": [right, instance_type]})
    assert where == "nodes.instanceTypes[1]"
    assert reason.startswith(f"is '{instance_type}', of architecture {runs}, but amiType {ami_type} is of ")
    assert ("ARM_64" in remedy) is (runs == "arm64")


@pytest.mark.parametrize("instance_type", ["m8gd.large", "is4gen.large", "g5g.xlarge", "t4g.small", "x2gd.large"])
def test_graviton_families_are_known_by_the_letter_behind_their_generation(instance_type: str):
    nodes = {"amiType": "AL2023_ARM_64_STANDARD", "instanceTypes": [instance_type]}
    assert planned(nodes=nodes).nodes.groups[0].instance_types == (instance_type,)


def test_a_family_whose_name_does_not_tell_its_architecture_is_left_to_aws():
    nodes = {"amiType": "AL2023_ARM_64_STANDARD", "instanceTypes": ["p6e-gb200.36xlarge"]}
    assert planned(nodes=nodes).nodes.groups[0].instance_types == ("p6e-gb200.36xlarge",)


@pytest.mark.parametrize("effect", ["NO_SCHEDULE", "NO_EXECUTE"])
def test_a_group_without_taints_must_remain_for_coredns_and_the_controller(effect: str):
    taints = [{"key": "dedicated", "effect": effect}]
    where, reason, remedy = refused(nodes={"taints": taints})
    assert (where, reason) == (
        "nodes.taints",
        "keep every pod away that does not tolerate them, CoreDNS and the controller too",
    )
    assert remedy == "Leave at least one group without taints of NO_SCHEDULE and NO_EXECUTE."
    assert refused(nodes={"groups": {"a": {"taints": taints}, "b": {"taints": taints}}})[0] == "nodes.groups"


def test_taints_keep_pods_off_one_group_alone():
    groups = {"default": {}, "batch": {"taints": KEEP_AWAY, "labels": {"team": "batch", "example.com/tier": "spot"}}}
    batch, default = planned(nodes={"groups": groups}).nodes.groups
    assert (batch.is_open, default.is_open) == (False, True)
    assert [(taint.key, taint.value, taint.effect) for taint in batch.taints] == [("dedicated", "batch", "NO_SCHEDULE")]
    assert batch.labels == {"example.com/tier": "spot", "team": "batch"}
    assert planned(nodes={"taints": [{"key": "a", "effect": "PREFER_NO_SCHEDULE"}]}).nodes.groups[0].is_open is True


@pytest.mark.parametrize(
    ("nodes", "where", "reason"),
    [
        (
            {"labels": {"node-role.kubernetes.io/a": "b"}},
            "nodes.labels.node-role.kubernetes.io/a",
            "keep for themselves",
        ),
        ({"labels": {"eks.amazonaws.com/a": "b"}}, "nodes.labels.eks.amazonaws.com/a", "keep for themselves"),
        ({"labels": {"a" * 64: "b"}}, f"nodes.labels.{'a' * 64}", "is 'aaa"),
        ({"labels": {"a": ""}}, "nodes.labels.a", "is ''"),
        ({"labels": {"a": "-b"}}, "nodes.labels.a", "is '-b'"),
        ({"taints": [{"key": "k8s.io/a", "effect": "NO_SCHEDULE"}]}, "nodes.taints[0].key", "keep for themselves"),
        ({"taints": [{"key": "a", "effect": "NoSchedule"}]}, "nodes.taints[0].effect", "not among its values"),
        ({"capacityType": "SPOTT"}, "nodes.capacityType", "not among its values"),
        ({"maxUnavailable": 101}, "nodes.maxUnavailable", "at most 100"),
        (
            {"maxUnavailable": 1, "maxUnavailablePercentage": 10},
            "nodes.maxUnavailablePercentage",
            "is set beside maxUnavailable",
        ),
    ],
)
def test_a_node_group_that_eks_would_refuse_is_refused_at_its_key(nodes: dict[str, Any], where: str, reason: str):
    place, found, _ = refused(nodes=nodes)
    assert place == where
    assert reason in found


def test_an_update_replaces_one_node_at_a_time_by_default():
    def limits(**nodes: Any) -> tuple[int | None, int | None]:
        (group,) = planned(nodes=nodes).nodes.groups
        return group.max_unavailable, group.max_unavailable_percentage

    assert limits() == (1, None)
    assert limits(maxUnavailable=2) == (2, None)
    assert limits(maxUnavailablePercentage=33) == (None, 33)


def test_zones_share_targets_until_each_has_two_nodes_of_the_groups_together():
    def cross_zone(**groups: int) -> bool:
        return planned(
            nodes={"groups": {name: {"min": least} for name, least in groups.items()}}
        ).publication.cross_zone

    assert cross_zone(a=3) is True
    assert cross_zone(a=3, b=3) is False
    # Six nodes in all, and yet two of the zones may have but one: each group fills up its zones on its own.
    assert cross_zone(a=4, b=2) is True


def test_a_zone_that_may_have_no_node_needs_the_targets_of_the_others():
    where, reason, remedy = refused(nodes={"min": 2}, publication={**CONSUMERS, "crossZone": False})
    assert where == "nodes.min"
    assert reason == (
        "is 2, fewer than the 3 zones (euw1-az1, euw1-az2, euw1-az3), and publication.crossZone is false: "
        "a zone without nodes would not answer"
    )
    assert remedy == "Raise it to 3 or more, or write crossZone: true (or leave it out)."
    assert planned(nodes={"min": 3}, publication={**CONSUMERS, "crossZone": False}).publication.cross_zone is False
    assert planned(nodes={"min": 6}, publication={**CONSUMERS, "crossZone": True}).publication.cross_zone is True


def spot_warnings(nodes: dict[str, Any]) -> list[str]:
    said = warnings(settings(nodes=nodes), today=datetime.date(2026, 11, 1))
    return [problem.where for problem in said if "SPOT" in problem.reason]


def test_a_controller_that_runs_on_spot_nodes_alone_is_warned_about():
    assert spot_warnings({"capacityType": "SPOT"}) == ["nodes.capacityType"]
    assert spot_warnings({"groups": TWO}) == []
    on_demand_but_tainted = {"a": {"capacityType": "SPOT"}, "b": {"taints": KEEP_AWAY}}
    assert spot_warnings({"groups": on_demand_but_tainted}) == ["nodes.groups.a.capacityType"]


def test_a_group_that_may_grow_past_the_quota_of_every_account_is_warned_about():
    groups = {"default": {"max": 450}, "batch": {"max": 451}}
    said = warnings(settings(nodes={"groups": groups}), today=datetime.date(2026, 11, 1))
    assert [(one.where, one.remedy) for one in said if "quota" in one.reason] == [
        ("nodes.groups.batch.max", "Ask for a raise of L-BD136A63 first, or write several groups.")
    ]


def test_only_groups_on_which_the_controller_can_run_must_be_of_its_images_platform():
    arm = {"amiType": "AL2023_ARM_64_STANDARD"}
    controller = {"image": {"digest": f"sha256:{'a' * 64}", "platforms": ["linux/amd64"]}}
    where, reason, _ = refused(controller=controller, nodes={"groups": {"default": {}, "arm": arm}})
    assert where == "controller.image.platforms"
    assert reason == "has linux/amd64, but nodes.groups.arm.amiType AL2023_ARM_64_STANDARD runs linux/arm64"
    planned(controller=controller, nodes={"groups": {"default": {}, "arm": {**arm, "taints": KEEP_AWAY}}})


def test_one_bottlerocket_group_is_enough_for_the_eks_endpoint():
    groups = {"default": {}, "sealed": {"amiType": "BOTTLEROCKET_x86_64"}}
    plan = planned(nodes={"groups": groups})
    assert "eks" in [endpoint.key for endpoint in plan.network.interface_endpoints]
    assert {group.key: group.disk_device for group in plan.nodes.groups} == {
        "nodes": "/dev/xvda",
        "nodes-sealed": "/dev/xvdb",
    }


def test_an_add_on_keeps_the_version_that_the_stack_pins_and_the_others_follow_eks():
    plan = planned(cluster={"addons": {"vpc-cni": "v1.21.1-eksbuild.1", "coredns": "v1.13.1-eksbuild.1"}}).nodes
    assert {addon.name: addon.version for addon in (*plan.agents, *plan.workloads)} == {
        "coredns": "v1.13.1-eksbuild.1",
        "eks-pod-identity-agent": None,
        "kube-proxy": None,
        "metrics-server": None,
        "vpc-cni": "v1.21.1-eksbuild.1",
    }


def test_a_pinned_version_of_an_unknown_add_on_is_refused_with_the_nearest():
    where, reason, remedy = refused(cluster={"addons": {"core-dns": "v1.13.1-eksbuild.1"}})
    assert (where, reason, remedy) == (
        "cluster.addons.core-dns",
        "is not an add-on of this cluster",
        "Did you mean coredns?",
    )
    assert refused(cluster={"addons": {"istio": "v1.0.0-eksbuild.1"}})[2] == (
        "Write one of coredns, eks-pod-identity-agent, kube-proxy, metrics-server, vpc-cni."
    )


def test_kube_proxy_is_never_newer_than_the_cluster():
    where, reason, remedy = refused(cluster={"version": "1.35", "addons": {"kube-proxy": "v1.36.0-eksbuild.2"}})
    assert (where, reason) == (
        "cluster.addons.kube-proxy",
        "is 'v1.36.0-eksbuild.2', newer than cluster.version \"1.35\"",
    )
    assert remedy == "Write one that starts with v1.35, or leave it out."
    planned(cluster={"version": "1.36", "addons": {"kube-proxy": "v1.35.0-eksbuild.2"}})


@pytest.mark.parametrize("version", ["1.13.1", "latest", "v1.13"])
def test_an_invalid_add_on_version_is_refused(version: str):
    where, reason, remedy = refused(cluster={"addons": {"coredns": version}})
    assert (where, reason) == ("cluster.addons.coredns", f"is '{version}'")
    assert remedy == "Write a version as EKS lists it, such as v1.13.1-eksbuild.1."
