"""Which stacks are deployed, in which order and stages: of the samples, and of files that were changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from privatelink_ingress.fleet import deployment
from privatelink_ingress.fleet.deployment import Unit
from privatelink_ingress.fleet.repository import read_right
from privatelink_ingress.plan.workload.images import ImageStatus, State
from privatelink_ingress.problems import Problem, UsageError, UserError

BLOG, SHOP, PROD, ATTACHED = "eks-service/blog", "eks-service/shop", "central-ingress/prod", "central-ingress/prod-blog"


@pytest.fixture
def units(repository: Path) -> tuple[Unit, ...]:
    return deployment.units(read_right(repository))


def labels(units: tuple[Unit, ...]) -> list[str]:
    return [unit.label for unit in units]


def test_workloads_come_first_then_edges_then_attached_stacks(units):
    assert labels(units) == [BLOG, SHOP, PROD, ATTACHED]


def test_each_stack_needs_the_stacks_whose_outputs_it_reads(units):
    assert {unit.label: unit.needs for unit in units} == {
        BLOG: (),
        SHOP: (),
        PROD: (SHOP,),
        ATTACHED: (PROD, BLOG),
    }


def test_a_backend_by_parameter_needs_the_workload_that_writes_it(repository: Path):
    file = repository / "central-ingress/Pulumi.prod.yaml"
    file.write_text(file.read_text().replace("- stack: shop", "- parameter: /central-ingress/connections/blog"))
    prod = next(unit for unit in deployment.units(read_right(repository)) if unit.label == PROD)
    assert prod.needs == (BLOG,)


def test_teardown_needs_the_reverse(units):
    assert deployment.prerequisites(units, "deploy") == {
        BLOG: frozenset(),
        SHOP: frozenset(),
        PROD: {SHOP},
        ATTACHED: {PROD, BLOG},
    }
    assert deployment.prerequisites(units, "teardown") == {
        BLOG: {ATTACHED},
        SHOP: {PROD},
        PROD: {ATTACHED},
        ATTACHED: frozenset(),
    }


def test_a_stack_that_was_not_chosen_is_not_waited_for(units):
    assert deployment.prerequisites(units[2:3], "deploy") == {PROD: frozenset()}


@pytest.mark.parametrize("name", ["prod", "central-ingress/prod", "acme/central-ingress/prod"])
def test_a_stack_is_chosen_by_any_of_its_names(units, name):
    assert labels(deployment.select(units, [name])) == [PROD]


def test_named_stacks_keep_the_order_of_deployment_and_no_name_means_all(units):
    assert labels(deployment.select(units, ["prod", "shop"])) == [SHOP, PROD]
    assert deployment.select(units, []) == units


def test_every_unknown_name_is_told_at_once_with_the_nearest_one(units):
    with pytest.raises(UsageError) as refused:
        deployment.select(units, ["shp", "eks-service/blg"])
    assert refused.value.problems == (
        Problem("eks-service/blg", "has no stack file", f"Did you mean {BLOG}?"),
        Problem("shp", "has no stack file", "Did you mean shop?"),
    )


def test_a_stack_of_bootstrap_is_left_to_an_administrator(units):
    with pytest.raises(UsageError) as refused:
        deployment.select(units, ["bootstrap/workload"])
    [problem] = refused.value.problems
    assert problem.reason == "is a stack of bootstrap, which an administrator deploys"
    assert problem.remedy == "Run `pulumi up --stack workload` at the repository's top: docs/bootstrap.md."


def test_a_name_of_two_projects_needs_its_project(repository: Path):
    files = repository / "eks-service"
    (files / "Pulumi.prod.yaml").write_text((files / "Pulumi.shop.yaml").read_text())
    units = deployment.units(read_right(repository))
    with pytest.raises(UsageError) as refused:
        deployment.select(units, ["prod"])
    assert refused.value.problems == (
        Problem("prod", f"is the name of eks-service/prod and {PROD}", "Write the project as well."),
    )


def test_an_encrypted_value_that_decides_the_credentials_is_refused_and_one_of_the_programs_is_not(repository: Path):
    file = repository / "eks-service/Pulumi.shop.yaml"
    text = file.read_text()
    file.write_text(f"{text}  eks-service:tags:\n    CostCenter:\n      secure: v1:abc\n")
    assert SHOP in labels(deployment.units(read_right(repository)))
    file.write_text(f"{text}  eks-service:roles:\n    externalId:\n      secure: v1:abc\n")
    with pytest.raises(UserError) as refused:
        deployment.units(read_right(repository))
    assert [(one.where, one.reason) for one in refused.value.problems] == [
        (
            "eks-service/Pulumi.shop.yaml: roles.externalId",
            "is encrypted, and this command has to know it",
        )
    ]


def test_a_chosen_stack_needs_its_others_chosen_or_deployed(units):
    attached = units[3:]
    assert deployment.undeployed(attached, {PROD, BLOG}) == []
    assert deployment.undeployed(units, ()) == []
    assert deployment.undeployed(attached, {BLOG}) == [
        Problem(
            ATTACHED,
            f"reads the outputs of {PROD}, which has not been deployed",
            f"Run `./run deploy {PROD} {ATTACHED}`.",
        )
    ]


def test_a_stack_that_a_deployed_one_reads_is_not_torn_down(units):
    prod = units[2:3]
    assert deployment.still_used(prod, units, {PROD}) == []
    assert deployment.still_used(units, units, {PROD, ATTACHED}) == []
    assert deployment.still_used(prod, units, {PROD, ATTACHED}) == [
        Problem(
            PROD,
            f"is still used by {ATTACHED}",
            f"Run `./run teardown {ATTACHED} {PROD}`.",
        )
    ]


@pytest.mark.parametrize(
    ("states", "stages"),
    [
        ((), ("up",)),
        (("there", "there"), ("up",)),
        (("not seen", "there"), ("up",)),
        (("no repository", "there"), ("infrastructure", "images", "controller")),
        (("missing", "there"), ("images", "controller")),
        (("untagged",), ("images", "controller")),
        (("tag taken", "other platforms"), ("up",)),
    ],
)
def test_the_state_of_the_images_decides_the_stages(states: tuple[State, ...], stages: tuple[str, ...]):
    assert deployment.stages(ImageStatus(state=state, reason="") for state in states) == stages
