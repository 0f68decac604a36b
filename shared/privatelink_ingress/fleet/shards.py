"""What must hold across the stack files of one shard: the stack with the load balancer, and those attached to it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence

from privatelink_ingress.contracts.shard import PROJECT
from privatelink_ingress.fleet.stacks import Attached, Edge, Finding
from privatelink_ingress.plan.capacity import placement
from privatelink_ingress.plan.edge import dns, network_zones
from privatelink_ingress.plan.edge.certificates import base, validated
from privatelink_ingress.plan.edge.connections import check_together
from privatelink_ingress.plan.edge.firewall.web_acl import of_shard
from privatelink_ingress.plan.edge.site import EdgeSite
from privatelink_ingress.plan.routing import conflicts
from privatelink_ingress.plan.routing.routes import RoutePlan
from privatelink_ingress.problems import Problem, suggest
from privatelink_ingress.settings.certificates import Certificate
from privatelink_ingress.settings.edge import SLOTS
from privatelink_ingress.stack_names import StackName


@dataclasses.dataclass(frozen=True, kw_only=True)
class ShardStacks:
    """The stacks of one load balancer."""

    edge: Edge
    attached: tuple[Attached, ...]

    @property
    def stacks(self) -> tuple[Edge | Attached, ...]:
        """All of them, the one with the load balancer first."""
        return (self.edge, *self.attached)

    @property
    def retired_slots(self) -> dict[int, str]:
        """Slots of removed connections whose resources may still stand, with the names of these connections."""
        return {slot: name for stack in self.stacks for name, slot in stack.settings.retired_slots.items()}

    @property
    def attached_routes(self) -> tuple[RoutePlan, ...]:
        """The routes of the attached stacks' connections."""
        return tuple(routes for stack in self.attached for routes in stack.routes)

    @property
    def routes(self) -> tuple[RoutePlan, ...]:
        """The routes of all connections."""
        return (*self.edge.routes, *self.attached_routes)


def group(edges: Sequence[Edge], attached: Sequence[Attached]) -> tuple[list[ShardStacks], list[Finding]]:
    """The shards, and the attached stacks that belong to none of them."""
    shards = [
        ShardStacks(
            edge=edge, attached=tuple(stack for stack in attached if _of_edge(stack) and stack.shard == edge.stack)
        )
        for edge in edges
    ]
    attached_names = {stack.stack for shard in shards for stack in shard.attached}
    return shards, [_lost(stack, edges, attached) for stack in attached if stack.stack not in attached_names]


def names_and_slots(shard: ShardStacks) -> Iterator[Finding]:
    """Connections of two files with one name, or with one slot. Those within one file are found as it is loaded."""
    names: dict[str, Edge | Attached] = {}
    slots: dict[int, tuple[str, Edge | Attached]] = {}
    for stack in shard.stacks:
        for name, connection in sorted(stack.settings.connections.items()):
            if holder := names.get(name):
                reason = f"is also in {holder.file}, of {holder.settings.connections[name].owner}"
                yield Finding(
                    stack.file, Problem(f"connections.{name}", reason, "Keep it in one file, or give one another name.")
                )
            elif (former := shard.retired_slots.get(connection.slot, name)) != name:
                reason = f"is {connection.slot}, which {former} had: its rules and endpoint may still stand"
                remedy = f"Deploy the removal of {former} and run offboard {former} again, or give another slot."
                yield Finding(stack.file, Problem(f"connections.{name}.slot", reason, remedy))
            elif taken := slots.get(connection.slot):
                other, holder = taken
                free = next((slot for slot in SLOTS if slot not in _slots(shard)), None)
                reason = f"is {connection.slot}, which connection {other} of {holder.file} has"
                remedy = "All are taken: attach to another stack." if free is None else f"{free} is free."
                yield Finding(
                    stack.file,
                    Problem(f"connections.{name}.slot", reason, f"Give the newer of the two another slot. {remedy}"),
                )
            names.setdefault(name, stack)
            slots.setdefault(connection.slot, (name, stack))


def together(shard: ShardStacks, site: EdgeSite) -> Iterator[Finding]:
    """Routes and certificates of connections that fit within their own file, but not together."""
    published: dict[str, RoutePlan] = {}
    files: dict[str, str] = {}
    for stack in shard.stacks:
        for routes in stack.routes:
            published.setdefault(routes.name, routes)
            files.setdefault(routes.name, stack.file)
    for problem in check_together(published.values(), site):
        yield Finding(files[problem.where.split(".")[1]], problem)


def overlaps(edges: Sequence[Edge], attached: Sequence[Attached]) -> Iterator[str]:
    """Routes of two connections that can match one request, where the more specific one is meant to answer."""
    for shard in group(edges, attached)[0]:
        published = sorted(shard.routes, key=lambda routes: routes.name)
        entries = [entry for routes in published for entry in routes.entries]
        try:
            yield from conflicts.overlap_notes(conflicts.overlaps_between_bands(entries))
        except conflicts.TooComplex as error:
            yield from (f"{problem.where} {problem.reason} with routes of other bands." for problem in error.problems)


def target_groups(shards: Iterable[ShardStacks]) -> Iterator[Finding]:
    """Connections whose target groups would have one name: `prod` with `blog-x`, and `prod-blog` with `x`.

    A target group's name is unique in its account and region (CreateTargetGroup, ELBv2 API).
    """
    holders: dict[tuple[str, str, str], tuple[str, str]] = {}
    for shard in shards:
        for stack in shard.stacks:
            for name in sorted(stack.settings.connections):
                key = (shard.edge.settings.account_id, shard.edge.region, f"{stack.stack}-{name}")
                file, other = holders.setdefault(key, (stack.file, name))
                if (file, other) != (stack.file, name):
                    reason = f"gets a target group named {key[2]}-…, as {other} of {file} does"
                    yield Finding(stack.file, Problem(f"connections.{name}", reason, "Give the stack another name."))


def names_across(shards: Sequence[ShardStacks]) -> Iterator[Finding]:
    """Hosts and validation records that stacks of two shards would both have. Within a shard, its plan compares them.

    Route 53 holds one record of a name and type in a zone. ACM wants the same validation record for a name in every
    certificate of an account: https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
    """
    hosts: dict[tuple[str, str], tuple[str, str, str]] = {}
    validations: dict[tuple[str, str, str], tuple[str, str, str]] = {}
    for shard in shards:
        zone, name = shard.edge.settings.dns.zone_id, shard.edge.stack
        for stack in shard.stacks:
            for routes in stack.routes:
                for host in dns.records(routes):
                    holder = hosts.setdefault((zone, host), (name, routes.name, stack.file))
                    if holder[0] != name:
                        reason = f"{host} already has its DNS record from connections.{holder[1]} of {holder[2]}"
                        remedy = f"Set dns: false on connections.{routes.name}, or give it another host."
                        yield Finding(stack.file, Problem(routes.hosts[host], reason, remedy))
            for where, certificate in _certificates(stack):
                for domain in sorted({base(domain) for domain in validated(certificate)}):
                    key = (shard.edge.settings.account_id, certificate.zone_id or zone, domain)
                    owner = validations.setdefault(key, (name, where, stack.file))
                    if owner[0] != name:
                        reason = f"would create the record that validates {domain}, as {owner[1]} of {owner[2]} does"
                        remedy = "Write validationRecords: existing beside its domains, or the arn of that certificate."
                        yield Finding(stack.file, Problem(where, reason, remedy))


def _certificates(stack: Edge | Attached) -> Iterator[tuple[str, Certificate]]:
    if isinstance(stack, Edge):
        for place, certificate in enumerate(stack.settings.certificates):
            yield f"certificates[{place}]", certificate
    for name, connection in sorted(stack.settings.connections.items()):
        if connection.certificate:
            yield f"connections.{name}.certificate", connection.certificate


def capacities(shards: Iterable[ShardStacks]) -> tuple[placement.Capacity, ...]:
    """The shards of a repository with all that is attached to them, in order."""
    return placement.in_order(
        placement.capacity(
            shard.edge.settings,
            stack=shard.edge.stack,
            region=shard.edge.region,
            zones=network_zones.zone_count(shard.edge.settings.network),
            firewall_capacity=of_shard(shard.edge.settings, name="").capacity,
            connections=shard.routes,
            attached=(stack.stack for stack in shard.attached),
        )
        for shard in shards
    )


def _slots(shard: ShardStacks) -> set[int]:
    used = {connection.slot for stack in shard.stacks for connection in stack.settings.connections.values()}
    return used | shard.retired_slots.keys()


def _lost(stack: Attached, edges: Sequence[Edge], attached: Iterable[Attached]) -> Finding:
    written, known = stack.settings.edge_stack, sorted(edge.stack for edge in edges)
    none = "Write the stack file of one with a load balancer first."
    remedy = suggest(stack.shard, known, none=none)
    if not _of_edge(stack):
        reason = f"is {written!r}, a stack of another project"
        remedy = f"Write {stack.shard}." if stack.shard in known else remedy
    elif stack.shard == stack.stack:
        reason = f"is {written!r}, which is this stack itself"
        # Its own name says nothing about which one is meant, unless it is made as `onboard --attached` makes it.
        meant = max((name for name in known if stack.stack.startswith(f"{name}-")), key=len, default=None)
        remedy = f"Write {meant}." if meant else suggest("", known, none=none)
    elif further := next((other for other in attached if other.stack == stack.shard), None):
        reason = f"is {written!r}, which is itself attached to {further.settings.edge_stack}"
        remedy = f"Write {further.shard}." if further.shard in known else suggest("", known, none=none)
    else:
        reason = f"is {written!r}, which has no stack file"
    return Finding(stack.file, Problem("edgeStack", reason, remedy))


def contract_parameters(shards: Iterable[ShardStacks]) -> Iterator[Finding]:
    """Attached stacks that read their shard's contract from a parameter that the shard does not write."""
    for shard in shards:
        prefix = shard.edge.settings.contract_prefix
        written = f"{prefix}/{shard.edge.stack}" if prefix else None
        for stack in shard.attached:
            read = stack.settings.edge_parameter
            if read is None or read.rpartition(":parameter")[2] == written:
                continue
            reason = f"is {read}, but {shard.edge.file} writes its contract to {written or 'no parameter'}"
            remedy = (
                f"Write {written}." if written else "Add contractPrefix to that file, such as /central-ingress/shards."
            )
            yield Finding(stack.file, Problem("edgeParameter", reason, remedy))


def _of_edge(stack: Attached) -> bool:
    return StackName.parse(stack.settings.edge_stack).may_be_of(PROJECT)
