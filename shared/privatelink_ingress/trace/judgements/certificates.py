"""Certificates: those that ACM should have renewed, and those that it will not be able to."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from privatelink_ingress.trace.judgements.findings import SYSTEM, UP_EDGE, Diagnosis, found
from privatelink_ingress.trace.listeners import Certificate
from privatelink_ingress.trace.topology import LoadBalancer, Topology

HOP = "Certificate"

RENEWAL_DAYS = 45
"""ACM renews a certificate 60 days before it expires, and sends notice of one that it could not renew 45 days before:
https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html"""


def judge(balancer: LoadBalancer, topology: Topology, now: datetime.datetime) -> Iterator[Diagnosis]:
    """The certificates on the listeners of a load balancer, each once."""
    held = {one.arn: one for listener in balancer.listeners for one in listener.certificates}
    for certificate in held.values():
        yield from _expiry(certificate, now)
        yield from _validation(certificate, topology)


def _expiry(certificate: Certificate, now: datetime.datetime) -> Iterator[Diagnosis]:
    if certificate.not_after is None or (left := (certificate.not_after - now).days) >= RENEWAL_DAYS:
        return
    reason = (
        f"it expired {-left} day{'s' * (left != -1)} ago"
        if left < 0
        else f"it expires in {left} day{'s' * (left != 1)}, and ACM has not renewed it"
    )
    remedy = (
        f"Compare its validation records with the hosted zone: aws acm describe-certificate --certificate-arn "
        f"{certificate.arn}. An imported certificate has to be imported again."
    )
    evidence = f"{', '.join(certificate.domains)}, until {certificate.not_after:%Y-%m-%d}"
    yield found(SYSTEM, "error" if left < 0 else "warning", HOP, reason, remedy, evidence)


def _validation(certificate: Certificate, topology: Topology) -> Iterator[Diagnosis]:
    """ACM renews only while the record by which it validated a name is in public DNS.

    https://docs.aws.amazon.com/acm/latest/userguide/dns-renewal-validation.html
    """
    if topology.cnames is None:
        return
    lacking = sorted(name for name, value in certificate.validations if (name, value) not in topology.cnames)
    if lacking:
        reason = f"its validation record is in no hosted zone, so ACM cannot renew it: {', '.join(lacking)}"
        yield found(SYSTEM, "warning", HOP, reason, UP_EDGE, ", ".join(certificate.domains))
