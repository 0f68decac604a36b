"""Rules for a workload's endpoint service, its consumers and its parameter."""

from __future__ import annotations

import re
from collections.abc import Iterator

from privatelink_ingress import tokens as t
from privatelink_ingress.rules.model import Finding, Inputs, Stack, resource_rule, stack_rule

PRINCIPAL = re.compile(r"arn:aws[\w-]*:iam::\d{12}:(root|(role|user)/[\w+=,.@-]+)")


@resource_rule(
    t.ALLOWED_PRINCIPAL,
    t.ENDPOINT_SERVICE,
    reason="With a wildcard any AWS account may connect to the private cluster.",
    stands_for=["D03"],
)
def consumers_are_named(inputs: Inputs) -> Iterator[str]:
    """An endpoint service lets in named accounts, roles or users only."""
    keys = set(inputs)
    principals = [inputs["principalArn"]] if "principalArn" in keys else list(inputs.get("allowedPrincipals") or ())
    for principal in principals:
        if not PRINCIPAL.fullmatch(principal):
            yield f"lets in {principal!r}, which names no account, and no role or user without a path"


@stack_rule(reason="A load balancer that is found by its name can be another one, or none yet.", stands_for=["D07"])
def services_stand_on_an_own_internal_load_balancer(stack: Stack) -> Iterator[Finding]:
    """An endpoint service stands on an internal network load balancer of its own stack."""
    for service in stack.of(t.ENDPOINT_SERVICE):
        own = [nlb for nlb in stack.of(t.LOAD_BALANCER) if service.refers("networkLoadBalancerArns", nlb)]
        if not own:
            yield service, "stands on no load balancer of this stack"
        for balancer in own:
            if not balancer.inputs.get("internal") or balancer.inputs.get("loadBalancerType") != "network":
                yield balancer, "publishes an endpoint service, but is not an internal network load balancer"


@resource_rule(
    t.LOAD_BALANCER,
    reason="A network load balancer made without a security group can never get one.",
    stands_for=["D30"],
)
def network_load_balancers_have_a_security_group(inputs: Inputs) -> Iterator[str]:
    """Every network load balancer has a security group from its creation."""
    if inputs.get("loadBalancerType") == "network" and not len(inputs.get("securityGroups") or ()):
        yield "has no security group, and cannot be given one after its creation"


@resource_rule(
    t.PARAMETER,
    reason="A second cluster with the same name would take over the first one's traffic.",
    stands_for=["D18"],
)
def parameters_are_never_overwritten(inputs: Inputs) -> Iterator[str]:
    """A parameter is created, never taken over."""
    if inputs.get("overwrite"):
        yield "takes over a parameter of the same name: overwrite is on"


@resource_rule(
    t.PARAMETER,
    reason="Rights to write are given by path; a flat name cannot be fenced off.",
    stands_for=["D19", "D29"],
)
def parameters_live_under_a_path(inputs: Inputs) -> Iterator[str]:
    """A parameter's name is a path of at least two parts."""
    if not re.fullmatch(r"(/[\w.-]+){2,}", inputs.get("name", "")):
        yield "has a name that is not a path of at least two parts"
