"""Connections whose clients a shard asks for certificates, though their files do not say that they want it."""

from __future__ import annotations

from collections.abc import Iterator

from privatelink_ingress.fleet.shards import ShardStacks


def asked(shard: ShardStacks) -> Iterator[str]:
    """One note for a shard with mutual TLS, unless each of its connections has `clientCertificates`."""
    mode = shard.edge.settings.load_balancer.mutual_tls.mode
    silent = sorted(
        name
        for stack in shard.stacks
        for name, connection in stack.settings.connections.items()
        if connection.client_certificates is None
    )
    if mode != "off" and silent:
        effect = "gets no connection to" if mode == "verify" else "is not verified for"
        yield (
            f"{shard.edge.file}: loadBalancer.mutualTls is {mode}, so a client without a certificate {effect} "
            f"{', '.join(silent)}. Connections that must not ask for certificates need another shard."
        )
