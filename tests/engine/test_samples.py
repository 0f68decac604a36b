"""The sample stacks on Pulumi's engine, from the first preview to the last deletion: no command does more than it says.

The claims are told in the order of one life, on one emulated AWS: each begins where the one above it ended.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.cli import doctor, topologies
from privatelink_ingress.components.workload import api_probe
from privatelink_ingress.rules import RULES
from privatelink_ingress.stackfiles import exports
from privatelink_ingress.stackfiles.exports import Export
from privatelink_ingress.trace.states.load import load
from privatelink_ingress.trace.trace import trace
from tests.support.earlier_identities import earlier
from tests.support.engine import POLICIES, Stack, World
from tests.support.engine_results import Result
from tests.support.programs import REPOSITORY

WORKLOADS = ("eks-service/blog", "eks-service/shop")
EDGE, ATTACHED = "central-ingress/prod", "central-ingress/prod-blog"
NEEDED_BY_OBJECTS = {
    "aws:eks/accessEntry:AccessEntry",
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
    "aws:eks/nodeGroup:NodeGroup",
    "aws:eks/cluster:Cluster",
}
"""The right to delete objects of the cluster, the nodes that they run on, and the API."""
LABELS = (*WORKLOADS, EDGE, ATTACHED)
PACK = ("privatelink-ingress",)


class Deployed:
    """All four, deployed in the order that they need each other in."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.stacks: dict[str, Stack] = {}
        self.previews: dict[str, Result] = {}
        self.firsts: dict[str, Result] = {}
        for label in LABELS:
            stack = self.stacks[label] = world.sample(label)
            self.previews[label] = stack.preview(policy_packs=[POLICIES])
            self.firsts[label] = stack.up()
            if stack.copies():
                stack.up()

    def exported(self) -> tuple[Export, ...]:
        """The states of all stacks."""
        states = {label: {"deployment": one.state()} for label, one in self.stacks.items()}
        return tuple(exports.parse(one, source=label, failed="") for label, one in states.items())


@pytest.fixture(scope="module")
def deployed(world: World) -> Deployed:
    return Deployed(world)


@pytest.mark.parametrize("label", LABELS)
def test_the_first_up_makes_what_the_preview_showed(deployed, label):
    assert deployed.firsts[label].shown() == deployed.previews[label].shown()
    assert {step.operation for step in deployed.firsts[label].steps} == {"create"}


@pytest.mark.parametrize("label", LABELS)
def test_the_policy_pack_lets_the_first_preview_pass(deployed, label):
    assert (deployed.previews[label].policy_packs, deployed.previews[label].violations) == (PACK, ())


@pytest.mark.parametrize("label", LABELS)
def test_the_second_up_changes_nothing_and_the_policy_pack_lets_it_pass(deployed, label):
    result = deployed.stacks[label].up(policy_packs=[POLICIES])
    assert result.shown() == []
    assert (result.policy_packs, result.violations) == (PACK, ())
    assert not [rule.name for rule in RULES if rule.name in "".join(result.warnings)], "not every rule has run"


@pytest.mark.parametrize("label", LABELS)
def test_a_refresh_finds_everything_as_it_was_made(deployed, label):
    assert deployed.stacks[label].refresh().shown() == []


@pytest.mark.parametrize("label", LABELS)
def test_after_a_refresh_there_is_still_nothing_to_change(deployed, label):
    assert deployed.stacks[label].up().shown() == []


@pytest.mark.parametrize("host", ["shop.example.com", "blog.example.com"])
def test_the_states_alone_lead_a_request_to_the_node_ports(deployed, host):
    followed = trace(f"https://{host}/", load(deployed.exported()))
    assert [(hop.name, hop.verdict) for hop in followed.hops[-2:]] == [("Node port", "passes"), ("Ingress", "not seen")]


def test_doctor_finds_nothing_wrong_in_the_refreshed_states(deployed):
    given = deployed.exported()
    system = topologies.System(topology=load(given), exports=given)
    report = doctor.report(doctor.published(REPOSITORY, ()), system)
    assert [one for one in report.found if one.severity != "not seen"] == []
    assert report.unread == ()


@pytest.mark.parametrize("label", ["eks-service/shop", EDGE])
def test_a_state_with_the_identities_of_an_earlier_version_becomes_todays_and_no_resource_changes(deployed, label):
    stack = deployed.stacks[label]
    today = stack.state()
    before = earlier(today)
    assert urns(before) != urns(today)
    stack.restore(before)
    preview = stack.preview()
    root = [f"create PrivateService {stack.name}"] if label in WORKLOADS else []
    assert (preview.shown(), stack.up().shown()) == (root, root)
    assert urns(stack.state()) == urns(today)
    assert ids(stack.state()) == ids(today)


def test_another_repository_of_a_running_controller_is_refused_by_the_preview(deployed):
    stack = deployed.stacks["eks-service/shop"]
    before = dict(stack.config)
    stack.set("registry", repository="shop/elsewhere")
    told = "\n".join(stack.failing("preview").errors)
    stack.config = before
    assert "shop/elsewhere" in told
    assert stack.preview().shown() == []


def test_f8_a_kubernetes_api_that_does_not_answer_costs_a_run_one_attempt_and_the_next_one_continues(
    deployed, monkeypatch
):
    """The way to the API is a forwarded port that nobody has opened: connections to it neither succeed nor fail."""
    attempts = []

    async def unanswered(host: str, port: int) -> None:
        attempts.append((host, port))
        await asyncio.Event().wait()

    stack = deployed.stacks["eks-service/shop"]
    stack.set("controller", minReplicas=4, maxReplicas=12)
    reachable = dict(stack.config)
    tunnel = {"server": "https://127.0.0.1:9", "tlsServerName": "0A1B.gr7.eu-west-1.eks.amazonaws.com"}
    stack.set("cluster", kubernetesApi=tunnel)
    with monkeypatch.context() as patched:
        patched.setattr(asyncio, "open_connection", unanswered)
        patched.setattr(api_probe, "TIMEOUT_SECONDS", 0.01)
        previewed = stack.preview()
        [told] = [text for text in previewed.warnings if "does not answer here" in text]
        assert "its Kubernetes API 127.0.0.1:9 does not answer here (no connection within 0.01 seconds)" in told
        assert "Run this again from where it answers; finished steps are not repeated." in told
        errors = stack.failing("up").errors
        assert [text for text in errors if "configured Kubernetes cluster is unreachable" in text]
    assert attempts == [("127.0.0.1", 9)] * 2, "one attempt in the preview and one in `up`, for all objects"
    stack.config = reachable
    assert set(stack.up().shown()) <= set(previewed.shown())
    assert stack.up().shown() == []


def urns(state: Mapping[str, Any]) -> set[str]:
    return {resource["urn"] for resource in state["resources"]}


def ids(state: Mapping[str, Any]) -> set[str]:
    """Of what exists in AWS and in the cluster."""
    return {resource["id"] for resource in state["resources"] if resource.get("id")}


def test_the_control_plane_is_registered_as_by_the_real_component(deployed):
    resources = deployed.stacks["eks-service/shop"].resources().values()
    children = [each for each in resources if each.get("parent", "").endswith("eks:index:Cluster::shop")]
    assert [(each["type"], each["urn"].rpartition("::")[2]) for each in children] == [
        ("aws:eks/cluster:Cluster", "shop-eksCluster"),
        ("pulumi:providers:kubernetes", "shop-eks-k8s"),
    ]
    [cluster] = [each for each in children if each["type"] == "aws:eks/cluster:Cluster"]
    assert cluster["inputs"]["tags"]["Name"] == "shop-eksCluster"
    assert cluster["ignoreChanges"] == [
        "accessConfig.bootstrapClusterCreatorAdminPermissions",
        "bootstrapSelfManagedAddons",
    ]


def test_no_default_provider_of_aws_or_kubernetes_was_needed(deployed):
    names = [
        resource["urn"].rpartition("::")[2]
        for stack in deployed.stacks.values()
        for resource in stack.resources().values()
        if resource["type"] in ("pulumi:providers:aws", "pulumi:providers:kubernetes")
    ]
    assert [name for name in names if name.startswith("default")] == []


@pytest.mark.parametrize(
    ("label", "types"),
    [
        ("eks-service/shop", {t.VPC, t.CLUSTER, t.LOAD_BALANCER, t.ENDPOINT_SERVICE}),
        (EDGE, {t.VPC, t.LOAD_BALANCER, t.LISTENER}),
    ],
)
def test_f2_f4_f6_a_preview_refuses_to_replace_what_others_stand_on_while_deletion_protection_is_on(
    deployed, label, types
):
    stack = deployed.stacks[label]
    wanted = {urn: one["type"] for urn, one in stack.resources().items() if one["type"] in types}
    errors = stack.failing("preview", replace=list(wanted)).errors
    refused = [error for error in errors if "as it is currently marked for protection" in error]
    assert {type_ for urn, type_ in wanted.items() if any(urn in error for error in refused)} == types


def test_without_deletion_protection_each_stack_changes_what_holds_on_to_its_data_alone(deployed):
    deployed.stacks[EDGE].set("loadBalancer", deletionProtection=False)
    assert deployed.stacks[EDGE].up().shown() == ["update LoadBalancer edge"], (
        "its logs stay, and their bucket with them"
    )
    for label in WORKLOADS:
        name = label.rpartition("/")[2]
        deployed.stacks[label].set("cluster", deletionProtection=False)
        assert deployed.stacks[label].up().shown() == [
            f"update Cluster {name}-eksCluster",
            f"update LoadBalancer {name}-nlb",
            f"update Repository {name}-controller",
            f"update Repository {name}-sample",
        ]


@pytest.mark.parametrize("label", tuple(reversed(LABELS)))
def test_destroy_removes_everything_in_an_order_that_aws_accepts(deployed, label):
    made = [each for each in deployed.stacks[label].resources().values() if not each.get("external")]
    destroyed = deployed.stacks[label].destroy()
    assert Counter(step.operation for step in destroyed.steps) == {"delete": len(made)}
    types = [step.type for step in destroyed.steps]
    if label in WORKLOADS:
        objects = [position for position, type_ in enumerate(types) if type_.startswith("kubernetes:")]
        assert max(objects) < min(position for position, type_ in enumerate(types) if type_ in NEEDED_BY_OBJECTS)
    assert deployed.stacks[label].resources() == {}
