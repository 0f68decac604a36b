"""A shard's load balancer against its stack file: what it protects, and what every request relies on."""

from __future__ import annotations

from collections.abc import Iterator

from privatelink_ingress.plan.edge.shard import HTTPS
from privatelink_ingress.trace.expected import Shard
from privatelink_ingress.trace.judgements.findings import SYSTEM, UP_EDGE, Diagnosis, found
from privatelink_ingress.trace.surroundings import Surroundings
from privatelink_ingress.trace.topology import LoadBalancer

HOP = "Load balancer"

_ATTRIBUTES = {
    "routing.http.preserve_host_header.enabled": ("true", "the controller does not get the client's host header"),
    "routing.http.drop_invalid_header_fields.enabled": ("true", "invalid headers reach the services"),
    "waf.fail_open.enabled": ("false", "requests pass unscreened while the firewall does not answer"),
}
"""Value of attributes that every shard has, and what another value does (LoadBalancerAttribute, ELBv2 API)."""


def judge(shard: Shard, balancer: LoadBalancer, around: Surroundings) -> Iterator[Diagnosis]:
    """The listeners and attributes. What was not read is not judged."""
    settings = shard.plan.load_balancer
    by_port = {listener.port: listener for listener in balancer.listeners}
    for port in shard.plan.client_ports:
        if port not in by_port:
            yield found(SYSTEM, "error", HOP, f"nothing listens on port {port}", UP_EDGE, balancer.name)
    if (https := by_port.get(HTTPS)) and https.tls_policy and https.tls_policy != settings.tls_policy:
        reason = f"its TLS policy is {https.tls_policy}, not {settings.tls_policy}"
        yield found(SYSTEM, "warning", HOP, reason, UP_EDGE, balancer.name)
    attributes = around.attributes.get(balancer.arn, {})
    if settings.deletion_protection and attributes.get("deletion_protection.enabled") == "false":
        yield found(SYSTEM, "warning", HOP, "nothing protects it from deletion", UP_EDGE, balancer.name)
    idle = attributes.get("idle_timeout.timeout_seconds")
    if idle and idle != str(settings.idle_timeout):
        reason = f"its idle timeout is {idle} s, not {settings.idle_timeout} s"
        yield found(SYSTEM, "warning", HOP, reason, UP_EDGE, balancer.name)
    for key, (wanted, effect) in _ATTRIBUTES.items():
        if attributes.get(key, wanted) != wanted:
            yield found(SYSTEM, "warning", HOP, f"{key} is {attributes[key]}: {effect}", UP_EDGE, balancer.name)
