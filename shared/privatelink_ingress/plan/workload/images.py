"""The images that a workload's registry must hold, what it is found to hold, and the commands that copy them there.

The cluster can fetch nothing from outside. A copy by digest keeps every platform and the digest itself; `docker pull`
and `push` keep one platform, and make another digest of it.
"""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from privatelink_ingress.plan.workload.registry import registry_host
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.settings.workload.nodes import Nodes
from privatelink_ingress.settings.workload.registry import CONTROLLER, SAMPLE, PinnedImage, Platform

Tool = Literal["crane", "skopeo"]

State = Literal["there", "untagged", "missing", "tag taken", "other platforms", "no repository", "not seen"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class ImagePlan:
    """One image and where its copy belongs."""

    name: str
    """`controller`, `sample`, or its key under `registry.images`."""
    key: str
    """Path of the setting that pins it, such as `controller.image`."""
    used: bool
    """Whether this stack runs it. Other images are for applications that are deployed by other means."""
    source: str
    """Repository with its registry, without tag and digest."""
    digest: str
    """`sha256:…` of the index, the same on both sides."""
    tag: str
    """What the copy is tagged with."""
    platforms: tuple[Platform, ...]
    """What the index must hold."""
    account_id: str
    """The workload account, whose registry the copy is in."""
    region: str
    repository: str
    makes_repository: bool
    """False when another stack owns the repository."""

    @property
    def registry(self) -> str:
        """Host of the account's registry."""
        return registry_host(self.account_id, self.region)

    @property
    def origin(self) -> str:
        """`<source>@<digest>`."""
        return f"{self.source}@{self.digest}"

    @property
    def destination(self) -> str:
        """`<registry>/<repository>:<tag>`."""
        return f"{self.registry}/{self.repository}:{self.tag}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class RegistryContents:
    """What a repository contains of an image."""

    there: bool
    """Whether the digest is there."""
    tags: tuple[str, ...] = ()
    """Tags of the digest."""
    platforms: tuple[str, ...] | None = None
    """`os/architecture` of the index's parts; None when the digest is of one part alone, which does not say."""
    tag_is_of: str | None = None
    """The digest that has the planned tag, if any has it."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ImageStatus:
    """Whether an image is in its registry as the stack needs it."""

    state: State
    reason: str
    remedy: str = ""
    """Empty where a copy is the remedy, or none is needed."""

    @property
    def copy_helps(self) -> bool:
        """Whether copying is what is due."""
        return self.state in ("missing", "untagged")


def plan_images(settings: WorkloadSettings, *, repositories: Mapping[str, str], region: str) -> tuple[ImagePlan, ...]:
    """The images that a stack pins, the controller's first.

    Args:
        settings: The stack file.
        repositories: Repository in the workload account by the image's name.
        region: Where the stack lives.

    Raises:
        UserError: when the nodes are of a platform that an image lacks.
    """
    controller, sample = settings.controller, settings.sample
    pinned: list[tuple[str, str, PinnedImage | None, bool]] = [
        (CONTROLLER, "controller.image", controller.image, controller.install),
        (SAMPLE, "sample.image", sample.image, sample.install and controller.install),
        *((name, f"registry.images.{name}", image, False) for name, image in sorted(settings.registry.images.items())),
    ]
    problems = [
        problem
        for _, key, image, _ in pinned
        # An existing cluster's nodes are checked once they have been looked up.
        if image is not None and settings.cluster.existing is None
        for problem in _runs_on(settings.nodes, key, image.platforms)
    ]
    if problems:
        raise UserError("The nodes cannot run every image", problems)
    return tuple(
        ImagePlan(
            name=name,
            key=key,
            used=used,
            source=image.source,
            digest=image.digest,
            tag=image.tag or tag(image.digest),
            platforms=image.platforms,
            account_id=settings.account_id,
            region=region,
            repository=repositories[name],
            makes_repository=settings.registry.create,
        )
        for name, key, image, used in pinned
        if image is not None
    )


def tag(digest: str) -> str:
    """The tag of a copy without one of its own.

    As unique as the digest: under a version's tag, a second build of that version would be refused.
    """
    return f"digest-{digest.removeprefix('sha256:')[:12]}"


def judge(image: ImagePlan, held: RegistryContents | None) -> ImageStatus:
    """The status of `image`, from the contents of its repository; None when the repository does not exist."""
    if held is None:
        reason = f"the registry has no repository {image.repository} in account {image.account_id}, {image.region}"
        if image.makes_repository:
            remedy = "The stack's first `pulumi up` creates it, and leaves out what needs the image until it is copied."
        else:
            remedy = "Another stack owns it (registry.create is false): deploy that one first."
        return ImageStatus(state="no repository", reason=reason, remedy=remedy)
    if held.tag_is_of not in (None, image.digest):
        return ImageStatus(
            state="tag taken",
            reason=f"tag {image.tag} is of {held.tag_is_of}, and tags of this repository are immutable",
            remedy=f"Write another {image.key}.tag, or leave it out: the tag is then derived from the digest.",
        )
    if not held.there:
        return ImageStatus(state="missing", reason="the digest is not in the registry")
    if other := other_platforms(image, held.platforms):
        return other
    if not held.tags:
        return ImageStatus(state="untagged", reason="the digest has no tag, so the registry will expire it")
    return ImageStatus(state="there", reason=f"tagged {', '.join(held.tags)}")


def other_platforms(image: ImagePlan, platforms: Sequence[str] | None) -> ImageStatus | None:
    """The status of an image whose digest is of other platforms than the stack file names; None when it has them all.

    Args:
        image: The image.
        platforms: As of `RegistryContents`.
    """
    if platforms is None:
        # Of one part alone the manifest does not tell the platform; it can be the only one that is asked for.
        lacking = image.platforms if len(image.platforms) > 1 else ()
    else:
        lacking = tuple(platform for platform in image.platforms if platform not in platforms)
    if not lacking:
        return None
    of = f"an index of {', '.join(platforms)}" if platforms is not None else "one image and no index"
    return ImageStatus(
        state="other platforms",
        reason=f"the digest is of {of}, without {', '.join(lacking)}",
        remedy=f"Pin the digest of an index that has them, or write in {image.key}.platforms what it has.",
    )


def login(tool: Tool, image: ImagePlan, *, auth_file: str | None = None) -> tuple[str, ...]:
    """The log-in command, which reads the registry's password from standard input.

    Args:
        tool: The tool that copies.
        image: An image of that registry.
        auth_file: Where skopeo keeps the password; crane takes the place from its environment.
    """
    words = ("--username", "AWS", "--password-stdin")
    if tool == "crane":
        return ("crane", "auth", "login", *words, image.registry)
    return ("skopeo", "login", *words, *(("--authfile", auth_file) if auth_file else ()), image.registry)


def copy(tool: Tool, image: ImagePlan, *, auth_file: str | None = None) -> tuple[str, ...]:
    """The command that copies every platform and keeps the digest; arguments as for `login`."""
    if tool == "crane":
        return ("crane", "copy", image.origin, image.destination)
    keep = ("--all", "--preserve-digests", *(("--dest-authfile", auth_file) if auth_file else ()))
    return ("skopeo", "copy", *keep, f"docker://{image.origin}", f"docker://{image.destination}")


def inspect(tool: Tool, image: ImagePlan) -> tuple[str, ...]:
    """The command that prints the index at the image's source, with the user's own logins."""
    if tool == "crane":
        return ("crane", "manifest", image.origin)
    return ("skopeo", "inspect", "--raw", f"docker://{image.origin}")


def command(stack: str) -> str:
    """The command that copies a stack's images."""
    return f"./run images copy --stack {stack}"


def by_hand(tool: Tool, image: ImagePlan) -> tuple[str, str]:
    """Both commands for a terminal."""
    password = f"aws ecr get-login-password --region {image.region}"
    return f"{password} | {shlex.join(login(tool, image))}", shlex.join(copy(tool, image))


def _runs_on(nodes: Nodes, key: str, platforms: Sequence[Platform]) -> Iterator[Problem]:
    for name, group in nodes.by_name.items():
        needed: Platform = "linux/arm64" if group.architecture == "arm64" else "linux/amd64"
        # No pod of an image lands on nodes whose taints it does not tolerate.
        if group.is_open and needed not in platforms:
            where = nodes.key(name)
            yield Problem(
                f"{key}.platforms",
                f"has {', '.join(platforms)}, but {where}.amiType {group.ami_type} runs {needed}",
                f"Add {needed} if the image has it, or choose another {where}.amiType and {where}.instanceTypes.",
            )
