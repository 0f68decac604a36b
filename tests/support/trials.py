"""One change of one input through the provider plugin: what the engine would learn of it, step by step."""

from __future__ import annotations

import copy
import dataclasses

from privatelink_ingress import tokens as t
from privatelink_ingress.local.engine import wire
from tests.support.changes import other
from tests.support.plugin import Properties, Refused, Resource, Samples

ONE_WAY = {
    (t.ADDON, "addonVersion"),
    (t.CLUSTER, "version"),
    (t.ENDPOINT_SERVICE, "networkLoadBalancerArns"),
    (t.NODE_GROUP, "version"),
}
"""AWS does not take back a version of Kubernetes, nor a load balancer while endpoints are connected."""


@dataclasses.dataclass
class Trial:
    """What happened to one change."""

    new: object
    replaced: bool
    refusal: str = ""
    seen: object = None
    """The input that a refresh with the old state records."""
    again: frozenset[str] = frozenset()
    """What differs in an `up` after the update, and in one after a refresh."""
    read: Properties = dataclasses.field(default_factory=dict)
    """The inputs that a refresh after the update records, where they are not the new ones."""
    secret: bool = True
    back: str = ""
    """Why the old value could not be restored, or what was left of the new one."""


def tried(resource: Resource, name: str, samples: Samples) -> Trial:
    """Change one input, look at AWS, and change it back."""
    old, recorded = copy.deepcopy(resource.inputs), copy.deepcopy(resource.state)
    new = copy.deepcopy(old) | {name: other(resource, name, samples)}
    assert resource.check(new)[2] == [], f"{resource.type}: {name}"
    difference = resource.diff(new)
    assert name in difference.changed, f"{resource.type}: {name}"
    trial = Trial(new[name], bool(difference.replaced_by))
    if trial.replaced:
        return trial
    try:
        state, secrets = resource.plugin.update(
            resource.urn, resource.id, news=new, olds=old, state=recorded, secrets=frozenset({(name,)})
        )
    except Refused as refusal:
        trial.refusal = str(refusal)
        return trial
    trial.secret = (name,) in secrets
    trial.seen = resource.read()[1].get(name)
    resource.record(new, state)
    _, inputs, outputs = resource.read()
    trial.read = {key: inputs.get(key) for key in inputs.keys() | new.keys() if inputs.get(key) != new.get(key)}
    trial.again = resource.diff(new).changed | resource.diff(new, olds=inputs, state=outputs).changed
    if (resource.type, name) not in ONE_WAY:
        trial.back = restored(resource, old)
    return trial


def restored(resource: Resource, old: Properties) -> str:
    """Update to the old inputs; returns what keeps AWS from having them."""
    try:
        resource.record(old, resource.update(old))
    except Refused as refusal:
        return str(refusal)
    inputs = resource.read()[1]
    return str({key: value for key, value in inputs.items() if value != old.get(key)} or "")


def passed_on(resource: Resource, news: Properties, name: str, *, secret: bool) -> dict[str, bool]:
    """Whether each step of a preview, and a refresh, keeps what it does not know, or must not show."""
    plugin, marked = resource.plugin, frozenset({(name,)}) if secret else frozenset[wire.Path]()
    checked, check_secrets, failures = plugin.check(resource.urn, news, olds=resource.inputs, secrets=marked)
    assert failures == []
    _, created, create_secrets = plugin.create(resource.urn, news, preview=True, secrets=marked)
    updated_, update_secrets = plugin.update(
        resource.urn,
        resource.id,
        news=news,
        olds=resource.inputs,
        state=resource.state,
        preview=True,
        secrets=marked,
    )
    if secret:
        answer = plugin.read(
            resource.urn, resource.id, inputs=resource.inputs, state=resource.state, secrets=frozenset({(name,)})
        )
        found = {"check": check_secrets, "create": create_secrets, "update": update_secrets, "read": answer[3]}
        return {step: (name,) in paths for step, paths in found.items()}
    outputs = {"check": checked, "create": created, "update": updated_}
    kept = {step: properties[name] == wire.UNKNOWN for step, properties in outputs.items()}
    return kept | {"diff": name in resource.diff(news).changed}
