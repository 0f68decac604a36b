"""The order in which the engine deletes a stack, from what its resources depend on."""

from __future__ import annotations

from privatelink_ingress.local.engine.runner import Registration, StackRun


def needed_by(run: StackRun, of: Registration) -> set[str]:
    """Everything that the engine deletes only after `of`: it deletes in the reverse order of dependencies."""
    by_urn = {each.urn: each for each in run.registrations}
    found: set[str] = set()
    ahead = [of.urn]
    while ahead:
        each = by_urn[ahead.pop()]
        further = {each.parent, each.provider, *each.depends_on} & by_urn.keys() - found
        found |= further
        ahead += further
    return found


def custom(run: StackRun) -> set[str]:
    """URNs of all resources that exist outside of the state: no components, providers or references."""
    made = [each for each in run.registrations if each.custom or each.remote]
    return {each.urn for each in made if not each.type.startswith(("pulumi:providers:", "pulumi:pulumi:"))}
