"""What exported states know besides the path of a request: contracts, clusters, logs and images."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.contracts.service import PROJECT
from privatelink_ingress.contracts.shard import PROJECT as EDGE
from privatelink_ingress.problems import Problem
from privatelink_ingress.stackfiles.exports import Export, opened
from privatelink_ingress.trace.expected import Expected, Workload
from privatelink_ingress.trace.states import clusters, logs
from privatelink_ingress.trace.states.resources import Encrypted, Outputs, Resources, place, reading
from privatelink_ingress.trace.surroundings import Image, Published, Surroundings, contract_fields


def load(exports: Iterable[Export], expected: Expected | None = None) -> Surroundings:
    """What the states say. What they do not contain is not judged.

    Args:
        exports: The states.
        expected: What the stack files say that the stacks have, to tell what is missing.

    Raises:
        UsageError: a resource lacks what the provider writes, or hides it.
    """
    given, expected = tuple(exports), expected or Expected()
    by_connection = {one.connection: one for one in expected.workloads}
    with reading(given):
        resources = Resources(given)
        return Surroundings(
            published=tuple(one for export in given for one in _published(export, by_connection)),
            clusters=tuple(clusters.load(resources)),
            attributes=logs.attributes(resources),
            buckets=logs.buckets(resources, expected.shards),
            log_groups=logs.log_groups(resources),
            deliveries=logs.deliveries(resources),
            firewall_logs=logs.of_web_acls(resources),
            flow_logs=logs.of_flows(resources),
            images=tuple(one for export in given for one in _lost_repositories(export, by_connection)),
            unread=tuple(_uncompared(given, resources, expected)),
        )


def connection_of(export: Export) -> str:
    """The name that a workload's stack publishes; empty for a stack of another project."""
    project, _, stack = export.stack.partition("/")
    return str(_outputs(export).get("connection_name", stack)) if project == PROJECT else ""


def _uncompared(exports: Iterable[Export], resources: Resources, expected: Expected) -> Iterator[Problem]:
    """Shards whose export has another load balancer than their stack file, so that the two are not compared."""
    given = {one.stack for one in exports}
    there = {(one["name"], *place(one)) for one in resources.of(t.LOAD_BALANCER)}
    for shard in expected.shards:
        label, name = f"{EDGE}/{shard.stack}", shard.plan.load_balancer_name
        if label in given and (name, shard.account_id, shard.region) not in there:
            reason = (
                f"its state has no load balancer {name} in account {shard.account_id}, {shard.region}, where its stack "
                "file puts it, so the two are not compared"
            )
            yield Problem(label, reason, "Give the export of the stack that the file is of, after `pulumi refresh`.")


def _published(export: Export, workloads: Mapping[str, Workload]) -> Iterator[Published]:
    """The stack's outputs, and the parameter that it wrote: an edge reads one or the other."""
    name = connection_of(export)
    if not name:
        return
    yield Published(connection=name, source=f"outputs of {export.stack}", fields=_outputs(export))
    written = Resources([export]).of(t.PARAMETER)
    for one in written:
        account = f" of account {place(one)[0]}" if one.get("arn") else ""
        source = f"parameter {one.get('name', '')}{account}"
        if (fields := _fields(one)) is not None:
            yield Published(connection=name, source=source, fields=fields)
    if not written and (workload := workloads.get(name)):
        publication = workload.plan.publication
        source = f"parameter {publication.parameter} of account {workload.parameter_place[0]}"
        yield Published(connection=name, source=source, fields=None)


def _fields(parameter: Outputs) -> Mapping[str, Any] | None:
    """The contract in a parameter; None when it is encrypted, as a policy of the organization may want it."""
    try:
        # The program sets `insecureValue`; the provider hides `value`.
        value = parameter["insecureValue"] if "insecureValue" in parameter else parameter.get("value")
    except Encrypted:
        return None
    return contract_fields(value if isinstance(value, str) else None)


def _lost_repositories(export: Export, workloads: Mapping[str, Workload]) -> Iterator[Image]:
    """The images whose repository the stack had, and has no longer. No state knows what a repository holds."""
    workload = workloads.get(connection_of(export))
    if workload is None:
        return
    held = {one["name"] for one in Resources([export]).of(t.REPOSITORY)}
    for image in workload.plan.images:
        if image.used and image.makes_repository and image.repository not in held:
            yield Image.of(workload, image, None)


def _outputs(export: Export) -> Mapping[str, Any]:
    return next((opened(one.get("outputs") or {}) for one in export.resources if one["type"] == t.STACK), {})
