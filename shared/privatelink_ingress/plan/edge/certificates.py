"""The certificates of the HTTPS listener and the records that prove their names."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from privatelink_ingress.arns import Arn
from privatelink_ingress.plan.routing import routes
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import Certificate, Connection


@dataclasses.dataclass(frozen=True, kw_only=True)
class CertificatePlan:
    """One certificate: issued for `domains`, or adopted by its `arn`."""

    key: str
    domains: tuple[str, ...] = ()
    """The first is the common name."""
    validations: tuple[str, ...] = ()
    """Keys of the validation records that this certificate waits for."""
    arn: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class ValidationPlan:
    """One validation record.

    ACM asks for the same record for a name and its wildcard, in all certificates of an account:
    https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
    """

    key: str
    certificate: str
    """Key of a certificate that tells the record's name and value."""
    domain: str
    """The domain of that certificate to read them from."""
    zone_id: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class CertificatesPlan:
    """The certificates of a load balancer, of which the first is its default; or the one of a connection."""

    certificates: tuple[CertificatePlan, ...]
    validations: tuple[ValidationPlan, ...]


def plan_certificates(certificates: Sequence[Certificate], *, zone_id: str) -> CertificatesPlan:
    """The plan; `check` must have found nothing.

    Args:
        certificates: In the order of the settings.
        zone_id: Hosted zone for validation records of a certificate that names none.
    """
    planned: list[CertificatePlan] = []
    validations: dict[str, ValidationPlan] = {}
    for certificate in certificates:
        key, keys = _key(certificate), []
        for domain in _domains(certificate):
            zone = certificate.zone_id or zone_id
            record = f"{_base(domain)}-{zone}"
            validations.setdefault(record, ValidationPlan(key=record, certificate=key, domain=domain, zone_id=zone))
            keys.append(record)
        planned.append(
            CertificatePlan(
                key=key,
                domains=_domains(certificate),
                validations=tuple(sorted(set(keys))),
                arn=certificate.arn,
            )
        )
    return CertificatesPlan(certificates=tuple(planned), validations=tuple(validations.values()))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Coverage:
    """What the certificates of a load balancer are for."""

    domains: tuple[str, ...]
    """Names in the certificates that are issued here."""
    adopted: tuple[str, ...]
    """ARNs of existing certificates; their names are not known here."""

    def covers(self, host: str) -> bool:
        """Whether a certificate holds `host`; with adopted ones one may, and AWS does not say before it is asked."""
        return bool(self.adopted) or any(covers(domain, host) for domain in self.domains)


def coverage(certificates: Iterable[Certificate]) -> Coverage:
    """What `certificates` cover together."""
    everything = tuple(certificates)
    return Coverage(
        domains=tuple(sorted({domain for certificate in everything for domain in _domains(certificate)})),
        adopted=tuple(sorted({certificate.arn for certificate in everything if certificate.arn})),
    )


def check(certificates: Sequence[Certificate], *, account_id: str, region: str) -> list[Problem]:
    """What is wrong with the load balancer's certificates, in the account and region of the edge."""
    problems = []
    seen: dict[str, int] = {}
    for position, certificate in enumerate(certificates):
        where = f"certificates[{position}]"
        problems += _check_arn(certificate, where, account_id, region)
        key = _key(certificate)
        if key in seen:
            shown = certificate.arn or _domains(certificate)[0]
            reason = f"{shown} is already in certificates[{seen[key]}]"
            problems.append(Problem(where, reason, "Remove one, or merge their domains."))
        seen.setdefault(key, position)
    return problems


def check_connections(
    connections: Mapping[str, Connection], shard: Coverage, *, account_id: str, region: str
) -> list[Problem]:
    """Hosts that no certificate covers, and connections' own certificates that cannot be.

    Args:
        connections: By name, those of one stack or of several on one load balancer.
        shard: What the load balancer's certificates cover.
        account_id: Account of the edge.
        region: Region of the edge.
    """
    problems: list[Problem] = []
    # ACM asks for one record per name, whoever asks; a record that two stacks hold would go with the first of them.
    holders = {_base(domain): "the load balancer's certificates" for domain in shard.domains}
    holders |= dict.fromkeys(shard.adopted, "the load balancer's certificates")
    for name, connection in sorted(connections.items()):
        own = (connection.certificate,) if connection.certificate else ()
        where = f"connections.{name}.certificate"
        for certificate in own:
            problems += _check_arn(certificate, where, account_id, region)
            for thing in sorted({_base(domain) for domain in _domains(certificate)} | set(coverage(own).adopted)):
                if holder := holders.get(thing):
                    remedy = "Leave it to that one, and add to it what is missing there."
                    problems.append(Problem(where, f"is for {thing}, which is already in {holder}", remedy))
                holders.setdefault(thing, where)
        problems += (
            Problem(
                place,
                f"{host} is covered by no certificate",
                f"Add {host} to the domains of an entry of certificates, or to {where}.",
            )
            for host, place in routes.places(name, connection).items()
            if not shard.covers(host) and not coverage(own).covers(host)
        )
    return problems


def _check_arn(certificate: Certificate, where: str, account_id: str, region: str) -> list[Problem]:
    if not certificate.arn:
        return []
    arn = Arn.parse(certificate.arn)
    if (arn.region, arn.account_id) == (region, account_id):
        return []
    reason = f"is a certificate of account {arn.account_id} in {arn.region}"
    return [
        Problem(f"{where}.arn", reason, f"Use one of account {account_id} in {region}: a load balancer takes no other.")
    ]


def _key(certificate: Certificate) -> str:
    # `_` is in no host name, so the wildcard's key is no other domain's.
    return Arn.parse(certificate.arn).name if certificate.arn else _domains(certificate)[0].replace("*", "_wildcard")


def _domains(certificate: Certificate) -> tuple[str, ...]:
    return tuple(dict.fromkeys(domain.lower() for domain in certificate.domains or ()))


def _base(domain: str) -> str:
    return domain.removeprefix("*.")


def covers(domain: str, host: str) -> bool:
    """Whether a certificate's domain covers a host, both in any case. A wildcard stands for exactly one label.

    https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate.html
    """
    domain, host = domain.lower(), host.lower()
    return domain == host or (domain.startswith("*.") and host.partition(".")[2] == domain[2:])
