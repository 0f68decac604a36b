"""`preflight`: judges before the first `pulumi up` whether a stack can be deployed into its account. Reads only."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from privatelink_ingress.aws.preflight import names as taken_names
from privatelink_ingress.aws.preflight import policy as own_policy
from privatelink_ingress.aws.preflight import region as regional
from privatelink_ingress.aws.preflight import rights as simulated
from privatelink_ingress.aws.reads import Account, Reads
from privatelink_ingress.cli import (
    assumed_roles,
    image_sources,
    preflight_adopted,
    preflight_dns,
    preflight_quotas,
    preview,
    pulumi_machine,
    references,
    shards,
)
from privatelink_ingress.cli.accounts import Accounts, Unseen, remedy_of
from privatelink_ingress.deployment import kubernetes_api
from privatelink_ingress.fleet import check, deployment, repository
from privatelink_ingress.fleet.deployment import Unit
from privatelink_ingress.fleet.repository import Stacks
from privatelink_ingress.fleet.stacks import Workload
from privatelink_ingress.plan.edge.shard import EdgePlan
from privatelink_ingress.plan.workload import WorkloadPlan, connection_name
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.public_dns.resolver import Resolver
from privatelink_ingress.regions import home, partition
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.trace.judgements.findings import Diagnosis, found
from privatelink_ingress.trace.preflight import bootstrap_roles, machine, names, rights, unproven, zones
from privatelink_ingress.trace.preflight import shards as attached
from privatelink_ingress.trace.preflight.planned import Planned


@dataclasses.dataclass(frozen=True, kw_only=True)
class Scope:
    """What is to be judged."""

    root: Path
    stacks: Stacks
    units: tuple[Unit, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Report:
    """What was judged, and what is wrong."""

    stacks: tuple[str, ...]
    found: tuple[Diagnosis, ...]
    unread: tuple[Problem, ...] = ()
    """What could not be read."""

    @property
    def healthy(self) -> bool:
        """Whether there is no error and no warning."""
        return all(one.severity == "not seen" for one in self.found)


def chosen(root: Path, wanted: Sequence[str]) -> Scope:
    """The stacks with these names; all when there are none.

    Raises:
        UserError: stack files have mistakes, alone or together.
        UsageError: with each name that no stack file has.
    """
    stacks = repository.read_right(root)
    units = deployment.select(deployment.units(stacks), wanted)
    if findings := check.compare(stacks):
        raise UserError("Stack files have mistakes", [one.problem.in_file(one.file) for one in findings])
    return Scope(root=root, stacks=stacks, units=units)


def report(
    scope: Scope,
    accounts: Accounts,
    probe: kubernetes_api.Probe | None = None,
    ask: image_sources.Ask | None = None,
    resolver: Resolver | None = None,
) -> Report:
    """Preview each program in its account, and judge what it would register.

    Args:
        scope: The stacks.
        accounts: Whose credentials AWS is asked with.
        probe: Tries a cluster's Kubernetes API; None does not.
        ask: Asks the source of an image; None does not.
        resolver: Is asked for delegations; None is not.
    """
    known = references.Known(scope.stacks)
    diagnoses, unread = list[Diagnosis](), list[Problem]()
    for unit in scope.units:  # workloads first: the edge's program reads what they would publish
        try:
            reads = Reads(_account(unit, accounts), remedy=preview.GIVE_RIGHT)
            diagnoses += _judged(unit, scope.root, accounts, reads, known, resolver)
            if isinstance(unit.stack, Workload) and unit.stack.settings.controller.install:
                diagnoses += _api(unit, reads, probe)
            if isinstance(plan := scope.stacks.report.plans.get(unit.label), WorkloadPlan):
                diagnoses += image_sources.judge(unit, plan, reads, ask)
            unread += reads.unread.values()
        except (Unseen, BotoCoreError, ClientError) as error:
            diagnoses.append(_no_credentials(unit, accounts, error))
    diagnoses += machine.judge(pulumi_machine.look(scope.root))
    return Report(stacks=tuple(unit.label for unit in scope.units), found=tuple(diagnoses), unread=tuple(unread))


def _account(unit: Unit, accounts: Accounts) -> Account:
    roles = unit.stack.settings.roles
    return accounts.account(unit.account_id, unit.stack.region, roles.network, roles.external_id)


def _no_credentials(unit: Unit, accounts: Accounts, error: Exception) -> Diagnosis:
    region, at_home = unit.stack.region, home(unit.stack.region)
    try:
        if region != at_home and not regional.is_enabled(accounts.account(unit.account_id, at_home), region):
            reason = f"{region} is not enabled in account {unit.account_id}: nothing of this stack was judged"
            remedy = f"`aws account enable-region --region-name {region}`, and wait until it is enabled."
            return found(unit.label, "error", "Region", reason, remedy, str(error))
    except (Unseen, BotoCoreError, ClientError):
        pass
    reason = f"there are none for account {unit.account_id}, which {unit.stack.file} names: nothing of it was judged"
    if not isinstance(error, Unseen):
        reason = f"AWS does not answer for account {unit.account_id}, so not all of the stack was judged"
    remedy = remedy_of(error, f"Name a profile for account {unit.account_id} with --profile, or correct accountId.")
    return found(unit.label, "error", "Credentials", reason, remedy, str(error))


def _judged(
    unit: Unit,
    root: Path,
    accounts: Accounts,
    reads: Reads,
    known: references.Known,
    resolver: Resolver | None,
) -> Iterator[Diagnosis]:
    account = reads.account
    states = reads.part("zones", lambda: regional.zones(account), {})
    seen = preview.of(unit, root, accounts, known.outputs(unit, states), known.assumed(unit))
    planned = seen.planned
    known.add(planned)
    reads.unread |= {problem.reason: problem for problem in seen.unread}
    for problem in seen.problems:
        yield found(unit.label, "error", "Program", f"{problem.where} {problem.reason}", problem.remedy)
    if states:
        yield from zones.judge(planned, states)
    if types := zones.instance_types(planned):
        offered = reads.part("instance types", lambda: regional.instance_types(account, types), None)
        yield from zones.judge_types(planned, offered) if offered is not None else ()
    if not planned.resources:
        reason = "rights, names and quotas were not judged, since the program cannot be previewed"
        yield found(unit.label, "not seen", "Program", reason, "Correct the findings above, and run this again.")
        return
    missing = set[str]()
    yield from _rights(planned, reads, shards.of(unit, reads, known), missing)
    yield from assumed_roles.judge(planned, accounts, missing)
    yield from preflight_adopted.judge(planned, accounts, reads)
    yield from preflight_dns.judge(planned, accounts, reads, resolver)
    taken = taken_names.taken(reads, names.wanted(planned))
    own = reads.part("resources of the stack", lambda: taken_names.own(account, planned.label), None)
    if own is not None:
        yield from names.judge(planned, taken, own)
        yield from preflight_quotas.judge(planned, reads, own, known)


def _api(unit: Unit, reads: Reads, probe: kubernetes_api.Probe | None) -> Iterator[Diagnosis]:
    settings = unit.stack.settings
    assert isinstance(settings, WorkloadSettings)
    existing = settings.cluster.existing
    name = existing.name if existing else connection_name(settings, unit.name)
    host = reads.part("the cluster", lambda: regional.api_host(reads.account, name), None)
    silent = probe(host, 443) if host and probe else None
    yield from unproven.judge_api(unit.label, host, silent)


def _rights(planned: Planned, reads: Reads, shard: attached.Shard | None, missing: set[str]) -> Iterator[Diagnosis]:
    """Adds the ARNs of roles that do not exist to `missing`."""
    yield from attached.judge(planned, shard)
    asked = list(rights.questions(planned, shard))
    duties = sorted({one.duty for one in asked})
    principals: dict[str, str] = {}
    for duty in duties:
        try:
            principal = planned.roles[duty] or reads.part(
                "the caller's role", lambda: simulated.caller(reads.account), None
            )
        except simulated.NotSimulated as error:
            remedy = "Run this as the role that will deploy."
            yield found(planned.label, "not seen", attached.WHERE, f"duty {duty}: {error}", remedy)
            continue
        if principal:
            principals[duty] = principal
    denied = []
    for principal in sorted(set(principals.values())):
        own = [one for one in asked if principals.get(one.duty) == principal]
        try:
            denied += reads.part(f"rights of {principal}", functools.partial(_simulate, reads, principal, own), [])
        except _NoSuchPrincipal:
            missing.add(principal)
            reason = f"{principal} does not exist"
            remedy = "Deploy `bootstrap/`, which creates the roles, or correct the ARN under `roles`."
            yield found(planned.label, "error", attached.WHERE, reason, remedy)
    yield from rights.judge(planned, denied, principals)


class _NoSuchPrincipal(Exception):
    """IAM knows no such role or user."""


def _simulate(reads: Reads, principal: str, asked: list[rights.Question]) -> list[rights.Denied]:
    try:
        return simulated.denied(reads.account, principal, asked)
    except ClientError as error:
        if simulated.does_not_exist(error):
            raise _NoSuchPrincipal from None
        raise


def policy(scope: Scope) -> str:
    """The least rights of the caller for these stacks, as a policy document."""
    plans = (one for one in scope.stacks.report.plans.values() if isinstance(one, EdgePlan))
    regions = [unit.stack.region for unit in scope.units]
    return own_policy.document(
        buckets=[one.logs.bucket for one in plans],
        parameters=[one for unit in scope.units for one in bootstrap_roles.parameters(unit.stack.settings)],
        roles=assumed_roles.of_files(scope.units),
        partition=partition(regions[0]) if regions else "aws",
    )
