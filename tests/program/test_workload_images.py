"""Repositories of the images, and what the program does about an image that is not there yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.plan.workload.access import CREATOR_TAG
from tests.support.programs import Run
from tests.support.strict_backend import DIGESTS, StrictBackend

REPOSITORY, POLICY = "aws:ecr/repository:Repository", "aws:ecr/lifecyclePolicy:LifecyclePolicy"
GET_REPOSITORIES, GET_IMAGES = "aws:ecr/getRepositories:getRepositories", "aws:ecr/getImages:getImages"
GET_CLUSTERS = "aws:eks/getClusters:getClusters"
OTHER = f"sha256:{'c' * 64}"
COPY = "./run images copy --stack shop"


@pytest.fixture
def shop(workload_run: Run) -> StackRun:
    return workload_run()


def aws(held: Mapping[str, list[str]], *, clusters: tuple[str, ...] = ()) -> StrictBackend:
    """An account with these digests by repository."""

    def images(args: Mapping[str, Any], _: Any) -> dict[str, Any]:
        digests = held[args["repositoryName"]]
        return {**args, "imageIds": [{"imageDigest": digest, "imageTag": ""} for digest in digests]}

    return StrictBackend(
        answers={
            GET_REPOSITORIES: lambda _, at: {"id": at.region, "names": list(held)},
            GET_IMAGES: images,
            GET_CLUSTERS: lambda _, at: {"id": at.region, "names": list(clusters)},
            # Made by the one who deploys, so that nothing but the images differs from a new cluster.
            "aws:eks/getCluster:getCluster": lambda args, at: {
                **args,
                "id": args["name"],
                "version": "1.36",
                "tags": {CREATOR_TAG: f"arn:aws:iam::{at.account}:user/deployer"},
            },
            "aws:eks/getNodeGroups:getNodeGroups": lambda args, _: {**args, "id": "x", "names": []},
        }
    )


def urns(run: StackRun) -> set[str]:
    return {each.urn for each in run.registrations}


def in_cluster(run: StackRun) -> list[str]:
    return [each.urn for each in run.registrations if "kubernetes" in each.type]


def test_images_never_move_and_are_scanned_and_encrypted_in_a_repository_each(shop: StackRun):
    repositories = {each.name: each.inputs for each in shop.of_type(REPOSITORY)}
    assert {name: inputs["name"] for name, inputs in repositories.items()} == {
        "shop-controller": "shop/nginx-ingress",
        "shop-sample": "shop/sample",
    }
    for inputs in repositories.values():
        assert inputs["imageTagMutability"] == "IMMUTABLE"
        assert inputs["imageScanningConfiguration"] == {"scanOnPush": True}
        assert inputs["encryptionConfigurations"] == [{"encryptionType": "KMS"}]
        assert inputs["forceDelete"] is False
    assert {each.name for each in shop.of_type(POLICY)} == set(repositories)


def test_an_image_more_touches_only_its_own_resources(shop: StackRun, workload_run: Run):
    image = {"source": "quay.io/team/cart", "digest": OTHER}
    more = workload_run(registry={"images": {"cart": image}})
    before, after = ({each.urn: each.inputs for each in run.registrations} for run in (shop, more))
    assert before.items() <= after.items()
    assert sorted(urn.split("$")[-1] for urn in after.keys() - before.keys()) == [
        f"{POLICY}::shop-cart",
        f"{REPOSITORY}::shop-cart",
    ]
    assert {each.inputs["name"] for each in more.of_type(REPOSITORY)} >= {"shop/cart"}


def test_the_first_run_leaves_out_the_pods_and_prints_the_command_that_adds_them(shop: StackRun, workload_run: Run):
    for preview in (True, False):
        first = workload_run(backend=aws({}), preview=preview)
        assert in_cluster(first) == []
        assert len(first.of_type(REPOSITORY)) == 2
        left_out = {urn.split("::")[2].split("$")[-1].split(":")[0] for urn in urns(shop) - urns(first)}
        assert left_out == {"pulumi", "privatelink-ingress", "kubernetes"}
        [warning] = [text for text in first.messages if "controller.image" in text]
        assert (
            "is not in repository shop/nginx-ingress yet, so this run leaves out the controller and the sample"
            in warning
        )
        assert f"After this run: `{COPY}`, then `pulumi up` again." in warning


def test_the_second_run_has_everything(shop: StackRun, workload_run: Run):
    second = workload_run(backend=aws({"shop/nginx-ingress": DIGESTS, "shop/sample": DIGESTS}))
    assert urns(second) == urns(shop)
    assert second.messages == ()


@pytest.mark.parametrize("held", [[], [OTHER]])
def test_a_digest_that_was_never_copied_stops_the_preview_with_the_command(workload_run: Run, held: list[str]):
    with pytest.raises(Exception, match=rf"controller\.image\.digest: is {DIGESTS[0]}(.|\n)*Run `{COPY}`"):
        workload_run(backend=aws({"shop/nginx-ingress": held, "shop/sample": DIGESTS}), preview=True)


def test_a_renamed_repository_never_removes_a_running_controller(workload_run: Run):
    with pytest.raises(Exception, match="remove the controller from cluster shop, which exists") as caught:
        workload_run(
            backend=aws({"shop/nginx-ingress": DIGESTS, "shop/sample": DIGESTS}, clusters=("shop",)),
            registry={"repository": "shop/renamed"},
            preview=True,
        )
    assert "If registry.repository was changed, write what it was." in str(caught.value)


def test_a_stack_that_may_be_removed_is_registered_whole_and_warned(shop: StackRun, workload_run: Run):
    # `pulumi destroy --run-program` runs it when images, or their repositories, may be gone.
    cluster = {"version": "1.36", "admins": ["arn:aws:iam::111111111111:role/platform-admin"]}
    for held in ({"shop/nginx-ingress": [], "shop/sample": []}, {"shop/sample": DIGESTS}):
        run = workload_run(backend=aws(held, clusters=("shop",)), cluster={**cluster, "deletionProtection": False})
        assert urns(run) == urns(shop)
        assert run.messages[0].startswith("controller.image")
        assert {each.inputs["forceDelete"] for each in run.of_type(REPOSITORY)} == {True}


def test_without_the_samples_image_the_controller_is_still_deployed(shop: StackRun, workload_run: Run):
    run = workload_run(backend=aws({"shop/nginx-ingress": DIGESTS}, clusters=("shop",)))
    assert {urn.split("$")[-1].split("::")[-1] for urn in urns(shop) - urns(run)} == {
        each.name for each in shop.registrations if each.name.startswith("shop-sample") and "ecr" not in each.type
    } | {"shop"}
    assert (
        "sample.image: is not in repository shop/sample yet, so this run leaves out the sample application"
        in run.messages[0]
    )


def test_an_image_for_other_applications_is_only_warned_of(workload_run: Run):
    held = {"shop/nginx-ingress": DIGESTS, "shop/sample": DIGESTS, "shop/cart": []}
    image = {"source": "quay.io/team/cart", "digest": OTHER}
    run = workload_run(backend=aws(held), registry={"images": {"cart": image}})
    assert in_cluster(run)
    [warning] = run.messages
    assert "registry.images.cart: is not in repository shop/cart yet, and no pod can pull it" in warning


def test_a_repository_of_another_stack_is_looked_up_and_not_created(workload_run: Run):
    sample = {"install": False}
    mine = {"create": False, "repository": "images/nginx"}
    run = workload_run(backend=aws({"images/nginx": DIGESTS}), registry=mine, sample=sample)
    assert run.of_type(REPOSITORY) == ()
    image = run.only("kubernetes:apps/v1:Deployment").inputs["spec"]["template"]["spec"]["containers"][0]["image"]
    assert image == f"111111111111.dkr.ecr.eu-west-1.amazonaws.com/images/nginx@{DIGESTS[0]}"
    with pytest.raises(Exception, match="the registry has no repository images/nginx in account 111111111111"):
        workload_run(backend=aws({}), registry=mine, sample=sample, preview=True)


def test_two_images_cannot_share_a_repository(workload_run: Run):
    image = {"source": "quay.io/team/cart", "digest": OTHER, "repository": "shop/nginx-ingress"}
    with pytest.raises(
        Exception, match=r"registry\.images\.cart: would be stored in shop/nginx-ingress, like the image controller"
    ):
        workload_run(registry={"images": {"cart": image}})
