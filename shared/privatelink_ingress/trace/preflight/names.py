"""The names that a plan registers, against those that are taken in the account."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from privatelink_ingress import tokens as t
from privatelink_ingress.plan.workload import connection_name
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.trace.judgements.findings import Diagnosis, found
from privatelink_ingress.trace.preflight.planned import Planned, Resource

WHERE = "Name"


@dataclasses.dataclass(frozen=True, order=True)
class Name:
    """A name that a resource of this type will have."""

    type: str
    value: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Taken:
    """A name that a resource has."""

    name: Name
    arn: str = ""
    """Of that resource; empty where AWS does not tell it."""
    by_others: bool = False
    """Whether an account that may not be looked into has it."""


@dataclasses.dataclass(frozen=True)
class Kind:
    """One type of resource whose name must be free."""

    noun: str
    key: str
    """Input with the name."""
    other_name: str
    """What to change for another name."""
    import_id: Callable[[Taken], str] = lambda taken: taken.name.value
    """What `pulumi import` takes."""


def _record(resource: Resource) -> str:
    return f"{resource.inputs.get('zoneId')}_{resource.inputs.get('name')}_{resource.inputs.get('type')}"


_OF_STACK = "name the stack otherwise"

KINDS: Mapping[str, Kind] = {
    t.PARAMETER: Kind("parameter", "name", "write another `publication.parameter.prefix` or `contractPrefix`"),
    t.BUCKET: Kind("bucket", "bucket", "write another `logs.bucket`, or `logs.existingBucket` to use it as it is"),
    t.LOG_GROUP: Kind("log group", "name", _OF_STACK),
    t.REPOSITORY: Kind("repository", "name", "write `registry.create: false` to use it as it is, or another name"),
    t.CLUSTER_COMPONENT: Kind("cluster", "name", "write another `connectionName`, or `cluster.existing`"),
    t.ROLE: Kind("role", "name", _OF_STACK),
    t.LOAD_BALANCER: Kind("load balancer", "name", _OF_STACK, lambda taken: taken.arn),
    t.TARGET_GROUP: Kind("target group", "name", "give the connection another name", lambda taken: taken.arn),
    t.TOPIC: Kind("topic", "name", "write `alarms.topicArn` to use it as it is", lambda taken: taken.arn),
    t.WEB_ACL: Kind("web ACL", "name", _OF_STACK),
    t.IP_SET: Kind("IP set", "name", _OF_STACK),
    t.METRIC_ALARM: Kind("alarm", "name", _OF_STACK),
    t.LOG_DELIVERY_SOURCE: Kind("log delivery source", "name", _OF_STACK),
    t.LOG_DELIVERY_DESTINATION: Kind("log delivery destination", "name", _OF_STACK),
    t.DNS_RECORD: Kind("record", "", "write `dns: false` for its connection, or delete the record"),
}
"""By type. Names of other types are chosen by Pulumi or AWS, or are within one of these."""


def wanted(planned: Planned) -> dict[Name, Resource]:
    """The names that the stack registers and does not adopt, each with its resource."""
    names = {}
    for one in planned.resources:
        kind = KINDS.get(one.type)
        if kind is None or one.imported or one.duty not in planned.roles:
            continue
        value = _record(one) if one.type == t.DNS_RECORD else one.inputs.get(kind.key)
        if value and "None" not in str(value).split("_"):
            names[Name(one.type, str(value))] = one
    settings = planned.settings
    if isinstance(settings, WorkloadSettings) and not settings.cluster.existing:
        # The component's preview has no inputs but its arguments, where the name is the connection's.
        for one in planned.of_type(t.CLUSTER_COMPONENT):
            names.setdefault(Name(one.type, connection_name(settings, planned.stack)), one)
    return names


def judge(planned: Planned, taken: Iterable[Taken], own: Collection[str]) -> Iterator[Diagnosis]:
    """Each name that is taken by what is not the stack's.

    Args:
        planned: The stack.
        taken: Of the wanted names, those that exist.
        own: ARNs of what carries the stack's tag: an earlier deployment of it.
    """
    names = wanted(planned)
    for one in sorted(taken, key=lambda one: one.name):
        if one.arn and one.arn.removesuffix(":*") in own:
            continue
        if one.name.type == t.DNS_RECORD and own:
            continue  # records carry no tags: those of a stack that is deployed are taken to be its own
        kind, resource = KINDS[one.name.type], names[one.name]
        reason = f"{kind.noun} {one.name.value} exists already, and is not of {planned.label}"
        command = (
            f"`pulumi -C {planned.label.partition('/')[0]} import --stack {planned.stack} {one.name.type} "
            f"{resource.name} {kind.import_id(one)}`"
        )
        if one.by_others:
            reason = f"{kind.noun} {one.name.value} belongs to another account, or the caller lacks s3:ListBucket on it"
            remedy = f"{kind.other_name[0].upper()}{kind.other_name[1:]}."
        elif one.name.type == t.CLUSTER_COMPONENT:
            remedy = f"{kind.other_name[0].upper()}{kind.other_name[1:]}."
        else:
            remedy = f"Adopt it with {command}, or {kind.other_name}; `./run orphans` tells what a killed run left."
        yield found(planned.label, "error", WHERE, reason, remedy, one.arn)
