"""`preflight`: whether the roles that a program's providers assume can be assumed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from privatelink_ingress.cli.accounts import Accounts, Unseen
from privatelink_ingress.fleet.deployment import Unit
from privatelink_ingress.settings.backends import Backend
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.trace.judgements.findings import Diagnosis, found
from privatelink_ingress.trace.preflight.planned import AssumedRole, Planned

WHERE = "Roles"


def judge(planned: Planned, accounts: Accounts, missing: Collection[str]) -> Iterator[Diagnosis]:
    """Each role that neither the ambient credentials nor a profile may assume.

    AssumeRole is called: the simulator does not know trust policies. It changes nothing, and the session is dropped.

    Args:
        planned: The stack.
        accounts: Whose credentials deploy it.
        missing: ARNs of roles that do not exist, which is told elsewhere.
    """
    for (arn, external_id), providers in _by_role(planned.assumed).items():
        if arn in missing:
            continue
        try:
            accounts.assume(arn, external_id, planned.account_id, planned.region)
        except Unseen as error:
            reason = f"{arn} cannot be assumed, as provider {', '.join(providers)} of the program does"
            yield found(planned.label, "error", WHERE, reason, _remedy(error, external_id), str(error))


def of_files(units: Iterable[Unit]) -> frozenset[str]:
    """ARNs of all roles that the programs of some stacks may assume."""
    return frozenset(arn for unit in units for arn in _of_file(unit))


def _of_file(unit: Unit) -> Iterator[str]:
    settings = unit.stack.settings
    yield from (arn for arn in settings.roles.by_duty.values() if arn)
    if isinstance(settings, WorkloadSettings):
        yield from filter(None, [settings.publication.parameter.writer_role_arn])
        return
    yield from (role.role_arn for role in settings.hosted_zone_roles.values())
    for connection in settings.connections.values():
        for backend in connection.backends:
            yield from _of_backend(backend)


def _of_backend(backend: Backend) -> Iterator[str]:
    yield from filter(None, [backend.reader_role_arn, backend.accepter_role_arn])


def _by_role(assumed: Iterable[AssumedRole]) -> Mapping[tuple[str, str | None], list[str]]:
    roles: dict[tuple[str, str | None], list[str]] = {}
    for one in assumed:
        roles.setdefault((one.arn, one.external_id), []).append(one.provider)
    return roles


def _remedy(error: Unseen, external_id: str | None) -> str:
    sent = f"the external id {external_id} was sent" if external_id else "no external id was sent"
    return f"{error.remedy} If its trust policy asks for an external id: {sent}."
