"""Asks everything that a trace compares: several names at a time, and nothing more when no resolver answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from privatelink_ingress.public_dns.delegation import delegation
from privatelink_ingress.public_dns.resolver import PORT, Resolver, Unreachable
from privatelink_ingress.trace.public_names import PublicNames

AT_ONCE = 16
"""Queries at one time: few for any resolver."""


def ask(
    resolver: Resolver,
    balancers: Iterable[tuple[str, str]],
    hosts: Iterable[tuple[str, str]],
    domains: Mapping[str, Sequence[str]],
    *,
    authority_port: int = PORT,
) -> PublicNames:
    """The answers of a resolver.

    Args:
        resolver: To ask.
        balancers: DNS names of load balancers, with the type: `A` or `AAAA`. They exist, so they are asked first: a
            resolver that answers for none of them cannot be reached.
        hosts: Names of hosts, with the type.
        domains: The name servers that each domain should be delegated to.
        authority_port: Of the name servers of parent zones.

    Raises:
        Unreachable: the resolver does not answer.
    """
    first, rest = sorted(set(balancers)), sorted(set(hosts))
    if not first:
        first, rest = rest[:1], rest[1:]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = dict(zip(first, pool.map(lambda one: resolver.ask(*one), first), strict=True))
        if answers and all(one.outcome == "silence" for one in answers.values()):
            raise Unreachable(f"resolver {resolver} gave {next(iter(answers.values())).detail}")
        answers |= zip(rest, pool.map(lambda one: resolver.ask(*one), rest), strict=True)
        wanted = sorted(domains.items())
        delegated = pool.map(lambda one: delegation(resolver, *one, authority_port=authority_port), wanted)
        delegations = dict(zip((domain for domain, _ in wanted), delegated, strict=True))
    return PublicNames(resolver=str(resolver), answers=answers, delegations=delegations)
