"""The resource monitor of an in-process run: Pulumi's SDK calls it in place of the engine's.

It records every registration as the engine would see it, with the engine's URNs, refuses what the engine refuses, and
has a `Backend` create resources and answer functions. It knows nothing of AWS.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto import provider_pb2, resource_pb2

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import AdapterError, Created, Properties
from privatelink_ingress.local.engine import wire
from privatelink_ingress.local.engine.registration import Invocation, Registration, StackOutputs
from privatelink_ingress.problems import Problem, UserError

PROVIDER = "pulumi:providers:"
"""Prefix of the types of provider resources."""


class ProgramFailed(UserError):
    """A run stopped at a resource: its URN and the reason. The URN is empty when no single resource is at fault."""

    def __init__(self, urn: str, reason: str) -> None:
        super().__init__("The program did not run to its end", [Problem(urn or "the program", reason)])
        self.urn, self.reason = urn, reason


class Backend(Protocol):
    """Creates resources from registrations. Called from several threads at once."""

    def create(self, registration: Registration, provider_inputs: Properties) -> Created:
        """Create a custom or remote resource, or configure a provider (`pulumi:providers:…`).

        Args:
            registration: with secrets unwrapped.
            provider_inputs: of the provider that serves it, as registered (nested values are JSON text); empty for
                the default provider.
        """

    def invoke(self, token: str, args: Properties, provider_inputs: Properties) -> Properties:
        """Call a function, such as `aws:index/getAvailabilityZones:getAvailabilityZones`."""


class Monitor(MockMonitor):
    """Records registrations and hands them to a backend. The SDK calls its methods from worker threads."""

    def __init__(
        self,
        *,
        project: str,
        stack: str,
        backend: Backend,
        stacks: Mapping[str, StackOutputs],
        preview: bool,
        on_event: Callable[[Registration], None] | None,
    ) -> None:
        self._project, self._stack, self._backend, self._stacks = project, stack, backend, stacks
        self._preview, self._on_event = preview, on_event
        self._lock = threading.Lock()
        self.by_urn: dict[str, Registration] = {}
        self.invocations: list[Invocation] = []
        self.failure: BaseException | None = None
        """The first failure; nothing is created after it."""

    def urn(self, parent: str, type_: str, name: str) -> str:
        """The engine's URN: the types of all parents but the stack, then the type's own."""
        ancestors = parent.split("::")[2] if parent else t.STACK
        chain = type_ if ancestors == t.STACK else f"{ancestors}${type_}"
        return f"urn:pulumi:{self._stack}::{self._project}::{chain}::{name}"

    def RegisterResource(self, request: Any) -> resource_pb2.RegisterResourceResponse:  # noqa: N802
        """Record, then create."""
        registration = self._registration(request)
        self._record(registration)
        if request.custom or request.remote:
            self._create(registration)
        if self._on_event:
            self._on_event(registration)
        return resource_pb2.RegisterResourceResponse(
            urn=registration.urn,
            id=registration.id,
            object=wire.encode(registration.outputs, registration.secret_outputs),
        )

    def ReadResource(self, request: Any) -> resource_pb2.ReadResourceResponse:  # noqa: N802
        """Answer a stack reference from the given exports."""
        urn = self.urn(request.parent, request.type, request.name)
        if request.type != t.STACK_REFERENCE:
            raise self._failed(urn, f"reading an existing {request.type} ({request.id}) is not possible in-process")
        if request.id not in self._stacks:
            known = ", ".join(sorted(self._stacks)) or "none"
            raise self._failed(urn, f"unknown stack {request.id!r}; the stacks of this run: {known}")
        exports = self._stacks[request.id]
        registration = Registration(
            type=request.type,
            name=request.name,
            urn=urn,
            parent=request.parent,
            id=request.id,
            inputs={"name": request.id},
            outputs={
                "name": request.id,
                "outputs": dict(exports.values),
                "secretOutputNames": sorted(exports.secret),
            },
            secret_outputs=frozenset(("outputs", name) for name in exports.secret),
            custom=True,
            external=True,
            depends_on=tuple(request.dependencies),
        )
        self._record(registration)
        if self._on_event:
            self._on_event(registration)
        # Sent without marks, as the engine sends them for callers of `get_output_details`: see `secretOutputNames`.
        return resource_pb2.ReadResourceResponse(urn=urn, properties=wire.encode(registration.outputs))

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802
        """Record a component's outputs, or the stack's exports."""
        registration = self.by_urn[request.urn]
        registration.outputs, registration.secret_outputs = wire.decode(request.outputs)
        return super().RegisterResourceOutputs(request)

    def Invoke(self, request: Any) -> resource_pb2.ResourceInvokeResponse:  # noqa: N802
        """Record, then answer. A failure reaches the program as the engine's: `invoke of … failed`."""
        args, _ = wire.decode(request.args)
        provider = _without_id(request.provider)
        with self._lock:
            self.invocations.append(Invocation(token=request.tok, provider=provider, args=args))
        provider_inputs = self._inputs_of(provider)
        if self._preview and wire.has_unknown([args, provider_inputs]):
            return resource_pb2.ResourceInvokeResponse(unknown=True)
        try:
            answer = self._backend.invoke(request.tok, args, provider_inputs)
        except Exception as error:
            failure = provider_pb2.CheckFailure(reason=_reason(error))
            return resource_pb2.ResourceInvokeResponse(failures=[failure])
        return resource_pb2.ResourceInvokeResponse(**{"return": wire.encode(answer)})  # ty: ignore[unknown-argument]

    def Call(self, request: Any) -> Any:  # noqa: N802
        """Refuse: methods of remote components run in a provider process."""
        raise self._failed("", f"calling {request.tok} is not possible in-process")

    def _registration(self, request: Any) -> Registration:
        inputs, secrets = wire.decode(request.object)
        timeouts = {name: getattr(request.customTimeouts, name) for name in ("create", "update", "delete")}
        return Registration(
            type=request.type,
            name=request.name,
            urn=self.urn(request.parent, request.type, request.name),
            parent=request.parent,
            provider=_without_id(request.provider),
            providers={package: _without_id(reference) for package, reference in request.providers.items()},
            inputs=inputs,
            secret_inputs=secrets,
            custom=request.custom,
            remote=request.remote,
            import_id=request.importId,
            protect=request.protect,
            depends_on=tuple(sorted(request.dependencies)),
            property_dependencies={
                name: tuple(sorted(dependencies.urns))
                for name, dependencies in sorted(request.propertyDependencies.items())
                if dependencies.urns
            },
            aliases=tuple(
                alias.urn or (alias.spec.name, alias.spec.type, alias.spec.parentUrn, alias.spec.noParent)
                for alias in request.aliases
            ),
            delete_before_replace=request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
            ignore_changes=tuple(request.ignoreChanges),
            retain_on_delete=request.retainOnDelete,
            custom_timeouts={name: value for name, value in timeouts.items() if value},
            additional_secret_outputs=tuple(sorted(request.additionalSecretOutputs)),
            replace_on_changes=tuple(request.replaceOnChanges),
            replace_with=tuple(request.replace_with),
            before_delete=tuple(request.hooks.before_delete),
        )

    def _record(self, registration: Registration) -> None:
        with self._lock:
            if self.failure:
                raise self.failure
            duplicate = registration.urn in self.by_urn
            self.by_urn.setdefault(registration.urn, registration)
        if duplicate:
            raise self._failed(registration.urn, f"Duplicate resource URN {registration.urn!r}; give it another name")

    def _create(self, registration: Registration) -> None:
        outputs: Properties = dict(registration.inputs)
        is_provider = registration.type.startswith(PROVIDER)
        if not self._preview or (is_provider and not wire.has_unknown(registration.inputs)):
            # A provider is configured in a preview too, where an account guard has to refuse already.
            try:
                created = self._make(registration)
            except Exception as error:
                raise self._failed(registration.urn, _reason(error), error) from error
            outputs |= created.outputs
            registration.id = "" if self._preview else created.id
            registration.children = created.children
        registration.outputs = outputs
        # An output that echoes a secret input is secret too; the SDK names the others.
        registration.secret_outputs = registration.secret_inputs | {
            (name,) for name in registration.additional_secret_outputs if name in outputs
        }

    def _make(self, registration: Registration) -> Created:
        if registration.type == t.STASH:
            id_ = str(uuid.uuid5(uuid.NAMESPACE_URL, registration.urn))
            return Created(id_, {"output": registration.inputs["input"]})
        return self._backend.create(registration, self._provider_inputs(registration))

    def _provider_inputs(self, registration: Registration) -> Properties:
        if registration.remote and not registration.provider:
            return self._inputs_of(registration.providers.get("aws", ""))
        return self._inputs_of(registration.provider)

    def _inputs_of(self, urn: str) -> Properties:
        return self.by_urn[urn].inputs if urn in self.by_urn else {}

    def _failed(self, urn: str, reason: str, cause: BaseException | None = None) -> BaseException:
        failure = ProgramFailed(urn, reason)
        failure.__cause__ = cause
        with self._lock:
            self.failure = self.failure or failure
            return self.failure


def _without_id(reference: str) -> str:
    """The URN of a provider reference, which is `<urn>::<id>`."""
    return reference.rpartition("::")[0]


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, AdapterError) else f"{type(error).__name__}: {error}"
