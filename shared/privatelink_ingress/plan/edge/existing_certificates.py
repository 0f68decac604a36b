"""Existing certificates, which stack files name by ARN: what AWS knows of them, and what a load balancer refuses."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Iterator, Mapping

from privatelink_ingress.arns import Arn
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.attached import AttachedSettings
from privatelink_ingress.settings.certificates import Certificate
from privatelink_ingress.settings.edge import EdgeSettings

KEY_ALGORITHMS = ("RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1")
"""Keys of certificates of ACM that an Application Load Balancer takes. Every security policy of one has ciphers for RSA
and for ECDSA, so the policy excludes none:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html"""

_REMEDIES = {
    "PENDING_VALIDATION": "Create its validation records and wait until ACM has issued it",
    "EXPIRED": "Renew it, or import a valid one under the same ARN",
    "INACTIVE": "Associate it with a service of AWS again, so that ACM renews it",
}
"""By `Status` of CertificateDetail, ACM API. The others, such as REVOKED and FAILED, are final."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class FoundCertificate:
    """A certificate, as `CertificateDetail` of the ACM API has it."""

    domains: tuple[str, ...]
    """Its names, in lower case."""
    status: str
    key_algorithm: str
    not_after: datetime.datetime | None
    """None until it is issued."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class FoundCertificates:
    """The existing certificates of a stack, at a time."""

    by_arn: Mapping[str, FoundCertificate]
    seen: datetime.datetime


def existing(settings: EdgeSettings | AttachedSettings) -> dict[str, str]:
    """The ARNs of a stack's existing certificates, by the key that holds each."""
    entries: dict[str, Certificate] = {}
    if isinstance(settings, EdgeSettings):
        entries |= {f"certificates[{place}]": one for place, one in enumerate(settings.certificates)}
    for name, connection in sorted(settings.connections.items()):
        if connection.certificate:
            entries[f"connections.{name}.certificate"] = connection.certificate
    return {f"{where}.arn": one.arn for where, one in entries.items() if one.arn}


def visible(settings: EdgeSettings | AttachedSettings, region: str) -> dict[str, str]:
    """Those of `existing` in the stack's own account and Region; the plan refuses the others."""
    home = (settings.account_id, region)
    return {
        where: arn
        for where, arn in existing(settings).items()
        if (Arn.parse(arn).account_id, Arn.parse(arn).region) == home
    }


def check(settings: EdgeSettings | AttachedSettings, found: FoundCertificates | None) -> Iterator[Problem]:
    """What keeps a load balancer from taking a certificate. `found` is None where nobody asked AWS."""
    for where, arn in existing(settings).items():
        if found and (one := found.by_arn.get(arn)):
            yield from _check(where, arn, one, found.seen)


def _check(where: str, arn: str, one: FoundCertificate, now: datetime.datetime) -> Iterator[Problem]:
    known = f"{arn} is for {', '.join(one.domains)}."

    def remedy(first: str | None) -> str:
        start = f"{first}, or write" if first else "Write"
        return f"{start} another certificate, or domains to have one issued. {known}"

    if one.status != "ISSUED":
        reason = f"is {one.status}: a load balancer takes issued certificates only"
        yield Problem(where, reason, remedy(_REMEDIES.get(one.status)))
    elif one.not_after is not None and one.not_after <= now:
        reason = f"expired on {one.not_after:%Y-%m-%d}: clients refuse the connection"
        yield Problem(where, reason, remedy(_REMEDIES["EXPIRED"]))
    if one.key_algorithm not in KEY_ALGORITHMS:
        reason = f"has a key of type {one.key_algorithm}: a load balancer takes {', '.join(KEY_ALGORITHMS)}"
        yield Problem(where, reason, remedy("Import it again with such a key"))


def names(arns: Iterable[str], found: FoundCertificates | None) -> tuple[str, ...] | None:
    """The names of certificates; None when those of one are unknown."""
    domains: set[str] = set()
    for arn in arns:
        one = found.by_arn.get(arn) if found else None
        if one is None:
            return None
        domains |= set(one.domains)
    return tuple(sorted(domains))
