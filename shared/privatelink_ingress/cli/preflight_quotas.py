"""`preflight`: asks an account for its quotas and their use, and judges whether a stack has room."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Mapping

from privatelink_ingress.aws import quotas as quotas_of_aws
from privatelink_ingress.aws.preflight import quotas as in_use
from privatelink_ingress.aws.reads import Reads
from privatelink_ingress.cli.references import Known
from privatelink_ingress.plan.capacity.quotas import QUOTAS, Quota
from privatelink_ingress.plan.capacity.region_quotas import REGION_QUOTAS
from privatelink_ingress.trace.judgements.findings import Diagnosis
from privatelink_ingress.trace.preflight import quotas, zones
from privatelink_ingress.trace.preflight.planned import Planned


def judge(planned: Planned, reads: Reads, own: frozenset[str], known: Known) -> Iterator[Diagnosis]:
    """Each quota without room.

    Args:
        planned: The stack.
        reads: Of its account.
        own: ARNs of what carries the stack's tag.
        known: What the stacks before it add.
    """
    added = quotas.of_region(planned, own)
    of_vpc, of_balancer = quotas.of_vpc(planned), quotas.of_balancer(planned)
    types = zones.instance_types(planned)
    wanted = [key for key, number in (*added.items(), *of_vpc.items(), *of_balancer.items()) if number]
    applied = _applied(reads, [*wanted, *quotas.of_security_group(planned), *(["vcpus"] if types else [])])
    if applied is None:
        return
    place = (planned.account_id, planned.region)
    yield from quotas.judge(planned, quotas.of_security_group(planned), {}, applied)
    before = {"endpoints": _endpoints(planned, reads, own)}
    yield from quotas.judge(planned, of_vpc, known.used((*place, planned.shard), before, of_vpc), applied)
    before = dict.fromkeys(of_balancer, 0)
    yield from quotas.judge(planned, of_balancer, known.used((*place, planned.shard), before, of_balancer), applied)
    before = {**in_use.used(reads, [key for key, number in added.items() if number])}
    if added["roles"] and (counted := reads.part("use of roles", lambda: in_use.roles(reads.account), None)):
        before["roles"], applied = counted[0], {**applied, str(REGION_QUOTAS["roles"].code): counted[1]}
    added = {key: number for key, number in added.items() if key in before}
    yield from quotas.judge(planned, added, known.used(place, before, added), applied)
    if types:
        running, each = reads.part("vCPUs in use", lambda: in_use.vcpus(reads.account, types), (0, {}))
        added = {"vcpus": quotas.vcpus(planned, own, each)}
        yield from quotas.judge(planned, added, known.used(place, {"vcpus": running}, added), applied)


def _applied(reads: Reads, keys: Collection[str]) -> Mapping[str, int] | None:
    """The account's limits by quota code; None where they cannot be read."""
    # IAM tells its own limit with the number of roles: Service Quotas has it in one Region alone.
    every = {key: quota for key, quota in {**QUOTAS, **REGION_QUOTAS}.items() if key in keys and key != "roles"}
    read = functools.partial(quotas_of_aws.applied, reads.account, tuple[Quota, ...](every.values()))
    return reads.part("quotas", read, None)


def _endpoints(planned: Planned, reads: Reads, own: frozenset[str]) -> int:
    """Interface endpoints of others in an existing VPC."""
    vpc_id = quotas.existing_vpc(planned)
    if vpc_id is None:
        return 0
    there = reads.part(f"endpoints of {vpc_id}", lambda: in_use.endpoints(reads.account, vpc_id), frozenset())
    return len(there - {arn.rpartition("/")[2] for arn in own})
