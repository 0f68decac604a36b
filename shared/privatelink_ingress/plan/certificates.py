"""The certificates of the HTTPS listener and the records that prove their names."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.edge import Certificate


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
    """All certificates of a listener."""

    default: CertificatePlan
    more: tuple[CertificatePlan, ...]
    validations: tuple[ValidationPlan, ...]


def plan_certificates(certificates: Sequence[Certificate], *, zone_id: str) -> CertificatesPlan:
    """The plan; `check` must have found nothing.

    Args:
        certificates: The first is the listener's default.
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
    return CertificatesPlan(default=planned[0], more=tuple(planned[1:]), validations=tuple(validations.values()))


def check(
    certificates: Sequence[Certificate], hosts: Iterable[tuple[str, str]], *, account_id: str, region: str
) -> list[Problem]:
    """What is wrong with the certificates, and which hosts none of them covers.

    Args:
        certificates: As in the settings.
        hosts: Pairs of a connection's name and a host of it.
        account_id: Account of the edge.
        region: Region of the edge.
    """
    problems = []
    seen: dict[str, int] = {}
    for position, certificate in enumerate(certificates):
        where = f"certificates.{position}"
        if certificate.arn and certificate.arn.split(":")[3:5] != [region, account_id]:
            problems.append(
                Problem(
                    f"{where}.arn",
                    f"is a certificate of account {certificate.arn.split(':')[4]} in {certificate.arn.split(':')[3]}",
                    f"Use one of account {account_id} in {region}: a load balancer takes no other.",
                )
            )
        key = _key(certificate)
        if key in seen:
            shown = certificate.arn or _domains(certificate)[0]
            problems.append(
                Problem(where, f"{shown} is already in certificates.{seen[key]}", "Remove one, or merge their domains.")
            )
        seen.setdefault(key, position)
    if any(certificate.arn for certificate in certificates):
        return problems  # what an adopted certificate covers is not known here
    domains = [domain for certificate in certificates for domain in _domains(certificate)]
    for connection, host in sorted(hosts):
        if not any(_covers(domain, host) for domain in domains):
            problems.append(
                Problem(
                    f"connections.{connection}",
                    f"{host} is covered by no certificate",
                    f"Add {host} to the domains of an entry of certificates.",
                )
            )
    return problems


def _key(certificate: Certificate) -> str:
    # `_` is in no host name, so the wildcard's key is no other domain's.
    return certificate.arn.rsplit("/", 1)[-1] if certificate.arn else _domains(certificate)[0].replace("*", "_wildcard")


def _domains(certificate: Certificate) -> tuple[str, ...]:
    return tuple(dict.fromkeys(domain.lower() for domain in certificate.domains or ()))


def _base(domain: str) -> str:
    return domain.removeprefix("*.")


def _covers(domain: str, host: str) -> bool:
    """A wildcard stands for exactly one label: https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate.html."""
    return domain == host or (domain.startswith("*.") and "." in host and domain[2:] == host.split(".", 1)[1])
