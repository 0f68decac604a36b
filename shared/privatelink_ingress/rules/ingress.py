"""Rules for Ingresses in Pulumi programs, so that a workload's controller serves them.

The decisions are those of `ingresses`, except what only a stack file or another manifest can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from privatelink_ingress import tokens as t
from privatelink_ingress.ingresses import annotation_rules, mergeable, path_rules, serving
from privatelink_ingress.ingresses.model import SKIP_AWAIT, Conventions, annotations_of, role
from privatelink_ingress.problems import Problem
from privatelink_ingress.rules.model import Finding, Inputs, Stack, resource_rule, stack_rule


@resource_rule(t.INGRESS, reason="Its hosts would be answered 404, and nothing says why.", stands_for=["D17"])
def ingresses_name_the_class(inputs: Inputs) -> Iterator[str]:
    """An Ingress names the class of the controller."""
    return _told(serving.wrong_class(inputs))


@resource_rule(
    t.INGRESS,
    reason="A setting that the controller ignores is lost (a limit, a redirect, a login); one that it rejects costs "
    "the whole Ingress.",
    stands_for=["D32"],
)
def ingresses_have_no_annotations_of_another_controller(inputs: Inputs) -> Iterator[str]:
    """An Ingress has annotations that the controller reads, with values that it takes, and no snippets."""
    return _told(annotation_rules.problems(inputs))


@resource_rule(t.INGRESS, reason="It would be deployed, and receive no request.", stands_for=["D17"])
def ingresses_serve_something(inputs: Inputs) -> Iterator[str]:
    """An Ingress has rules and paths that the controller and nginx take."""
    yield from _told(serving.wrong_rules(inputs))
    if not (inputs.get("spec") or {}).get("rules") and not (inputs.get("spec") or {}).get("defaultBackend"):
        yield "spec.rules is empty: the API server refuses it. Write rules with a host and http.paths."
    yield from _told(path_rules.problems(inputs, Conventions()))
    yield from _told(mergeable.problems(inputs))


@resource_rule(
    t.INGRESS,
    reason="Nobody writes an address into its status, so the deployment would wait for minutes and then fail.",
    stands_for=["D07"],
)
def ingresses_are_not_waited_for(inputs: Inputs) -> Iterator[str]:
    """Pulumi does not wait for the address of an Ingress."""
    if annotations_of(inputs).get(SKIP_AWAIT) != "true":
        yield f'is waited for: write the annotation {SKIP_AWAIT}: "true"'


@stack_rule(
    reason="The oldest Ingress gets a host as a whole; the paths of the others are answered 404.", stands_for=["D17"]
)
def hosts_belong_to_one_ingress(stack: Stack) -> Iterator[Finding]:
    """No host stands in two Ingresses, and one Ingress at most names none."""
    resources = list(stack.of(t.INGRESS))
    for clash in mergeable.clashes([resource.inputs for resource in resources]):
        # A minion's master may be registered by another stack.
        if clash.other is not None or role(resources[clash.index].inputs) != "minion":
            yield resources[clash.index], f"{clash.problem.where} {clash.problem.reason}. {clash.problem.remedy}"


def _told(problems: Iterable[Problem]) -> Iterator[str]:
    return (f"{problem.where} {problem.reason}. {problem.remedy}" for problem in problems)
