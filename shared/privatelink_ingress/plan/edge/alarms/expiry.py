"""Alarms for certificates that are about to expire."""

from __future__ import annotations

from privatelink_ingress.plan.alarms import AlarmPlan
from privatelink_ingress.plan.edge.alarms import measured
from privatelink_ingress.plan.edge.certificates import CertificatesPlan


def plan_expiry(plan: CertificatesPlan, days: int, *, prefix: str) -> list[AlarmPlan]:
    """One alarm for each certificate, issued or existing, that fires `days` before it expires."""
    return [
        AlarmPlan(
            key=f"expiry-{certificate.key}",
            prefix=prefix,
            says=f"Certificate {certificate.key} expires in less than {days} days.",
            command="./run doctor",
            runbook="certificate-expiry",
            watches=measured.days_to_expiry(certificate.key),
            comparison="LessThanThreshold",
            threshold=days,
            periods=1,
            # ACM stops to report a certificate that has expired: the alarm keeps its state.
            missing="ignore",
        )
        for certificate in plan.certificates
    ]
