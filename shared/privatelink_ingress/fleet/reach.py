"""Whether the roles of the bootstrap stacks may use what the stack files name: services and existing certificates.

The rights follow a list in the bootstrap stack, and not the contracts: whoever deploys a workload writes its contract,
and would decide what the edge's roles may do. The name of a service is compared where the stack files have it. That of
an `eks-service` stack comes from AWS, so those are counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from privatelink_ingress.fleet.stacks import Attached, Bootstrap, Edge, Finding
from privatelink_ingress.plan.edge.existing_certificates import existing
from privatelink_ingress.problems import Problem

KEY, CERTIFICATES = "endpointServices", "existingCertificates"


def refused(bootstraps: Iterable[Bootstrap], edges: Iterable[Edge], attached: Iterable[Attached]) -> Iterator[Finding]:
    """A warning for each service or certificate that a role may not use, and for each list that is too short."""
    edges, attached = tuple(edges), tuple(attached)
    for bootstrap in bootstraps:
        roles, account_id = bootstrap.settings.roles.edge, bootstrap.settings.account_id
        if roles is None:
            continue
        ours = [one for one in edges if one.settings.account_id == account_id and one.stack in roles.stacks]
        yield from _refused(bootstrap, f"roles.edge.{KEY}", roles.endpoint_services, ours)
        yield from _unseen(bootstrap, f"roles.edge.{CERTIFICATES}", roles.existing_certificates, ours)
        for name, entry in sorted(roles.attached.items()):
            theirs = [one for one in attached if one.settings.account_id == account_id and one.stack == name]
            at = f"roles.edge.attached.{name}"
            yield from _refused(bootstrap, f"{at}.{KEY}", entry.endpoint_services, theirs)
            yield from _unseen(bootstrap, f"{at}.{CERTIFICATES}", entry.existing_certificates, theirs)


def _refused(
    bootstrap: Bootstrap, where: str, services: Sequence[str], stacks: Sequence[Edge | Attached]
) -> Iterator[Finding]:
    named, unnamed = set[str](), set[str]()
    for stack in stacks:
        for name, connection in sorted(stack.settings.connections.items()):
            for index, backend in enumerate(connection.backends):
                if backend.service is None:
                    unnamed.add(backend.source)
                    continue
                service = backend.service.endpoint_service_name
                named.add(service)
                if service not in services:
                    at = f"connections.{name}.backends[{index}].service.endpointServiceName"
                    reason = f"is {service}, to which the stack's role may not connect: AWS refuses the endpoint"
                    remedy = f"Add it to {where} of {bootstrap.file}, and deploy that stack first."
                    yield Finding(stack.file, Problem(at, reason, remedy))
    left = [service for service in services if service not in named]
    if len(left) < len(unnamed):
        files = ", ".join(stack.file for stack in stacks)
        sources = ", ".join(sorted(unnamed))
        reason = (
            f"has too few names: {len(left)} for {len(unnamed)} services of {files} ({sources}). AWS refuses "
            "endpoints to the others"
        )
        remedy = "Add `pulumi stack output endpoint_service_name` of each eks-service stack, once it is deployed."
        yield Finding(bootstrap.file, Problem(where, reason, remedy))


def _unseen(
    bootstrap: Bootstrap, where: str, listed: Sequence[str], stacks: Sequence[Edge | Attached]
) -> Iterator[Finding]:
    for stack in stacks:
        for key, arn in existing(stack.settings).items():
            if arn not in listed:
                reason = f"is {arn}, which the stack's role may not look up: the preview fails"
                remedy = f"Add it to {where} of {bootstrap.file}, and deploy that stack first."
                yield Finding(stack.file, Problem(key, reason, remedy))
