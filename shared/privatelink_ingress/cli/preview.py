"""A stack's program, previewed in this process: what it would register, with its look-ups answered by the account."""

from __future__ import annotations

import dataclasses
import json
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.aws import credentials
from privatelink_ingress.aws.reads import Account
from privatelink_ingress.cli.accounts import Accounts, Unseen
from privatelink_ingress.cli.preview_calls import Calls
from privatelink_ingress.cli.references import Assumed
from privatelink_ingress.fleet.deployment import Unit
from privatelink_ingress.local.adapters import invokes
from privatelink_ingress.local.adapters.base import AdapterError, Created, Properties
from privatelink_ingress.local.engine import runner, wire
from privatelink_ingress.local.engine.monitor import PROVIDER, ProgramFailed
from privatelink_ingress.local.engine.registration import Registration, StackOutputs
from privatelink_ingress.plan.edge.shard import edge_tags
from privatelink_ingress.plan.workload import workload_tags
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings import secrets
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.stackfiles import reader
from privatelink_ingress.trace.preflight.bootstrap_roles import UNKNOWN_SERVICE
from privatelink_ingress.trace.preflight.planned import AssumedRole, Planned, Resource, StackSettings

AWS = f"{PROVIDER}aws"

GIVE_RIGHT = "Give the caller this right: `./run preflight --print-policy` prints all that it takes."

DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError")
"""Error codes of a missing right."""

NOT_FOUND = "ParameterNotFound"
"""Error code of a parameter that does not exist (GetParameter, Systems Manager API)."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Preview:
    """What came of it."""

    planned: Planned
    """Without resources where the program could not be previewed."""
    problems: tuple[Problem, ...] = ()
    """At which `pulumi up` would stop before it registers anything."""
    unread: tuple[Problem, ...] = ()
    """Look-ups for which the caller lacks a right: they were answered by stand-ins."""


def of(unit: Unit, root: Path, accounts: Accounts, outputs: Mapping[str, StackOutputs], assumed: Assumed) -> Preview:
    """Run the program of a stack, and again on stand-ins where a look-up stops it: the rest can be judged all the same.

    Args:
        unit: The stack.
        root: Top directory of the repository.
        accounts: Whose credentials the look-ups have.
        outputs: Of the stacks that it reads, by full name.
        assumed: Stand-ins for the answers of look-ups.
    """
    settings = unit.stack.settings
    planned = Planned(
        label=unit.label,
        file=unit.stack.file,
        account_id=unit.account_id,
        region=unit.stack.region,
        settings=settings,
        tags=_tags(settings, unit.name),
    )
    problems: tuple[Problem, ...] = ()
    unread: tuple[Problem, ...] = ()
    hosts = sorted({host for routes in getattr(unit.stack, "routes", ()) for host in routes.hosts})
    for ask in (True, False):
        look_ups, calls = _LookUps(accounts, assumed, ask=ask), Calls(accounts, hosts, DENIED, ask=ask)
        try:
            with credentials.answered_by(calls.account):
                planned = _planned(planned, _run(unit, root, look_ups, outputs))
            break
        except UserError as error:
            problems = problems or error.problems
        finally:
            unread = unread or (*look_ups.unread.values(), *calls.unread(GIVE_RIGHT))
    return Preview(planned=planned, problems=problems, unread=unread)


def _run(unit: Unit, root: Path, backend: _LookUps, outputs: Mapping[str, StackOutputs]) -> runner.StackRun:
    file = secrets.with_stand_ins(reader.read(root / unit.project, unit.name))
    try:
        return runner.run(
            root / unit.project,
            project=unit.project,
            stack=unit.name,
            config=file.config,
            secret_keys=file.secure,
            backend=backend,
            stacks=outputs,
            preview=True,
            timeout=120,
        )
    except ProgramFailed:
        raise
    except Exception as error:
        # The program hands the engine the text of a user's mistake, whose parts are behind it.
        if isinstance(error.__context__, UserError):
            raise error.__context__ from None
        reason = f"cannot be previewed here: {error}"
        raise UserError("The program", [Problem(unit.label, reason, f"Run `{unit.command('preview')}`.")]) from None


class _LookUps:
    """Answers a program's look-ups from the accounts of its providers, and creates nothing."""

    def __init__(self, accounts: Accounts, assumed: Assumed, *, ask: bool = True) -> None:
        self._accounts, self._assumed, self._ask = accounts, assumed, ask
        self._known: dict[str, Account] = {}
        self.unread: dict[str, Problem] = {}
        """Refused look-ups, by token."""

    def create(self, registration: Registration, provider_inputs: Properties) -> Created:
        """Configure a provider; a preview creates nothing else."""
        if not registration.type.startswith(PROVIDER):
            raise AdapterError(f"{registration.type} is not created in a preview")
        return Created(str(uuid.uuid5(uuid.NAMESPACE_URL, registration.urn)), {})

    def invoke(self, token: str, args: Properties, provider_inputs: Properties) -> Properties:
        """What AWS answers; the stand-in where the caller lacks the right, or where AWS is not to be asked.

        Raises:
            AdapterError: AWS refuses or finds nothing, or no credentials are of the provider's account.
        """
        stand_in = self._stand_in(token, args)
        undeployed = str(args.get("serviceName", "")).endswith(UNKNOWN_SERVICE)
        if stand_in is not None and (undeployed or not self._ask):
            return args | stand_in
        rest = dict(args)
        rest.pop("region", None)
        account = self._account(provider_inputs)
        try:
            return invokes.invoke(account, token, rest)
        except AdapterError as refusal:
            if token == t.GET_BUCKET and refusal.code in ("403", "AccessDenied"):
                # The name is of another account, which is told with the other names.
                raise AdapterError(f"reading S3 Bucket ({args['bucket']}): couldn't find resource") from None
            if stand_in is not None and refusal.code == NOT_FOUND and args.get("name") in self._assumed.published:
                return args | stand_in
            if refusal.code not in DENIED or stand_in is None:
                raise
            place = f"account {account.account_id}, {account.region}"
            reason = f"the program's look-up {token.rpartition(':')[2]} was refused: {refusal.message}"
            self.unread[token] = Problem(place, reason, GIVE_RIGHT)
            return args | stand_in

    def _stand_in(self, token: str, args: Properties) -> Properties | None:
        answers = self._assumed.answers
        return answers.get(f"{token} {args.get('name')}", answers.get(token))

    def _account(self, provider_inputs: Properties) -> Account:
        key = json.dumps(provider_inputs, sort_keys=True)
        if key not in self._known:
            [account_id] = json.loads(provider_inputs["allowedAccountIds"])
            role = next(iter(json.loads(provider_inputs.get("assumeRoles") or "[]")), {})
            try:
                self._known[key] = self._accounts.account(
                    account_id, provider_inputs["region"], role.get("roleArn"), role.get("externalId")
                )
            except Unseen as error:
                raise AdapterError(str(error)) from None
        return self._known[key]


def _planned(planned: Planned, run: runner.StackRun) -> Planned:
    resources = tuple(
        Resource(
            type=one.type,
            name=one.name,
            duty=_duty(one.provider or one.providers.get("aws", "")),
            inputs={key: value for key, value in one.inputs.items() if not wire.has_unknown(value)},
            imported=bool(one.import_id),
        )
        for one in run.registrations
        if (one.custom or one.remote) and one.type.startswith(("aws:", "eks:"))
    )
    lookups = frozenset((_duty(one.provider), one.token) for one in run.invokes)
    assumed = tuple(sorted(role for one in run.registrations if one.type == AWS for role in _assumed(one)))
    return dataclasses.replace(planned, resources=resources, lookups=lookups, assumed=assumed)


def _assumed(provider: Registration) -> Iterator[AssumedRole]:
    for role in json.loads(provider.inputs.get("assumeRoles") or "[]"):
        yield AssumedRole(role["roleArn"], role.get("externalId"), provider.name)


def _duty(provider: str) -> str:
    name = provider.rpartition("::")[2]
    # The cluster is a component of another package, whose parts its own duty's provider creates.
    return name or "eks"


def _tags(settings: StackSettings, stack: str) -> dict[str, Any]:
    return workload_tags(settings, stack) if isinstance(settings, WorkloadSettings) else edge_tags(settings, stack)
