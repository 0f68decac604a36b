"""What an annotation protects by its name, whoever reads it: what is lost when nobody does, and where it goes here."""

from __future__ import annotations

import re

_ELSEWHERE = "ask the platform team for authentication at the edge, or let the application check who calls."

_BY_NAME = (
    (
        r"(white|allow)-?list|source-?ranges?\b|inbound-cidrs|access-control-allow\b|allow-?from",
        "leaves the application open to every address",
        "Remove it, and ask the platform team to allow only these networks (sources of the route).",
    ),
    (
        r"(black|deny|block)-?list|deny-?from",
        "keeps nobody out: the denied networks reach the application",
        "Remove it, and ask the platform team to block the networks (firewall.deny of central-ingress).",
    ),
    (
        r"\bauth(?!or)|\b(oauth2?|oidc|jwt|basic-?auth|forward-?auth|external-?auth)\b",
        "leaves the application open: no client has to log in",
        f"Remove it, and {_ELSEWHERE}",
    ),
    (
        r"rate-?limit|\blimit-(rps|rpm|req|conn|connections|rate|whitelist)\b|throttl",
        "limits nothing",
        "Write nginx.org/limit-req-rate, which each pod of the controller counts separately, or ask for "
        "firewall.rateLimit at the edge.",
    ),
    (
        r"\bwaf|modsecurity|app-?(firewall|root-waf)|security-policy",
        "inspects nothing",
        "Remove it: the edge has a firewall; ask the platform team for a rule of central-ingress:firewall.",
    ),
    (
        r"\bcors\b|access-control-",
        "sets no CORS headers, so pages of other origins cannot call the application",
        "Let the application answer OPTIONS and set the headers.",
    ),
)


def protection(name: str) -> tuple[str, str] | None:
    """What is lost, as a clause, and what to do; None for a name that protects nothing.

    Args:
        name: Of the annotation, its prefix left out.
    """
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[._/]", "-", name).lower()
    return next(((lost, write) for pattern, lost, write in _BY_NAME if re.search(pattern, words)), None)
