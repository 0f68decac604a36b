"""The zones that a plan uses, against those of the account's Region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from privatelink_ingress import tokens as t
from privatelink_ingress.settings.attached import AttachedSettings
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.trace.judgements.findings import Diagnosis, found
from privatelink_ingress.trace.preflight.planned import Planned

WHERE = "Zones"


def stated(planned: Planned) -> tuple[str, ...]:
    """The zone ids that the stack file states; none where AWS chooses, or an existing VPC decides."""
    settings = planned.settings
    if isinstance(settings, AttachedSettings):
        return ()
    if isinstance(settings, WorkloadSettings) and settings.cluster.existing:
        return ()
    if settings.network.existing:
        return ()
    return settings.network.zone_ids or ()


def used(planned: Planned) -> tuple[str, ...]:
    """Those in which the program registers subnets, sorted."""
    zones = {str(one.inputs.get("availabilityZoneId", "")) for one in planned.of_type(t.SUBNET)}
    return tuple(sorted(zones - {""}))


def judge(planned: Planned, states: Mapping[str, str]) -> Iterator[Diagnosis]:
    """Each stated zone that the account does not have, or that AWS reports as impaired.

    Args:
        planned: The stack.
        states: State by id of every zone of the Region (DescribeAvailabilityZones, EC2 API).
    """
    there = ", ".join(sorted(states))
    remedy = (
        f"Write ids of `aws ec2 describe-availability-zones --region {planned.region} --query "
        "'AvailabilityZones[].ZoneId'` under network.zoneIds."
    )
    for zone_id in stated(planned):
        if zone_id not in states:
            reason = f"network.zoneIds has {zone_id}, which {planned.region} does not have"
            yield found(
                planned.label, "error", WHERE, reason, remedy, f"zones of account {planned.account_id}: {there}"
            )
        elif states[zone_id] != "available":
            reason = f"zone {zone_id} is {states[zone_id]}"
            yield found(planned.label, "error", WHERE, reason, "Wait until AWS Health says that it is available.")


def judge_types(planned: Planned, offered: Mapping[str, frozenset[str]]) -> Iterator[Diagnosis]:
    """Each instance type of the nodes that a used zone does not offer.

    Args:
        planned: The stack.
        offered: Zone ids by instance type (DescribeInstanceTypeOfferings, EC2 API).
    """
    for type_ in instance_types(planned):
        if lacking := [zone for zone in used(planned) if zone not in offered.get(type_, frozenset())]:
            reason = f"nodes.instanceTypes has {type_}, which {', '.join(lacking)} does not offer"
            remedy = "Write an instance type that all zones offer, or other network.zoneIds."
            everywhere = ", ".join(sorted(offered.get(type_, ()))) or "no zone"
            yield found(planned.label, "error", WHERE, reason, remedy, f"{type_} is offered in {everywhere}")


def instance_types(planned: Planned) -> tuple[str, ...]:
    """Of the nodes that the stack creates."""
    settings = planned.settings
    if not isinstance(settings, WorkloadSettings) or not any(planned.of_type(t.NODE_GROUP)):
        return ()
    return tuple(settings.nodes.instance_types)
