"""The certificates of the HTTPS listener and the records that prove their names."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence

from privatelink_ingress.arns import Arn
from privatelink_ingress.plan.edge import existing_certificates
from privatelink_ingress.plan.edge.existing_certificates import FoundCertificates
from privatelink_ingress.plan.routing.routes import RoutePlan
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.certificates import Certificate
from privatelink_ingress.settings.fields import DOMAIN


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

    ACM requires the same record for a name and its wildcard, in all certificates of an account:
    https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
    """

    key: str
    certificate: str
    """Key of a certificate whose validation options hold the record's name and value."""
    domain: str
    """The domain of that certificate to read them from."""
    zone_id: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class CertificatesPlan:
    """The certificates of a load balancer, of which the first is its default; or the one of a connection."""

    certificates: tuple[CertificatePlan, ...]
    validations: tuple[ValidationPlan, ...]


def plan_certificates(
    certificates: Sequence[Certificate], *, hosted_zone_id: str, account_id: str, region: str
) -> CertificatesPlan:
    """The certificates of a load balancer.

    Args:
        certificates: In the order of the settings; the first is the default.
        hosted_zone_id: Hosted zone for validation records of a certificate that names none.
        account_id: Account of the edge.
        region: Region of the edge.

    Raises:
        UserError: when an existing certificate is in another account or region, or two entries are the same one.
    """
    if problems := _check(certificates, account_id=account_id, region=region):
        raise UserError("The load balancer's certificates do not fit", problems)
    return _plan(certificates, hosted_zone_id)


def plan_own_certificate(certificate: Certificate, *, hosted_zone_id: str) -> CertificatesPlan:
    """The certificate that a connection brings. `check_connections` compares those of all connections."""
    return _plan([certificate], hosted_zone_id)


def _plan(certificates: Iterable[Certificate], hosted_zone_id: str) -> CertificatesPlan:
    planned: list[CertificatePlan] = []
    validations: dict[str, ValidationPlan] = {}
    for certificate in certificates:
        key, keys = _key(certificate), []
        for domain in validated(certificate):
            zone = certificate.zone_id or hosted_zone_id
            record = f"{base(domain)}-{zone}"
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
    """The host names that the certificates of a load balancer are valid for."""

    domains: tuple[str, ...]
    """Names in the certificates that a stack has issued."""
    adopted: tuple[str, ...]
    """ARNs of existing certificates."""
    adopted_domains: tuple[str, ...] | None = None
    """Names in those; None where AWS was not asked for them."""

    def covers(self, host: str) -> bool:
        """Whether a certificate holds `host`, or an existing one may hold it."""
        unknown = bool(self.adopted) and self.adopted_domains is None
        return unknown or any(covers(domain, host) for domain in (*self.domains, *(self.adopted_domains or ())))


def coverage(certificates: Iterable[Certificate], found: FoundCertificates | None = None) -> Coverage:
    """The host names that `certificates` cover together; `found` are the existing ones, if AWS was asked."""
    certificates = tuple(certificates)
    adopted = tuple(sorted({certificate.arn for certificate in certificates if certificate.arn}))
    return Coverage(
        domains=tuple(sorted({domain for certificate in certificates for domain in _domains(certificate)})),
        adopted=adopted,
        adopted_domains=existing_certificates.names(adopted, found),
    )


def _check(certificates: Sequence[Certificate], *, account_id: str, region: str) -> list[Problem]:
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


def _uncovered(host: str, *held: Coverage) -> str:
    names = sorted({name for coverage in held for name in coverage.adopted_domains or ()})
    return f"no certificate covers {host}" + (f": the existing ones are for {', '.join(names)}" if names else "")


def _missing(host: str, where: str) -> str:
    # A certificate's wildcard is a whole first label, and stands for one.
    wider = f"*.{host.partition('.')[2]}"
    for name in (host, wider):
        if re.fullmatch(DOMAIN, name) and covers(name, host):
            return f"Add {name} to the domains of an entry of certificates, or to {where}."
    return "List the hosts: the wildcard of a certificate stands for one whole label, below a domain of two or more."


def check_connections(
    connections: Iterable[RoutePlan],
    shared: Coverage,
    *,
    account_id: str,
    region: str,
    found: FoundCertificates | None = None,
) -> list[Problem]:
    """Hosts that no certificate covers, and connections' own certificates that do not fit.

    Args:
        connections: The routes of each connection, of one stack or of several on one load balancer.
        shared: The names in the load balancer's certificates.
        account_id: Account of the edge.
        region: Region of the edge.
        found: The connections' own existing certificates, if AWS was asked for them.
    """
    problems: list[Problem] = []
    # ACM wants the same record for a name in every certificate. Of two stacks that hold one record, the first to be
    # destroyed deletes it for both.
    holders = {base(domain): "the load balancer's certificates" for domain in shared.domains}
    holders |= dict.fromkeys(shared.adopted, "the load balancer's certificates")
    for routes in sorted(connections, key=lambda routes: routes.name):
        certificate = routes.connection.certificate
        own = coverage([certificate] if certificate else [], found)
        where = f"connections.{routes.name}.certificate"
        if certificate:
            problems += _check_arn(certificate, where, account_id, region)
        records = validated(certificate) if certificate else ()
        for name in sorted({base(domain) for domain in records} | set(own.adopted)):
            if holder := holders.get(name):
                remedy = "Keep the name there, and add the missing names to that certificate."
                problems.append(Problem(where, f"is for {name}, which is already in {holder}", remedy))
            holders.setdefault(name, where)
        problems += (
            Problem(
                listed,
                _uncovered(host, shared, own),
                _missing(host, where),
            )
            for host, listed in routes.hosts.items()
            if not shared.covers(host) and not own.covers(host)
        )
    return problems


def _check_arn(certificate: Certificate, where: str, account_id: str, region: str) -> list[Problem]:
    if not certificate.arn:
        return []
    arn = Arn.parse(certificate.arn)
    if (arn.region, arn.account_id) == (region, account_id):
        return []
    reason = f"is a certificate of account {arn.account_id} in {arn.region}"
    remedy = f"Use one of account {account_id} in {region}: a load balancer accepts no other."
    return [Problem(f"{where}.arn", reason, remedy)]


def _key(certificate: Certificate) -> str:
    # No host name contains `_`, so no other domain has the wildcard's key.
    return Arn.parse(certificate.arn).name if certificate.arn else _domains(certificate)[0].replace("*", "_wildcard")


def validated(certificate: Certificate) -> tuple[str, ...]:
    """The names for which this stack owns the validation records."""
    return _domains(certificate) if certificate.validation_records == "own" else ()


def _domains(certificate: Certificate) -> tuple[str, ...]:
    return tuple(dict.fromkeys(domain.lower() for domain in certificate.domains or ()))


def base(domain: str) -> str:
    """The name whose validation record a domain has: a wildcard shares that of the name that it is right below."""
    return domain.removeprefix("*.")


def covers(domain: str, host: str) -> bool:
    """Whether a certificate's domain covers a host, both in any case. A wildcard stands for exactly one label.

    https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate.html
    """
    domain, host = domain.lower(), host.lower()
    return domain == host or (domain.startswith("*.") and host.partition(".")[2] == domain[2:])
