"""`preflight` asks an image's source with the tool that copies images, and without one by itself."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from privatelink_ingress.cli import image_tools
from privatelink_ingress.cli.image_sources import Sources
from privatelink_ingress.fleet.plans import plan_of
from privatelink_ingress.fleet.stacks import Workload
from privatelink_ingress.plan.workload.images import ImagePlan
from privatelink_ingress.settings.load import load
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.trace.preflight.images import Source
from tests.support.image_registry import Registry, index, registry
from tests.support.programs import stack_file

BOTH = index("linux/amd64", "linux/arm64")


@pytest.fixture(name="held")
def a_registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with registry() as held:
        yield held


@pytest.fixture(name="image")
def controller(held: Registry) -> ImagePlan:
    """The sample's controller, from the registry on this machine."""
    settings = load(WorkloadSettings, stack_file("eks-service", "shop").settings, project="eks-service", stack="shop")
    stack = Workload(file="eks-service/Pulumi.shop.yaml", stack="shop", region="eu-west-1", settings=settings)
    pinned = held.push("nginx/nginx-ingress", BOTH)
    return dataclasses.replace(plan_of(stack).images[0], source=f"{held.host}/nginx/nginx-ingress", digest=pinned)


@pytest.fixture(name="tool")
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Puts a stand-in for a tool on an otherwise empty PATH; it notes its arguments in the file that is returned."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def write(name: str, does: str) -> Path:
        calls = tmp_path / "calls"
        (tmp_path / name).write_text(f'#!/bin/sh\necho "$0 $*" >>{calls}\n{does}\n')
        (tmp_path / name).chmod(0o755)
        return calls

    return write


PRINTS = f"printf '%s' '{BOTH.decode()}'"


@pytest.mark.parametrize(
    ("name", "words"), [("crane", "manifest {origin}"), ("skopeo", "inspect --raw docker://{origin}")]
)
def test_the_tool_that_copies_is_asked_once_for_an_image(image: ImagePlan, held: Registry, tool, name: str, words: str):
    calls, ask = tool(name, PRINTS), Sources()
    for _ in range(2):
        assert ask(image) == Source(state="there", manifest=json.loads(BOTH))
    program, _, given = calls.read_text().removesuffix("\n").partition(" ")
    assert (Path(program).name, given) == (name, words.format(origin=image.origin))
    assert held.asked == []


@pytest.mark.parametrize(
    "said",
    [
        "Error: fetching manifest x: GET https://r/v2/x: MANIFEST_UNKNOWN: Requested image not found",
        "Error: fetching manifest x: GET https://r/v2/x: NAME_UNKNOWN: repository name not known to registry",
        "Error: GET https://r/v2/x: unexpected status code 404 Not Found (HEAD responses have no body)",
        'level=fatal msg="Error parsing image name: reading manifest sha256:0 in r/x: manifest unknown"',
        'level=fatal msg="Error parsing image name: reading manifest in r/x: name unknown: not known to registry"',
    ],
)
def test_an_image_that_the_tool_does_not_find_is_not_there(image: ImagePlan, tool, said: str):
    tool("crane", f"echo '{said}' >&2; exit 1")
    assert Sources()(image) == Source(state="not there", reason=f"crane says: {said}")


@pytest.mark.parametrize(
    ("does", "reason"),
    [
        (
            "echo 'x: UNAUTHORIZED: authentication required' >&2; exit 1",
            "crane says: x: UNAUTHORIZED: authentication required",
        ),
        ("echo first >&2; echo 'dial tcp: no such host' >&2; exit 1", "crane says: dial tcp: no such host"),
        ("exit 3", "crane says: nothing, exit code 3"),
        ("echo no manifest", "{source} answers with what is not a manifest"),
        ("echo 7", "{source} answers with what is not a manifest"),
    ],
)
def test_what_the_tool_cannot_tell_is_not_seen(image: ImagePlan, tool, does: str, reason: str):
    tool("crane", does)
    assert Sources()(image) == Source(state="not seen", reason=reason.format(source=image.source))


def test_a_tool_that_cannot_be_run_is_not_seen(image: ImagePlan, tool, tmp_path: Path):
    tool("crane", "")
    (tmp_path / "crane").write_bytes(b"\x7fELF")
    assert Sources()(image) == Source(state="not seen", reason="crane cannot be run: Exec format error")


def test_a_tool_without_an_answer_is_not_waited_for(image: ImagePlan, tool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(image_tools, "SECONDS", 0.01)
    tool("crane", "exec /bin/sleep 60")
    assert Sources()(image) == Source(state="not seen", reason="crane has no answer within 0.01 seconds")


def test_without_a_tool_the_registry_is_asked_without_a_login(
    image: ImagePlan, held: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert Sources()(image) == Source(state="there", manifest=json.loads(BOTH))
    other = dataclasses.replace(image, source=f"{held.host}/nginx/other")
    assert Sources()(other) == Source(state="not there", reason=f"{held.host} has no such image")
    held.token = None
    reason = f"{held.host} asks for a login, or has no such repository; neither crane nor skopeo is here"
    assert Sources()(image) == Source(state="not seen", reason=reason)
