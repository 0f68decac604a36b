"""The local cloud as a backend: each resource's provider determines its account or cluster."""

from __future__ import annotations

import copy
import dataclasses
import uuid
from collections.abc import Collection
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.arns import Arn
from privatelink_ingress.fleet.resource_kinds import kind_of
from privatelink_ingress.fleet.untagged_kinds import import_id_of
from privatelink_ingress.local.adapters import invokes, readings, unsupported, updates
from privatelink_ingress.local.adapters.base import AdapterError, Aws, Created, Properties
from privatelink_ingress.local.adapters.table import adapter_for
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.engine import sdk, wire
from privatelink_ingress.local.engine.monitor import PROVIDER
from privatelink_ingress.local.engine.registration import Registration
from privatelink_ingress.local.provider_targets import ProviderTargets, default_tags


class CloudBackend:
    """Creates resources in an emulated AWS, as the credentials of one account allow."""

    def __init__(self, cloud: Cloud, ambient_account_id: str, region: str, *, kubernetes: Any = None) -> None:
        """`ambient_account_id` and `region` are what providers without a role or Region use.

        `kubernetes` stores the objects of clusters; stacks share one store.
        """
        self._cloud = cloud
        self._targets = ProviderTargets(cloud, ambient_account_id, region, kubernetes)

    def create(self, registration: Registration, provider_inputs: Properties) -> Created:
        """Create the resource with its adapter; for an AWS provider, check its account.

        Raises:
            AdapterError: no adapter, a wrong account, a leftover input, or AWS refuses.
        """
        if registration.type.startswith(PROVIDER):
            if registration.type == t.AWS_PROVIDER:
                self._targets.aws(registration.inputs)
            return Created(str(uuid.uuid5(uuid.NAMESPACE_URL, registration.urn)), {})
        if registration.import_id:
            return self._import(registration, provider_inputs)
        adapter = adapter_for(registration.type)
        inputs = copy.deepcopy(registration.inputs)
        if registration.type.startswith("kubernetes:"):
            return adapter.create(self._targets.kubernetes(provider_inputs), inputs)
        unsupported.refuse_unsupported(registration.type, (name for name in inputs if inputs[name] not in (None, [])))
        named = sdk.auto_name(registration.type, registration.name, registration.urn, inputs)
        target = self._target(registration, provider_inputs)
        created = adapter.create(target, self._asked(registration, provider_inputs) | named)
        outputs = created.outputs | named | self._echoed(registration, provider_inputs, target)
        made = dataclasses.replace(registration, id=created.id, outputs=dict(registration.inputs) | outputs)
        for import_id in _import_ids(registration, created.id, outputs):
            self._cloud.created[self._place(target, registration.type, import_id)] = made
        return Created(created.id, outputs, created.children)

    def imported(self, registration: Registration, provider_inputs: Properties) -> Registration | None:
        """The created resource that `registration` names by its type and import id; None when AWS has none."""
        target = self._target(registration, provider_inputs)
        if registration.type.startswith("kubernetes:"):
            found = readings.read(target, registration.type, registration.id, {})
            return None if found is None else dataclasses.replace(registration, inputs=found, outputs=found)
        made = self._cloud.created.get(self._place(target, registration.type, registration.id))
        if made is None and registration.type == t.LOG_GROUP:
            # A service of AWS may have created it.
            arn = f"arn:aws:logs:{target.region}:{target.account_id}:log-group:{registration.id}"
            known = {"name": registration.id, "arn": arn, "retentionInDays": 0, "tags": {}, "tagsAll": {}}
            return dataclasses.replace(registration, inputs={"name": registration.id}, outputs=known)
        return made

    def _import(self, registration: Registration, provider_inputs: Properties) -> Created:
        """What exists under the import id, changed to the registered inputs where they differ, as by the engine."""
        named = dataclasses.replace(registration, id=registration.import_id)
        found = self.imported(named, provider_inputs)
        outputs = self.read(found, dict(found.outputs), provider_inputs) if found else None
        if found is None or outputs is None:
            raise AdapterError(f"{registration.type}: nothing to import as {registration.import_id}")
        return Created(found.id, self.update(dataclasses.replace(named, id=found.id), outputs, provider_inputs))

    @staticmethod
    def _place(target: Aws, type_: str, import_id: str) -> tuple[str, ...]:
        return target.account_id, target.region, type_, import_id

    def update(
        self,
        registration: Registration,
        state: Properties,
        provider_inputs: Properties,
        removed: Collection[str] = frozenset(),
    ) -> Properties:
        """Update the resource with the outputs `state` to the inputs; returns its outputs, without those `removed`.

        Raises:
            AdapterError: the type has no update for one of the inputs that differ, or AWS refuses.
        """
        target = self._target(registration, provider_inputs)
        old = state | ({"tags": state["tagsAll"]} if "tagsAll" in state else {})
        outputs = updates.update(
            target, registration.type, registration.id, old, self._asked(registration, provider_inputs)
        )
        kept = {name: value for name, value in state.items() if name not in removed}
        return kept | registration.inputs | outputs | self._echoed(registration, provider_inputs, target)

    def read(self, registration: Registration, state: Properties, provider_inputs: Properties) -> Properties | None:
        """The resource's current outputs; None when it no longer exists."""
        found = readings.read(self._target(registration, provider_inputs), registration.type, registration.id, state)
        if found is None:
            return None
        if "tagsAll" in found:
            own, defaults = state.get("tags") or {}, default_tags(provider_inputs)
            tags = found["tagsAll"].items()
            found["tags"] = {key: value for key, value in tags if key in own or defaults.get(key) != value}
        return {key: value for key, value in (state | found).items() if value is not None}

    def tags_all(self, type_: str, inputs: Properties, provider_inputs: Properties) -> Properties:
        """`tagsAll`, the tags with the provider's default ones, for a type with tags; else empty."""
        if not sdk.takes_tags(type_):
            return {}
        tags = inputs.get("tags", {})
        return {"tagsAll": tags if isinstance(tags, str) else default_tags(provider_inputs) | tags}

    def configure(self, provider_inputs: Properties) -> None:
        """Check the account of an AWS provider. A kubernetes provider's cluster is looked up on first use.

        Raises:
            AdapterError: a wrong account, or an input that is not understood.
        """
        if "kubeconfig" not in provider_inputs and not wire.has_unknown(provider_inputs):
            self._targets.aws(provider_inputs)

    def _target(self, registration: Registration, provider_inputs: Properties) -> Any:
        if registration.type.startswith("kubernetes:"):
            return self._targets.kubernetes(provider_inputs)
        own_region = registration.inputs.get("region") if sdk.is_aws(registration.type) else None
        return self._targets.aws(provider_inputs, own_region)

    def _asked(self, registration: Registration, provider_inputs: Properties) -> Properties:
        """The inputs for the adapter: with all tags, without the Region."""
        inputs = copy.deepcopy(registration.inputs)
        if sdk.is_aws(registration.type):
            inputs.pop("region", None)
        tags = self.tags_all(registration.type, inputs, provider_inputs).get("tagsAll")
        return inputs | ({"tags": tags} if tags else {})

    def _echoed(self, registration: Registration, provider_inputs: Properties, target: Aws) -> Properties:
        """Outputs that every AWS resource has."""
        if not sdk.is_aws(registration.type):
            return {}
        tags = self.tags_all(registration.type, registration.inputs, provider_inputs)
        return {"region": target.region} | ({"tags": registration.inputs.get("tags", {})} | tags if tags else {})

    def delete(self, registration: Registration, provider_inputs: Properties) -> None:
        """Delete the registration's resource. Deleting a missing one succeeds, as in the providers.

        Raises:
            AdapterError: AWS refuses, because the resource is in use or protected.
        """
        if registration.type.startswith(PROVIDER):
            return
        target = self._target(registration, provider_inputs)
        try:
            adapter_for(registration.type).delete(target, registration.id, dict(registration.outputs))
        except AdapterError as refusal:
            if not readings.is_gone(refusal):
                raise

    def invoke(self, token: str, args: Properties, provider_inputs: Properties) -> Properties:
        """Answer a function of the AWS provider (`adapters.invokes`).

        Raises:
            AdapterError: an unknown function, a wrong account, or AWS refuses.
        """
        rest = dict(args)
        return invokes.invoke(self._targets.aws(provider_inputs, rest.pop("region", None)), token, rest)


def _import_ids(registration: Registration, id_: str, outputs: Properties) -> set[str]:
    """What an import may call a created resource: some are not imported by their id."""
    found = {import_id_of(registration.type, registration.inputs) or id_}
    if registration.type.startswith("aws:") and outputs.get("arn"):
        kind = kind_of(arn := Arn.parse(outputs["arn"]))
        found |= {kind.import_id(arn)} if kind and kind.type == registration.type else set()
    return found
