"""All that can be said of the Ingresses of some manifests, alone and against each other."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence

from privatelink_ingress.ingresses import (
    annotation_rules,
    api_server,
    combinations,
    mergeable,
    neighbours,
    path_rules,
    serving,
)
from privatelink_ingress.ingresses.mergeable import Clash
from privatelink_ingress.ingresses.model import Conventions, Manifest, annotation_field, annotations_of, metadata
from privatelink_ingress.ingresses.neighbours import Neighbours
from privatelink_ingress.problems import Problem

_DEFAULTS = Conventions()


def problems(
    ingress: Manifest, conventions: Conventions = _DEFAULTS, others: Sequence[Manifest] = ()
) -> Iterator[Problem]:
    """Everything that keeps an Ingress, or a part of it, from being served behind this edge, each thing once.

    Args:
        ingress: Of a shape that the API server's schema takes.
        conventions: What the stack files say.
        others: The objects of the same files, Services and Secrets among them.
    """
    neighbours = Neighbours(others)
    found = list(dict.fromkeys(_all(ingress, conventions, neighbours)))
    for problem in found:
        changed = _followed(ingress, problem)
        after = _all(changed, conventions, neighbours) if changed else ()
        known = {(one.where, one.remedy) for one in found}
        left = (one.remedy for one in after if one.where == problem.where and (one.where, one.remedy) not in known)
        # A value that is right by itself may be wrong here: the remedy is then the one for that.
        remedy = next(left, problem.remedy)
        yield dataclasses.replace(problem, remedy=f"{problem.remedy} {remedy}" if "as well" in remedy else remedy)


def _followed(ingress: Manifest, problem: Problem) -> Manifest | None:
    """The Ingress with the one value that the remedy names; None where it names none."""
    write = re.fullmatch(r'Write "([^"]*)"\.', problem.remedy)
    given = annotations_of(ingress)
    key = next((key for key in given if annotation_field(key) == problem.where), None)
    if write is None or key is None:
        return None
    return {**ingress, "metadata": {**metadata(ingress), "annotations": {**given, key: write[1]}}}


def advice(
    ingress: Manifest, conventions: Conventions = _DEFAULTS, others: Sequence[Manifest] = ()
) -> Iterator[Problem]:
    """What is served, and may still be another thing than its author meant."""
    yield from serving.advice(ingress, conventions)
    yield from annotation_rules.advice(ingress)
    yield from combinations.advice(ingress, conventions)
    yield from neighbours.advice(ingress, Neighbours(others))


def clashes(ingresses: Sequence[Manifest]) -> Iterator[Clash]:
    """What is wrong with Ingresses because of each other."""
    return mergeable.clashes(ingresses)


def _all(ingress: Manifest, conventions: Conventions, others: Neighbours) -> Iterator[Problem]:
    yield from api_server.problems(ingress)
    if not api_server.names_two_classes(ingress):
        yield from serving.wrong_class(ingress)
    yield from serving.wrong_namespace(ingress, conventions)
    yield from annotation_rules.problems(ingress, conventions)
    yield from serving.wrong_tls(ingress, conventions)
    yield from serving.wrong_rules(ingress)
    yield from combinations.problems(ingress, conventions)
    yield from path_rules.problems(ingress, conventions)
    yield from mergeable.problems(ingress)
    yield from neighbours.problems(ingress, conventions, others)
