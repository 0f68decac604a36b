"""The images that must be copied before a controller runs, and whether their sources have them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from privatelink_ingress.plan.workload import image_index, images
from privatelink_ingress.plan.workload.images import ImagePlan, ImageStatus
from privatelink_ingress.trace.judgements.findings import Diagnosis, found

WHERE = "Images"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Source:
    """What the registry that an image is copied from says of it."""

    state: Literal["there", "not there", "not seen"]
    reason: str = ""
    """Why it is not there, or not seen."""
    manifest: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """Of its digest, when it is there."""


def to_copy(held: Iterable[tuple[ImagePlan, ImageStatus]]) -> tuple[ImagePlan, ...]:
    """Those that the account's own registry does not have yet: the others need no source."""
    return tuple(image for image, status in held if status.copy_helps or status.state == "no repository")


def judge_registry(label: str, held: Iterable[tuple[ImagePlan, ImageStatus]]) -> Iterator[Diagnosis]:
    """What a copy would not mend."""
    for image, status in held:
        if status.state in ("tag taken", "other platforms"):
            yield found(label, "error", WHERE, f"{image.key}: {status.reason}", status.remedy)


def judge_untried(label: str, unasked: Sequence[ImagePlan]) -> Iterator[Diagnosis]:
    """Images whose sources nobody asked."""
    if unasked:
        reason = f"whether the sources have {', '.join(one.key for one in unasked)} was not tried"
        evidence = "\n".join(one.origin for one in unasked)
        yield found(label, "not seen", WHERE, reason, "Run this against AWS.", evidence)


def judge_sources(label: str, sources: Iterable[tuple[ImagePlan, Source]]) -> Iterator[Diagnosis]:
    """Whether each image can be copied: what its source says of it."""
    for image, source in sources:
        where = f"{image.key}: {source.reason}"
        if source.state == "not seen":
            remedy = f"Run this where `{images.command(label.partition('/')[2])}` will run, with the same logins."
            yield found(label, "not seen", WHERE, where, remedy, image.origin)
        elif source.state == "not there":
            remedy = (
                f"Correct {image.key}.digest or {image.key}.source: `crane digest {image.source}:<version>` prints "
                "the digest of an index."
            )
            yield found(label, "error", WHERE, where, remedy, image.origin)
        elif other := images.other_platforms(image, image_index.platforms(source.manifest)):
            yield found(label, "error", WHERE, f"{image.key}: {other.reason}", other.remedy, image.origin)
