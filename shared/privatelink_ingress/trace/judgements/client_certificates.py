"""Mutual TLS of a shard against its stack file, and authorities whose certificates expire."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from privatelink_ingress.plan.edge.shard import HTTPS
from privatelink_ingress.trace.client_certificates import HOP
from privatelink_ingress.trace.expected import Shard
from privatelink_ingress.trace.judgements.findings import SYSTEM, UP_EDGE, Diagnosis, found
from privatelink_ingress.trace.topology import LoadBalancer

NOTICE_DAYS = 60
"""Nothing renews an authority's certificate: whoever runs it needs time to issue another, and clients to follow."""


def judge(shard: Shard, balancer: LoadBalancer, now: datetime.datetime) -> Iterator[Diagnosis]:
    """What the listener asks of clients, and until when somebody can answer."""
    planned = shard.plan.mutual_tls
    for listener in balancer.listeners:
        if listener.port == HTTPS and listener.client_certificates != planned.mode:
            unguarded = planned.mode == "verify"
            reason = f"mutual TLS is {listener.client_certificates}, not {planned.mode}"
            reason += ", so clients without a certificate get in" if unguarded else ""
            yield found(SYSTEM, "error" if unguarded else "warning", HOP, reason, UP_EDGE, balancer.name)
    if store := planned.trust_store:
        left = (store.expires - now).days
        if left < NOTICE_DAYS:
            reason = f"a certificate of loadBalancer.mutualTls.caBundle expires in {left} day{'s' * (left != 1)}"
            remedy = "Add the authority's new certificate beside it, and replace its clients' certificates."
            yield found(SYSTEM, "warning", HOP, reason, remedy, f"{store.name}, until {store.expires:%Y-%m-%d}")
