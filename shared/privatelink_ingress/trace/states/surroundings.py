"""What exported states know besides the path of a request: published contracts and clusters."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from privatelink_ingress import tokens as t
from privatelink_ingress.contracts.service import PROJECT
from privatelink_ingress.stackfiles.exports import Export
from privatelink_ingress.trace.states.resources import Resources, place
from privatelink_ingress.trace.surroundings import Cluster, Published, Surroundings, Versioned


def load(exports: Iterable[Export]) -> Surroundings:
    """What the states say. What they do not contain is not judged."""
    given = tuple(exports)
    resources = Resources(given)
    return Surroundings(
        published=tuple(one for export in given for one in _published(export)),
        clusters=tuple(_clusters(resources)),
    )


def _published(export: Export) -> Iterator[Published]:
    """The stack's outputs, and the parameter that it wrote: an edge reads one or the other."""
    project, _, stack = export.stack.partition("/")
    if project != PROJECT:
        return
    by_type = {one["type"]: one.get("outputs") or {} for one in export.resources}
    outputs = by_type.get(t.STACK, {})
    name = str(outputs.get("connection_name", stack))
    yield Published(connection=name, source=f"outputs of {export.stack}", fields=outputs)
    if parameter := by_type.get(t.PARAMETER):
        try:
            fields = json.loads(parameter["value"])
        except (KeyError, TypeError, ValueError):
            return  # encrypted: the program writes no secret, but a policy of the organization may make it one
        yield Published(connection=name, source=f"parameter {parameter.get('name', '')}", fields=fields)


def _clusters(resources: Resources) -> Iterator[Cluster]:
    addons, groups = resources.by(t.ADDON, "clusterName"), resources.by(t.NODE_GROUP, "clusterName")
    for one in resources.of(t.CLUSTER):
        if not one.get("arn"):
            continue
        account_id, region = place(one)
        name = one.get("name", "")
        yield Cluster(
            account_id=account_id,
            region=region,
            name=name,
            endpoint=one.get("endpoint", ""),
            certificate_authority=(one.get("certificateAuthority") or {}).get("data", ""),
            version=str(one.get("version", "")),
            status=one.get("status", "ACTIVE"),
            addons=tuple(
                Versioned(name=each["addonName"], version=each.get("addonVersion", ""), status="ACTIVE")
                for each in addons[name]
            ),
            node_groups=tuple(
                Versioned(
                    name=each.get("nodeGroupName", ""),
                    version=str(each.get("version", "")),
                    status=each.get("status", "ACTIVE"),
                )
                for each in groups[name]
            ),
        )
