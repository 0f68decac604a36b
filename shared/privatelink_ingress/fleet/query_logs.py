"""Query logs of one hosted zone in several stack files: Route 53 keeps one configuration for each zone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from privatelink_ingress.fleet.stacks import Edge, Finding
from privatelink_ingress.problems import Problem


def zones(edges: Iterable[Edge]) -> Iterator[Finding]:
    """Stack files that log the queries of a zone which an earlier one logs too."""
    holders: dict[str, Edge] = {}
    for edge in edges:
        dns = edge.settings.dns
        if not dns.query_logs.enabled:
            continue
        holder = holders.setdefault(dns.zone_id, edge)
        if holder is not edge:
            reason = (
                f"is true, but {holder.file} logs the queries of hosted zone {dns.zone_id} too, and Route 53 keeps one "
                "configuration for each zone"
            )
            remedy = f"Remove dns.queryLogs here: the log group of {holder.stack} has the queries for every name of it."
            yield Finding(edge.file, Problem("dns.queryLogs.enabled", reason, remedy))
