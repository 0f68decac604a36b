"""The hosted zones of a stack's records: whether each is public, and holds every name that needs a record in it.

Route 53 refuses a record outside the zone's name, and ACM waits for a validation record in a private zone until the
deployment gives up, after 75 minutes: https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence

from privatelink_ingress.plan.edge import certificates, dns, zone_roles
from privatelink_ingress.plan.routing.routes import RoutePlan
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.attached import AttachedSettings
from privatelink_ingress.settings.certificates import Certificate
from privatelink_ingress.settings.edge import EdgeSettings


@dataclasses.dataclass(frozen=True, kw_only=True)
class HostedZone:
    """A hosted zone, as Route 53 describes it."""

    name: str
    """In lower case, without a dot at the end."""
    private: bool

    def holds(self, name: str) -> bool:
        """Whether a record of `name`, in any case, can be in the zone."""
        return f".{name.lower()}".endswith(f".{self.name}")


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Record:
    """A name that gets a record, and how a message refers to it."""

    name: str
    where: str
    zone_id: str
    zone_where: str
    """The key that names the zone."""
    remedy: str
    """What to write when the zone does not hold the name."""


def keys(settings: EdgeSettings | AttachedSettings, hosted_zone_id: str) -> dict[str, str]:
    """The hosted zones that a stack needs: the key that names each first, by zone id.

    Args:
        settings: The stack file.
        hosted_zone_id: Of the load balancer's stack.
    """
    own = [("dns.zoneId", hosted_zone_id)] if isinstance(settings, EdgeSettings) else []
    named = [
        *own,
        *((record.zone_where, record.zone_id) for record in _validations(settings, hosted_zone_id)),
        *(
            ("edgeStack", hosted_zone_id)
            for connection in settings.connections.values()
            if connection.dns and isinstance(settings, AttachedSettings)
        ),
    ]
    return {zone_id: where for where, zone_id in reversed(named)}


def check(
    settings: EdgeSettings | AttachedSettings,
    published: Iterable[RoutePlan],
    zones: Mapping[str, HostedZone],
    *,
    hosted_zone_id: str,
) -> list[Problem]:
    """Zones that are private, and names that their zone does not hold.

    Args:
        settings: The stack file.
        published: The routes of its connections.
        zones: The zones of `keys`, by id, as far as they are known: a command that works without AWS knows none.
        hosted_zone_id: Of the load balancer's stack.
    """
    problems = [
        Problem(
            where,
            f"is {zone_id}, the private hosted zone of {zone.name}, which neither clients nor ACM can read",
            f"Write the id of the public hosted zone of {zone.name}.",
        )
        for zone_id, where in keys(settings, hosted_zone_id).items()
        if (zone := zones.get(zone_id)) and zone.private
    ]
    problems += zone_roles.check(settings, keys(settings, hosted_zone_id))
    records = (*_validations(settings, hosted_zone_id), *_aliases(settings, published, hosted_zone_id))
    problems += (
        Problem(
            record.where,
            f"{record.name} is not in {zone.name}, the hosted zone {record.zone_id} of {record.zone_where}",
            record.remedy,
        )
        for record in records
        if (zone := zones.get(record.zone_id)) and not zone.holds(record.name)
    )
    return problems


def _aliases(
    settings: EdgeSettings | AttachedSettings, published: Iterable[RoutePlan], hosted_zone_id: str
) -> Iterator[_Record]:
    for routes in published:
        for host in dns.records(routes):
            yield _Record(
                name=host,
                where=routes.hosts[host],
                zone_id=hosted_zone_id,
                zone_where=_zone_key(settings),
                remedy=f"Write a host of that zone, or set dns: false on {routes.name} and create the record yourself.",
            )


def _validations(settings: EdgeSettings | AttachedSettings, hosted_zone_id: str) -> Iterator[_Record]:
    for where, certificate in _certificates(settings):
        zone_where = f"{where}.zoneId" if certificate.zone_id else _zone_key(settings)
        for position, domain in enumerate(certificate.domains or ()):
            if domain.lower() in certificates.validated(certificate):
                yield _Record(
                    name=domain,
                    where=f"{where}.domains[{position}]",
                    zone_id=certificate.zone_id or hosted_zone_id,
                    zone_where=zone_where,
                    remedy=f"Write the zone of {domain} as {where}.zoneId; names of two zones need two certificates.",
                )


def _certificates(settings: EdgeSettings | AttachedSettings) -> Iterator[tuple[str, Certificate]]:
    shared: Sequence[Certificate] = settings.certificates if isinstance(settings, EdgeSettings) else ()
    yield from ((f"certificates[{position}]", certificate) for position, certificate in enumerate(shared))
    for name, connection in sorted(settings.connections.items()):
        if connection.certificate:
            yield f"connections.{name}.certificate", connection.certificate


def _zone_key(settings: EdgeSettings | AttachedSettings) -> str:
    return "dns.zoneId" if isinstance(settings, EdgeSettings) else "edgeStack"
