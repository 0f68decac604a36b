"""One provider instance as Pulumi's engine calls it: check, diff, create, read, update, delete, invoke.

The protocol is Pulumi's `proto/pulumi/provider.proto`. It is implemented here on the protobuf messages,
since the SDK's provider classes cannot send an unknown value and lose which part of a property is secret.
"""

from __future__ import annotations

import hashlib
from typing import Any

from google.protobuf.empty_pb2 import Empty  # ty: ignore[missing-module-member]
from pulumi.runtime.proto import provider_pb2

from privatelink_ingress.local.adapters.base import AdapterError, Properties
from privatelink_ingress.local.cloud_backend import CloudBackend
from privatelink_ingress.local.engine import schema, sdk, wire
from privatelink_ingress.local.engine.registration import Registration
from privatelink_ingress.local.providers import checks, comparison, replacement, rules
from privatelink_ingress.local.providers.base import Servicer, answering
from privatelink_ingress.local.providers.observation import Call, Observer, observed

DEFAULTS = "__defaults"
"""The input in which the bridge records the names of inputs that it chose itself."""
KINDS = provider_pb2.PropertyDiff


class Provider(Servicer):
    """A provider of AWS resources or of Kubernetes objects, configured by its own inputs.

    Its only state is its configuration: resources are in the emulated AWS.
    """

    def __init__(self, backend: CloudBackend, version: str, observer: Observer, engine_pid: int) -> None:
        """Serve `backend` to one engine process; `version` is the one that the SDK requests."""
        super().__init__(version)
        self._backend, self._observer, self._engine_pid = backend, observer, engine_pid
        self._inputs: Properties = {}

    @answering
    def Handshake(self, request: Any) -> Any:  # noqa: N802
        """Report the supported parts of the protocol, before any other call."""
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    @answering
    def Configure(self, request: Any) -> Any:  # noqa: N802
        """Apply the configuration; for AWS, check its account guard."""
        self._inputs, _ = wire.decode(request.args)
        self._backend.configure(self._inputs)
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    @answering
    def Check(self, request: Any) -> Any:  # noqa: N802
        """The inputs, with the existing name or a new one unless the program sets one; and why they are refused."""
        inputs, secrets = wire.decode(request.news)
        olds, _ = wire.decode(request.olds)
        type_, name = _identity(request.urn)
        refused = checks.failures(type_, name, inputs, secrets)
        chosen = olds.get(DEFAULTS) or []
        kept = {key: olds[key] for key in chosen if key in olds and key not in inputs}
        seed = hashlib.sha256(request.randomSeed).hexdigest()
        named = kept or sdk.auto_name(type_, name, request.urn + seed, inputs)
        if named:
            inputs |= named | {DEFAULTS: sorted(named)}
        return provider_pb2.CheckResponse(
            inputs=wire.encode(inputs, secrets),
            failures=[provider_pb2.CheckFailure(reason=reason) for reason in refused],
        )

    @answering
    def Diff(self, request: Any) -> Any:  # noqa: N802
        """The difference, classified by the table of replacements."""
        type_, _ = _identity(request.urn)
        new, old, state = (wire.decode(each)[0] for each in (request.news, request.old_inputs, request.olds))
        auto_named = bool(new.pop(DEFAULTS, None))
        old.pop(DEFAULTS, None)
        new |= self._backend.tags_all(type_, new, self._inputs)
        change = rules.change(
            replacement.rule_for(type_), type_, new=new, old_inputs=old, state=state, auto_named=auto_named
        )
        detailed = {
            key: provider_pb2.PropertyDiff(
                kind=KINDS.UPDATE_REPLACE if key in change.replaced_by else KINDS.UPDATE, inputDiff=True
            )
            for key in change.inputs
        }
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if change.inputs else provider_pb2.DiffResponse.DIFF_NONE,
            diffs=change.inputs,
            replaces=change.replaced_by,
            deleteBeforeReplace=change.delete_first,
            detailedDiff=detailed,
            hasDetailedDiff=True,
        )

    @answering
    def Create(self, request: Any) -> Any:  # noqa: N802
        """Create; in a preview, return the known values."""
        registration = self._registration(request, request.properties)
        inputs = dict(registration.inputs)
        if request.preview:
            return provider_pb2.CreateResponse(properties=wire.encode(inputs, registration.secret_inputs))
        call = self._call("create", registration)
        created = observed(self._observer, call, lambda: self._backend.create(registration, self._inputs))
        state = inputs | created.outputs
        return provider_pb2.CreateResponse(id=created.id, properties=wire.encode(state, registration.secret_inputs))

    @answering
    def Update(self, request: Any) -> Any:  # noqa: N802
        """Update in place; in a preview, return the new inputs over the unchanged outputs."""
        registration = self._registration(request, request.news)
        state, inputs, old = wire.decode(request.olds)[0], dict(registration.inputs), wire.decode(request.old_inputs)[0]
        removed = (old.keys() | schema.not_computed(registration.type)) - inputs.keys()
        if request.preview:
            recomputed = replacement.rule_for(registration.type).recomputed
            kept = {name: value for name, value in state.items() if name not in removed}
            planned = comparison.planned(kept, inputs, old) | dict.fromkeys(recomputed, wire.UNKNOWN)
            return provider_pb2.UpdateResponse(properties=wire.encode(planned, registration.secret_inputs))
        call = self._call("update", registration)
        outputs = observed(
            self._observer, call, lambda: self._backend.update(registration, state, self._inputs, removed)
        )
        return provider_pb2.UpdateResponse(properties=wire.encode(outputs, registration.secret_inputs))

    @answering
    def Read(self, request: Any) -> Any:  # noqa: N802
        """The resource's current state; without an id when it no longer exists."""
        registration = self._registration(request, request.inputs)
        state, secrets = wire.decode(request.properties)
        if not state:  # an import
            imported = self._backend.imported(registration, self._inputs)
            if imported is None:
                return provider_pb2.ReadResponse(id="")
            registration, state, secrets = imported, imported.outputs, imported.secret_inputs
        found = self._backend.read(registration, state, self._inputs)
        if found is None:
            return provider_pb2.ReadResponse(id="")
        inputs = rules.inputs_of(replacement.rule_for(registration.type), registration.type, registration.inputs, found)
        if DEFAULTS in request.inputs.fields:
            inputs[DEFAULTS] = wire.decode(request.inputs)[0][DEFAULTS]
        marked = registration.secret_inputs | secrets
        return provider_pb2.ReadResponse(
            id=registration.id,
            properties=wire.encode(found, marked),
            inputs=wire.encode(inputs, registration.secret_inputs),
        )

    @answering
    def Delete(self, request: Any) -> Any:  # noqa: N802
        """Delete, or return AWS's refusal."""
        registration = self._registration(request, request.old_inputs)
        registration.outputs, _ = wire.decode(request.properties)
        call = self._call("delete", registration)
        observed(self._observer, call, lambda: self._backend.delete(registration, self._inputs))
        return Empty()

    @answering
    def Invoke(self, request: Any) -> Any:  # noqa: N802
        """Call a function; a refusal is a failure of the call, not of the provider."""
        args, _ = wire.decode(request.args)
        try:
            answer = self._backend.invoke(request.tok, args, self._inputs)
        except AdapterError as refusal:
            return provider_pb2.InvokeResponse(failures=[provider_pb2.CheckFailure(reason=str(refusal))])
        return provider_pb2.InvokeResponse(**{"return": wire.encode(answer)})  # ty: ignore[unknown-argument]

    @answering
    def Cancel(self, request: Any) -> Any:  # noqa: N802
        """Tell the observer; no call runs for long."""
        self._observer.interrupted(self._engine_pid)
        return Empty()

    def _call(self, operation: str, registration: Registration) -> Call:
        return Call(operation, registration.type, registration.urn, registration.id, self._engine_pid)

    def _registration(self, request: Any, properties: Any) -> Registration:
        type_, name = _identity(request.urn)
        inputs, secrets = wire.decode(properties)
        inputs.pop(DEFAULTS, None)
        return Registration(
            type=type_,
            name=name,
            urn=request.urn,
            id=getattr(request, "id", ""),
            inputs=inputs,
            secret_inputs=secrets,
            custom=True,
        )


def _identity(urn: str) -> tuple[str, str]:
    """A resource's type and name, from its URN."""
    _, _, chain, name = urn.split("::", 3)
    return chain.rpartition("$")[2], name
