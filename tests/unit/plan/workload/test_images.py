"""The image of a workload: where it comes from and belongs, how it stands, and the commands that copy it."""

import json
from typing import Any

import pytest

from privatelink_ingress.plan.workload import WorkloadPlan, images, plan_workload
from privatelink_ingress.plan.workload.images import ImagePlan, RegistryContents
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.load import SettingsError, load
from privatelink_ingress.settings.workload import WorkloadSettings

DIGEST, OTHER = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
BOTH = ("linux/amd64", "linux/arm64")
REGISTRY = "111111111111.dkr.ecr.eu-west-1.amazonaws.com"


def planned(controller: dict[str, Any] | None = None, **keys: Any) -> WorkloadPlan:
    values = {
        "accountId": "111111111111",
        "owner": "team-shop",
        "controller": controller or {"image": {"digest": DIGEST}},
        "publication": {"consumers": [{"accountId": "222222222222"}]},
    }
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in (values | keys).items()}
    return plan_workload(
        load(WorkloadSettings, texts, project="eks-service", stack="shop"),
        stack="shop",
        region="eu-west-1",
        available_zones=("euw1-az1", "euw1-az2", "euw1-az3"),
    )


def image(**keys: Any) -> ImagePlan:
    [found] = planned({"image": {"digest": DIGEST} | keys}).images
    return found


def test_the_image_comes_from_f5_by_digest_and_belongs_into_the_workloads_own_registry():
    assert image().origin == f"public.ecr.aws/nginx/nginx-ingress@{DIGEST}"
    assert image().destination == f"{REGISTRY}/shop/nginx-ingress:digest-aaaaaaaaaaaa"


def test_source_tag_and_repository_are_those_of_the_stack_file():
    controller = {"image": {"digest": DIGEST, "source": "quay.io:443/mirror/nic", "tag": "5.6.3"}}
    [found] = planned(controller, registry={"repository": "ingress/nginx"}).images
    assert (found.origin, found.destination) == (f"quay.io:443/mirror/nic@{DIGEST}", f"{REGISTRY}/ingress/nginx:5.6.3")


def test_two_digests_never_share_a_tag_that_was_not_chosen():
    assert image().tag != image(digest=OTHER).tag


def test_every_image_of_a_stack_has_a_name_a_key_a_repository_and_whether_the_stack_runs_it():
    cart = {"source": "quay.io/team/cart", "digest": OTHER, "tag": "1.4", "platforms": ["linux/amd64"]}
    tools = {"source": "quay.io/team/tools", "digest": OTHER, "repository": "platform/tools"}
    found = planned(
        sample={"install": True, "hosts": ["shop.example.com"], "image": {"digest": OTHER}},
        registry={"images": {"tools": tools, "cart": cart}},
    ).images
    assert [(one.name, one.key, one.repository, one.used) for one in found] == [
        ("controller", "controller.image", "shop/nginx-ingress", True),
        ("sample", "sample.image", "shop/sample", True),
        ("cart", "registry.images.cart", "shop/cart", False),
        ("tools", "registry.images.tools", "platform/tools", False),
    ]
    assert found[2].origin == f"quay.io/team/cart@{OTHER}"
    assert found[2].destination == f"{REGISTRY}/shop/cart:1.4"
    assert found[2].platforms == ("linux/amd64",)


def test_every_image_that_the_nodes_cannot_run_is_named_at_once():
    cart = {"source": "quay.io/team/cart", "digest": OTHER, "platforms": ["linux/arm64"]}
    only_arm = {"image": {"digest": DIGEST, "platforms": ["linux/arm64"]}}
    with pytest.raises(UserError) as caught:
        planned(only_arm, registry={"images": {"cart": cart}})
    assert [problem.where for problem in caught.value.problems] == [
        "controller.image.platforms",
        "registry.images.cart.platforms",
    ]


@pytest.mark.parametrize(
    ("images", "message"),
    [
        ({"sample": {"digest": OTHER, "source": "quay.io/team/x"}}, "is 'sample', which is the name of sample.image"),
        ({"controller": {"digest": OTHER, "source": "quay.io/team/x"}}, "which is the name of controller.image"),
        ({"Cart": {"digest": OTHER, "source": "quay.io/team/x"}}, "1-30 lower-case letters"),
        ({"cart": {"digest": OTHER}}, "registry.images.cart.source"),
        ({"cart": {"source": "quay.io/team/x"}}, "registry.images.cart.digest"),
        ({"cart": {"digest": OTHER, "source": "quay.io/team/x", "tag": "latest"}}, "but not latest"),
    ],
)
def test_an_image_of_the_list_is_refused_at_its_key(images: dict[str, Any], message: str):
    with pytest.raises(SettingsError) as caught:
        planned(registry={"images": images})
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("sample", "message"),
    [
        ({"install": True, "image": {"digest": OTHER}}, "sample.hosts: is empty"),
        ({"install": True, "hosts": ["shop.example.com"]}, "sample.image: is missing"),
        ({"hosts": ["*.example.com"]}, "in lower case and without wildcards"),
        ({"hosts": ["Shop.example.com"]}, "in lower case and without wildcards"),
    ],
)
def test_a_sample_application_that_nothing_could_reach_is_refused(sample: dict[str, Any], message: str):
    with pytest.raises(SettingsError) as caught:
        planned(sample=sample)
    assert message in str(caught.value)


def test_a_stack_without_controller_and_image_has_none_to_copy():
    assert planned({"install": False}).images == ()


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("source", "nginx/nginx-ingress", "controller.image.source: is 'nginx/nginx-ingress'"),
        ("source", f"public.ecr.aws/nginx/nginx-ingress@{DIGEST}", "without tag and digest"),
        ("source", "public.ecr.aws/nginx/nginx-ingress:5.6.3", "without tag and digest"),
        ("source", "--insecure", "controller.image.source: is '--insecure'"),
        ("tag", "latest", "but not latest: a tag of the registry never moves"),
        ("tag", 5.6, "controller.image.tag: is the number 5.6"),
        ("tag", "5.6 x", "controller.image.tag: is '5.6 x'"),
        ("platforms", [], "controller.image.platforms"),
        ("platforms", ["linux/arm"], "Did you mean linux/arm64?"),
        ("platforms", ["linux/amd64", "linux/amd64"], "repeats 'linux/amd64'"),
    ],
)
def test_a_value_that_no_registry_or_node_accepts_is_refused_at_its_key(key: str, value: Any, message: str):
    with pytest.raises(SettingsError) as caught:
        image(**{key: value})
    assert message in str(caught.value)


@pytest.mark.parametrize("ami_type", ["AL2023_ARM_64_STANDARD", "BOTTLEROCKET_ARM_64"])
def test_nodes_of_an_architecture_that_the_image_lacks_are_refused(ami_type: str):
    only_amd64 = {"image": {"digest": DIGEST, "platforms": ["linux/amd64"]}}
    with pytest.raises(UserError) as caught:
        planned(only_amd64, nodes={"amiType": ami_type, "instanceTypes": ["m7g.large"]})
    assert f"controller.image.platforms: has linux/amd64, but nodes.amiType {ami_type} runs linux/arm64" in str(
        caught.value
    )
    assert len(planned(only_amd64).images) == 1
    assert len(planned(nodes={"amiType": ami_type, "instanceTypes": ["m7g.large"]}).images) == 1


def test_an_arm_image_on_the_default_nodes_is_refused():
    with pytest.raises(UserError, match=r"has linux/arm64, but nodes.amiType AL2023_x86_64_STANDARD runs linux/amd64"):
        image(platforms=["linux/arm64"])


def test_values_of_the_stack_file_reach_the_controllers_configuration():
    plan = planned({"image": {"digest": DIGEST}, "config": {"keepalive-timeout": "2m"}})
    assert plan.controller is not None
    assert plan.controller.config["keepalive-timeout"] == "2m"


def test_a_configuration_key_that_the_controller_would_drop_is_refused():
    with pytest.raises(
        UserError, match=r"controller\.config\.keepalive-timeot: .*\n    Did you mean keepalive-timeout"
    ):
        planned({"image": {"digest": DIGEST}, "config": {"keepalive-timeot": "2m"}})


def test_a_configuration_value_without_quotes_is_refused_as_not_text():
    with pytest.raises(SettingsError, match=r"controller\.config\.keepalive: is the number 16"):
        planned({"image": {"digest": DIGEST}, "config": {"keepalive": 16}})


@pytest.mark.parametrize(
    ("held", "state"),
    [
        (None, "no repository"),
        (RegistryContents(there=False), "missing"),
        (RegistryContents(there=False, tag_is_of=OTHER), "tag taken"),
        (RegistryContents(there=True, tags=("digest-aaaaaaaaaaaa",), platforms=BOTH, tag_is_of=DIGEST), "there"),
        # Another tag keeps it just as well.
        (RegistryContents(there=True, tags=("5.6.3",), platforms=(*BOTH, "linux/arm")), "there"),
        (RegistryContents(there=True, platforms=BOTH), "untagged"),
        (RegistryContents(there=True, tags=("5.6.3",), platforms=("linux/amd64",)), "other platforms"),
        (RegistryContents(there=True, tags=("5.6.3",), platforms=None), "other platforms"),
    ],
)
def test_an_images_status_follows_from_the_contents_of_its_repository(held: RegistryContents | None, state: str):
    status = images.judge(image(), held)
    assert status.state == state
    assert status.copy_helps == (state in ("missing", "untagged"))
    assert bool(status.remedy) == (state in ("no repository", "tag taken", "other platforms"))


def test_a_single_image_is_enough_where_one_platform_is_requested():
    contents = RegistryContents(there=True, tags=("x",), platforms=None)
    assert images.judge(image(platforms=["linux/amd64"]), contents).state == "there"


def test_a_missing_repository_names_the_stack_that_creates_it():
    assert "first `pulumi up` creates it, and leaves out what needs" in images.judge(image(), None).remedy
    [other] = planned(registry={"create": False, "repository": "shared/nginx"}).images
    assert "Another stack owns it" in images.judge(other, None).remedy


def test_crane_and_skopeo_copy_by_digest_with_every_platform_and_take_the_password_from_standard_input():
    plan = image(tag="5.6.3")
    origin, to = f"public.ecr.aws/nginx/nginx-ingress@{DIGEST}", f"{REGISTRY}/shop/nginx-ingress:5.6.3"
    password = "aws ecr get-login-password --region eu-west-1"
    assert images.by_hand("crane", plan) == (
        f"{password} | crane auth login --username AWS --password-stdin {REGISTRY}",
        f"crane copy {origin} {to}",
    )
    assert images.by_hand("skopeo", plan) == (
        f"{password} | skopeo login --username AWS --password-stdin {REGISTRY}",
        f"skopeo copy --all --preserve-digests docker://{origin} docker://{to}",
    )
