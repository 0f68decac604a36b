"""The pattern language of listener rules: `*` is any number of characters, `?` exactly one, everything else is itself.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
"""

from __future__ import annotations

WILDCARDS = "*?"


def has_wildcard(pattern: str) -> bool:
    """Whether the pattern can match more than one text."""
    return any(wildcard in pattern for wildcard in WILDCARDS)


def wildcards(pattern: str) -> int:
    """How many wildcards the pattern has."""
    return sum(map(pattern.count, WILDCARDS))
