"""Asks the registries that images are copied from whether they have them: with the tool that copies, if one is here."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator

from privatelink_ingress.aws import registry as live
from privatelink_ingress.aws.reads import Reads
from privatelink_ingress.cli import image_tools
from privatelink_ingress.deployment import image_registry
from privatelink_ingress.deployment.image_registry import NotSeen, NotThere
from privatelink_ingress.fleet.deployment import Unit
from privatelink_ingress.plan.workload import WorkloadPlan, images
from privatelink_ingress.plan.workload.images import ImagePlan, RegistryContents
from privatelink_ingress.trace.judgements.findings import Diagnosis
from privatelink_ingress.trace.preflight import images as judgements
from privatelink_ingress.trace.preflight.images import Source

Ask = Callable[[ImagePlan], Source]
"""Asks the source of an image."""


def judge(unit: Unit, plan: WorkloadPlan, reads: Reads, ask: Ask | None) -> Iterator[Diagnosis]:
    """Whether the images that a stack pins are in its registry, or can be copied there; `ask` None asks no source."""
    held = []
    for image in plan.images:
        contents = reads.part("images", functools.partial(_held, reads, image), None)
        held += [(image, images.judge(image, *contents))] if contents else []
    yield from judgements.judge_registry(unit.label, held)
    to_copy = judgements.to_copy(held)
    if ask is None:
        yield from judgements.judge_untried(unit.label, to_copy)
    else:
        yield from judgements.judge_sources(unit.label, [(image, ask(image)) for image in to_copy])


def _held(reads: Reads, image: ImagePlan) -> tuple[RegistryContents | None]:
    """In a tuple, since None is an answer too: the repository does not exist."""
    return (live.held(reads.account, image),)


class Sources:
    """Asks each source once: many stacks pin the same image."""

    def __init__(self) -> None:
        """Nothing is asked yet."""
        self._known: dict[str, Source] = {}

    def __call__(self, image: ImagePlan) -> Source:
        """What the source says of the image."""
        if image.origin not in self._known:
            self._known[image.origin] = _asked(image)
        return self._known[image.origin]


def _asked(image: ImagePlan) -> Source:
    tool = image_tools.find()
    try:
        said = image_tools.manifest(tool, image) if tool else image_registry.manifest(image.source, image.digest)
        return Source(state="there", manifest=dict(json.loads(said)))
    except NotThere as error:
        return Source(state="not there", reason=str(error))
    except NotSeen as error:
        return Source(state="not seen", reason=str(error) if tool else f"{error}; neither crane nor skopeo is here")
    except (ValueError, TypeError):
        return Source(state="not seen", reason=f"{image.source} answers with what is not a manifest")
