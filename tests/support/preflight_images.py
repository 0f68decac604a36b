"""A first deployment whose images are in a registry on this machine, and what can be wrong with them there."""

from __future__ import annotations

import json
from pathlib import Path

from privatelink_ingress.cli.image_sources import Sources
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.cloud.ecr import put_stand_in
from privatelink_ingress.plan.workload import images
from tests.support.image_registry import Registry, digest, index
from tests.support.preflight_breakages import SHOP, SHOP_FILE, Breakage
from tests.support.preflight_world import REGION, WORKLOAD, Before
from tests.support.programs import stack_file

CONTROLLER, SAMPLE = "nginx/nginx-ingress", "nginx/nginx-unprivileged"
BOTH = index("linux/amd64", "linux/arm64")
MORE = index("linux/amd64", "linux/arm64", "linux/s390x")
"""The manifests that the two repositories have."""


class WithRegistry(Before):
    """The sample workload pulls from `registry`, which has what it pins."""

    def __init__(self, cloud: Cloud, home: Path, registry: Registry) -> None:
        super().__init__(cloud, home)
        self.registry = registry
        self.restore()

    def restore(self) -> None:
        super().restore()
        held, self.ask = self.registry, Sources()
        held.manifests.clear()
        held.failing, held.token = 0, {"token": "anonymous-token"}
        for key, repository, manifest in (("controller", CONTROLLER, BOTH), ("sample", SAMPLE, MORE)):
            pinned = json.loads(stack_file("eks-service", "shop").settings[key])["image"]["digest"]
            text = f"source: {held.host}/{repository}\n      digest: {held.push(repository, manifest)}"
            self.edit(SHOP_FILE, f"digest: {pinned}", text)

    def pin(self, manifest: bytes) -> None:
        """Pin another image of the controller, which its source has."""
        self.edit(SHOP_FILE, digest(BOTH), self.registry.push(CONTROLLER, manifest))

    def repository(self, name: str = "shop/nginx-ingress") -> None:
        """One of the stack's own, as an earlier deployment left it."""
        tags = [{"Key": "Stack", "Value": SHOP}]
        self.workload.client("ecr").create_repository(repositoryName=name, tags=tags)

    def copied(self, digest: str, tag: str, *platforms: str, repository: str = "shop/nginx-ingress") -> None:
        """An image in one of the stack's repositories."""
        put_stand_in(WORKLOAD, REGION, repository, digest=digest, tag=tag, platforms=platforms)


def _world(before: Before) -> WithRegistry:
    assert isinstance(before, WithRegistry)
    return before


def gone(before: Before) -> None:
    del _world(before).registry.manifests[CONTROLLER, digest(BOTH)]


def renamed(before: Before) -> None:
    before.edit(SHOP_FILE, SAMPLE, "nginx/other")


def silent(before: Before) -> None:
    before.edit(SHOP_FILE, f"{_world(before).registry.host}/{SAMPLE}", f"127.0.0.1:9/{SAMPLE}")


def login(before: Before) -> None:
    _world(before).registry.token = None


def failing(before: Before) -> None:
    _world(before).registry.failing = 503


def tag_taken(before: Before) -> None:
    world = _world(before)
    world.repository()
    world.copied(f"sha256:{'0' * 64}", images.tag(digest(BOTH)), "linux/amd64", "linux/arm64")


BREAKAGES: tuple[Breakage, ...] = (
    Breakage(
        what="the controller's image is not at its source",
        do=gone,
        where="Images",
        reason="has no such image",
        stack=SHOP,
    ),
    Breakage(
        what="the source of the sample's image has another name",
        do=renamed,
        where="Images",
        reason="has no such image",
        stack=SHOP,
    ),
    Breakage(
        what="the digest of an image is of one platform's image",
        do=lambda before: _world(before).pin(index()),
        where="Images",
        reason="the digest is of one image and no index, without linux/amd64, linux/arm64",
        stack=SHOP,
    ),
    Breakage(
        what="the index of an image lacks a platform",
        do=lambda before: _world(before).pin(index("linux/amd64")),
        where="Images",
        reason="the digest is of an index of linux/amd64, without linux/arm64",
        stack=SHOP,
    ),
    Breakage(
        what="the tag of an image's copy is of another image",
        do=tag_taken,
        where="Images",
        reason="and tags of this repository are immutable",
        stack=SHOP,
        beside="Program",
    ),
    Breakage(
        what="the source of an image does not answer",
        do=silent,
        where="Images",
        reason="does not answer",
        stack=SHOP,
        severity="not seen",
    ),
    Breakage(
        what="the source of an image asks for a login",
        do=login,
        where="Images",
        reason="asks for a login",
        stack=SHOP,
        severity="not seen",
    ),
    Breakage(
        what="the source of an image fails",
        do=failing,
        where="Images",
        reason="answers with 503",
        stack=SHOP,
        severity="not seen",
    ),
)
