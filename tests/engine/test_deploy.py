"""`deploy`, `drift` and `teardown` over all sample stacks on Pulumi's engine: one order, one resume, one removal."""

from __future__ import annotations

import dataclasses
import re
import threading
from pathlib import Path

import pytest

from privatelink_ingress.deployment import deploy, drift, kubernetes_api, runner
from privatelink_ingress.deployment.session import Settings
from privatelink_ingress.deployment.teardown import Teardown
from privatelink_ingress.fleet.outcomes import Outcome
from privatelink_ingress.local import deploy as local
from privatelink_ingress.local import prerequisites
from privatelink_ingress.local.cloud.server import LOOPBACK
from privatelink_ingress.local.providers.observation import Call, Unobserved
from privatelink_ingress.problems import UserError
from tests.support import blackhole, deployments, inventory, secrets_key
from tests.support.deployments import Recorded, StandInImages
from tests.support.engine import World

BLOG, SHOP, PROD, ATTACHED = "eks-service/blog", "eks-service/shop", "central-ingress/prod", "central-ingress/prod-blog"
SILENT = "does not answer here (no TLS connection within 5 seconds)"
WAIT = 300.0
"""Seconds after which a stack that waits for another one gives up; the claim then fails."""


class TogetherThenRefused(Unobserved):
    """The workloads' networks are created at the same time, or not at all; AWS refuses the web ACL of the edge once."""

    def __init__(self) -> None:
        self.meeting, self.refuses, self.engines = threading.Barrier(2), True, set[int]()

    def before(self, call: Call) -> None:
        if call.operation != "create":
            return
        if call.type == "aws:ec2/vpc:Vpc" and "::eks-service::" in call.urn:
            self.meeting.wait(WAIT)
            self.engines.add(call.engine_pid)
        if self.refuses and call.type == "aws:wafv2/webAcl:WebAcl":
            self.refuses = False
            raise RuntimeError("WAFLimitsExceededException: 100 web ACLs is the quota")


class Run:
    """The commands over the stacks of one copy of the samples."""

    def __init__(self, world: World, root: Path) -> None:
        self.world, self.root = world, root
        self.units = deployments.units(root)
        for stack in local.find(root):
            prerequisites.prepare(world.cloud, stack.settings, stack.region)
        self.before = inventory.held(*{unit.account_id for unit in self.units})

    def settings(self, *, api: int | None = None) -> Settings:
        """With the Kubernetes APIs at a port of loopback, or else in reach."""
        self.progress = Recorded()
        return Settings(
            open_=runner.from_directory(self.root, secrets_provider=secrets_key.PROVIDER),
            environments=deployments.environments(self.world, self.units),
            progress=self.progress,
            probe=lambda host, port: kubernetes_api.connect(LOOPBACK, api) if api else "",
        )

    def deploy(self) -> dict[str, Outcome]:
        found = deploy.deploy(self.units, self.units, self.settings(), StandInImages(self.world))
        return {outcome.label: outcome for outcome in found}


@dataclasses.dataclass
class Life:
    """What each command of the whole life did."""

    run: Run
    met: set[int]
    """The engines that created a workload's network while another one did."""
    first: dict[str, Outcome]
    first_stages: list[tuple[str, str]]
    second: dict[str, Outcome]
    second_stages: list[tuple[str, str]]


@pytest.fixture(scope="module")
def life(world: World, tmp_path_factory: pytest.TempPathFactory) -> Life:
    """Deployed once with a refusal of AWS in the edge, and once more."""
    run = Run(world, deployments.copy_of_samples(tmp_path_factory.mktemp("repository")))
    with world.watched(observer := TogetherThenRefused()):
        first = run.deploy()
        first_stages = run.progress.stages
        second = run.deploy()
    return Life(run, observer.engines, first, first_stages, second, run.progress.stages)


def test_workloads_are_deployed_at_the_same_time_by_an_engine_each(life):
    assert len(life.met) == 2


def test_a_failed_stack_stops_only_the_stacks_that_need_it(life):
    states = {label: outcome.state for label, outcome in life.first.items()}
    assert states == {BLOG: "succeeded", SHOP: "succeeded", PROD: "failed", ATTACHED: "not started"}
    [problem] = life.first[PROD].problems
    assert problem.where == f"{PROD}: WebAcl edge"
    assert "WAFLimitsExceededException: 100 web ACLs is the quota" in problem.reason
    assert problem.remedy == "Correct it, and run the same command again: it resumes here."
    [problem] = life.first[ATTACHED].problems
    assert problem.reason == f"was not started, because it needs {PROD}"


def test_a_first_deployment_copies_the_images_between_two_ups_of_each_workload(life):
    for label in (BLOG, SHOP):
        stages = [stage for one, stage in life.first_stages if one == label]
        assert stages == ["infrastructure", "images", "controller"]
    assert [label for label, _ in life.first_stages].index(PROD) > life.first_stages.index((SHOP, "controller"))


def test_the_same_command_resumes_and_repeats_nothing(life):
    assert {outcome.state for outcome in life.second.values()} == {"succeeded"}
    assert life.second_stages[-1] == (ATTACHED, "up")
    assert [str(life.second[label].changes) for label in (BLOG, SHOP)] == ["no changes"] * 2
    first, second = life.first[PROD].changes, life.second[PROD].changes
    assert (second.update, second.replace, second.delete) == (0, 0, 0)
    assert first.create > 0
    assert second.create > 0


def test_a_preview_after_it_changes_nothing(life):
    run = life.run
    found = deploy.preview(run.units, run.units, run.settings())
    assert [(one.state, str(one.changes), one.steps) for one in found] == [("succeeded", "no changes", ())] * 4


@pytest.mark.parametrize("unreachable", [blackhole.accepting, blackhole.dropping], ids=["accepts", "drops packets"])
def test_a_preview_with_a_kubernetes_api_that_never_answers_says_what_it_did_not_ask(life, unreachable):
    run = life.run
    [shop] = [unit for unit in run.units if unit.label == SHOP]
    with unreachable() as port:
        [found] = deploy.preview(run.units, [shop], run.settings(api=port))
    assert (found.state, str(found.changes)) == ("succeeded", "no changes")
    assert found.notes[0].endswith(f"{SILENT}: its 21 objects were compared with the state, not with the cluster")


def test_drift_finds_what_changed_in_aws_and_says_what_it_could_not_compare(life):
    run = life.run
    [shop] = [unit for unit in run.units if unit.label == SHOP]
    logs = run.world.cloud.session("111111111111", "eu-west-1").client("logs")
    [group] = logs.describe_log_groups(logGroupNamePrefix="/aws/eks/shop/")["logGroups"]
    logs.delete_log_group(logGroupName=group["logGroupName"])
    with blackhole.accepting() as port:
        [found] = drift.drift([shop], run.settings(api=port))
    assert found.state == "succeeded"
    assert [step for step in found.steps if "LogGroup" in step] == ["create LogGroup shop-control-plane"]
    assert found.notes[0].endswith(f"{SILENT}: 21 objects in the cluster were not compared")
    logs.create_log_group(logGroupName=group["logGroupName"])  # The removal below finds the stack as it was deployed.


def test_teardown_refuses_before_it_touches_anything_and_says_the_order(life):
    run = life.run
    with pytest.raises(UserError) as refused:
        Teardown(run.units, [unit for unit in run.units if unit.label == PROD], run.settings(), unprotect=False)
    reasons = [(problem.where, problem.reason, problem.remedy) for problem in refused.value.problems]
    assert reasons == [
        (
            PROD,
            "is protected from deletion: Vpc edge-network, Listener edge-https, LoadBalancer edge",
            "Add --remove-deletion-protection or set loadBalancer.deletionProtection: false and deploy.",
        ),
        (PROD, f"is still used by {ATTACHED}", f"Run `./run teardown {ATTACHED} {PROD}`."),
    ]


def test_teardown_of_everything_leaves_only_what_it_lists(life):
    run = life.run
    teardown = Teardown(run.units, run.units, run.settings(), unprotect=True)

    def stays(kind: str, name: str) -> str:
        return f"{kind} {name}: Pulumi leaves it in place."

    planned = {
        one.label: sorted(re.sub("-[0-9a-f]{7}:", "-1a2b3c4:", text) for text in one.left_behind)
        for one in teardown.planned
    }
    assert planned == {
        ATTACHED: [],
        PROD: [
            stays("Bucket", "central-ingress-prod-logs-222222222222-eu-west-1"),
            *(stays("LogGroup", f"/aws/vendedlogs/central-ingress-prod/{kind}") for kind in ("access", "connection")),
            stays("LogGroup", "aws-waf-logs-central-ingress-prod"),
            stays("LogGroup", "edge-network-flow-logs-1a2b3c4"),
        ],
        **{
            label: [stays("LogGroup", f"/aws/eks/{name}/cluster"), stays("LogGroup", f"{name}-flow-logs-1a2b3c4")]
            for label, name in ((SHOP, "shop"), (BLOG, "blog"))
        },
    }
    found = teardown.run()
    assert [(one.label, one.state, one.problems) for one in found] == [
        (label, "succeeded", ()) for label in (ATTACHED, PROD, SHOP, BLOG)
    ]
    accounts = {unit.label: unit.account_id for unit in run.units}
    listed = [inventory.listed(accounts[one.label], one.notes) for one in found]
    assert inventory.left(run.before) == set().union(*listed)
    again = Teardown(run.units, run.units, run.settings(), unprotect=True)
    assert again.planned == []
