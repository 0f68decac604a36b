"""The disk of the controller's pods: what they may fill, and which sizes a stack file may choose."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from privatelink_ingress.ingresses.model import Conventions
from privatelink_ingress.plan.workload import plan_workload
from privatelink_ingress.plan.workload.controller import plan_controller
from privatelink_ingress.plan.workload.controller.disk import SHARE, largest_file_mib
from privatelink_ingress.plan.workload.protocols import PROTOCOLS
from privatelink_ingress.plan.workload.sample import SamplePlan
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.settings.workload.controller import Controller

DIGEST = f"sha256:{'ab' * 32}"


def pod(**settings: Any) -> dict[str, Any]:
    controller = Controller.model_validate({"image": {"digest": DIGEST}, **settings})
    plan = plan_controller(
        settings=controller,
        trusted_cidrs=("10.11.0.0/21",),
        api_cidrs=("172.20.0.1/32",),
        health_path="/nginx-health",
        protocol=PROTOCOLS["https" if controller.tls_secret else "http"],
        overrides=controller.config,
    )
    [deployment] = [item.manifest for stage in plan.stages("image") for item in stage if item.key == "deployment"]
    return deployment["spec"]["template"]["spec"]


def sample_pod() -> dict[str, Any]:
    stages = SamplePlan(digest=DIGEST, hosts=("shop.example.com",), tls=False).stages("image")
    [deployment] = [item.manifest for stage in stages for item in stage if item.manifest["kind"] == "Deployment"]
    return deployment["spec"]["template"]["spec"]


def mib(size: str) -> int:
    found = re.fullmatch(r"(\d+)Mi", size)
    assert found, size
    return int(found[1])


PODS = {
    "default": pod(),
    "large": pod(diskGib=16),
    "certificates": pod(ingressTls=True),
    "https": pod(tlsSecret="edge-tls"),
    "sample": sample_pod(),
}


@pytest.mark.parametrize("name", PODS)
def test_no_volume_and_no_container_is_without_a_limit_on_the_nodes_disk(name: str) -> None:
    """A volume without `sizeLimit`, or one container without a limit, leaves the pod without one."""
    it = PODS[name]
    assert all("sizeLimit" in volume["emptyDir"] for volume in it["volumes"])
    for container in (*it.get("initContainers", ()), *it["containers"]):
        limits, requests = container["resources"]["limits"], container["resources"]["requests"]
        assert limits["ephemeral-storage"] == requests["ephemeral-storage"], "the scheduler reserves what it may fill"


@pytest.mark.parametrize("name", PODS)
def test_the_limit_has_room_for_every_volume_on_the_disk_and_for_the_logs(name: str) -> None:
    it = PODS[name]
    on_disk = [one["emptyDir"] for one in it["volumes"] if one["emptyDir"].get("medium") != "Memory"]
    [container] = it["containers"]
    assert mib(container["resources"]["limits"]["ephemeral-storage"]) == 256 + sum(
        mib(one["sizeLimit"]) for one in on_disk
    )


def test_the_volumes_have_these_sizes() -> None:
    def sizes(name: str) -> dict[str, dict[str, str]]:
        return {one["name"]: one["emptyDir"] for one in PODS[name]["volumes"]}

    files = {"sizeLimit": "64Mi"}
    assert sizes("default") == {"etc": files, "lib": files, "cache": {"sizeLimit": "2048Mi"}}
    assert sizes("large") == {"etc": files, "lib": files, "cache": {"sizeLimit": "16384Mi"}}
    assert sizes("https") == {"etc": {**files, "medium": "Memory"}, "lib": files, "cache": {"sizeLimit": "2048Mi"}}


def test_the_temporary_files_are_in_the_volume_that_the_setting_sizes() -> None:
    """The official image's nginx is built with `--http-client-body-temp-path=/var/cache/nginx/client_temp`."""
    [container] = PODS["default"]["containers"]
    paths = {one["name"]: one["mountPath"] for one in container["volumeMounts"]}
    assert paths["cache"] == "/var/cache/nginx"


@pytest.mark.parametrize(
    ("gib", "key", "value", "reason", "remedy"),
    [
        (2, "client-max-body-size", "129m", "is 129m, more than the 128m", "Write 128m or less, or set controller"),
        (2, "client-max-body-size", "1g", "is 1g, more than the 128m", "or set controller.diskGib to 16."),
        (
            2,
            "client-max-body-size",
            "999999999",
            "is 999999999, more than the 128m",
            "or set controller.diskGib to 15.",
        ),
        (2, "client-max-body-size", "0", "is 0, so nginx takes bodies of any size", "Write a size up to 128m."),
        (1, "client-max-body-size", "65M", "is 65M, more than the 64m", "or set controller.diskGib to 2."),
        (2, "proxy-max-temp-file-size", "1024m", "is 1024m, more than the 128m", "or set controller.diskGib to 16."),
        (2, "proxy-max-temp-file-size", "4k", "less than one of nginx's buffers", "Write 8k or more, or 0"),
    ],
)
def test_a_size_that_few_clients_fill_the_disk_with_is_refused(
    gib: int, key: str, value: str, reason: str, remedy: str
) -> None:
    with pytest.raises(UserError) as caught:
        pod(diskGib=gib, config={key: value})
    [problem] = caught.value.problems
    assert problem.where == f"controller.config.{key}"
    assert reason in problem.reason
    assert remedy in problem.remedy


@pytest.mark.parametrize(
    ("gib", "config"),
    [
        (2, {"client-max-body-size": "128m", "proxy-max-temp-file-size": "128m"}),
        (2, {"client-max-body-size": "1", "proxy-max-temp-file-size": "0"}),
        (16, {"client-max-body-size": "1g", "proxy-max-temp-file-size": "8k"}),
    ],
)
def test_a_size_within_the_share_is_taken(gib: int, config: dict[str, str]) -> None:
    assert pod(diskGib=gib, config=config)["volumes"][2]["emptyDir"] == {"sizeLimit": f"{gib * 1024}Mi"}


def test_the_check_of_ingresses_has_the_default_share() -> None:
    assert Conventions().largest_file_mib == largest_file_mib(Controller(install=False).disk_gib) == 2 * 1024 // SHARE


def settings(gib: int, nodes: dict[str, Any]) -> WorkloadSettings:
    written = {
        "accountId": "111111111111",
        "owner": "team-shop",
        "controller": {"image": {"digest": DIGEST}, "diskGib": gib},
        "nodes": nodes,
        "publication": {"consumers": [{"accountId": "222222222222"}]},
    }
    return WorkloadSettings.model_validate_json(json.dumps(written))


def planned(gib: int, nodes: dict[str, Any]) -> None:
    zones = ["euw1-az1", "euw1-az2", "euw1-az3"]
    plan_workload(settings(gib, nodes), stack="shop", region="eu-west-1", available_zones=zones)


def test_two_pods_fit_on_the_smallest_node_that_runs_them() -> None:
    planned(21, {})
    with pytest.raises(UserError) as caught:
        planned(22, {})
    assert [str(one) for one in caught.value.problems] == [
        "controller.diskGib: is 22, so two pods need 44.8 GiB, and a node of nodes has 44.0 GiB for pods\n"
        "    Lower it, or set nodes.diskGib to 51 or more."
    ]
    planned(22, {"diskGib": 51})


def test_a_group_that_keeps_the_controller_away_needs_no_room_for_it() -> None:
    taint = {"key": "team", "effect": "NO_SCHEDULE"}
    planned(22, {"groups": {"default": {"diskGib": 60}, "small": {"diskGib": 20, "taints": [taint]}}})
    with pytest.raises(UserError, match=r"a node of nodes\.groups\.small has 17\.0 GiB for pods"):
        planned(22, {"groups": {"default": {"diskGib": 60}, "small": {"diskGib": 20}}})
