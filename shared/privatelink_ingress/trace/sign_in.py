"""The hop at which the load balancer asks who the client is."""

from __future__ import annotations

from collections.abc import Iterator

from privatelink_ingress.trace.hops import Hop, Path, Stopped
from privatelink_ingress.trace.request import Request
from privatelink_ingress.trace.security_groups import releases_a_network

HOP = "Sign-in"


def ask(path: Path) -> Iterator[Hop]:
    """The sign-in of the rule, as far as a request shows it: only the load balancer validates sessions and tokens."""
    asked = path.rule.action.sign_in
    if asked is None:
        return
    evidence = f"{asked.type}: {asked.provider}"
    if not releases_a_network(path.topology.security_groups, path.balancer.security_group_ids, 443):
        reason = "the load balancer's security groups let it reach no identity provider on port 443"
        remedy = "Write loadBalancer.issuerCidrs and run `pulumi up` in central-ingress/."
        raise Stopped(HOP, evidence, reason, remedy, status=500 if asked.cookie else None)
    if path.request.signed_in:
        yield Hop(name=HOP, verdict="passes", evidence=f"{evidence}; followed as a client that has signed in")
    elif _shows(path.request, asked.cookie):
        shown = f"cookie {asked.cookie}" if asked.cookie else "token"
        reason = f"only the load balancer can validate the {shown}; followed as if it were valid"
        yield Hop(name=HOP, verdict="not seen", evidence=evidence, reason=reason)
    elif asked.unauthenticated == "allow":
        yield Hop(name=HOP, verdict="passes", evidence=f"{evidence}; clients without a session pass too")
    elif not asked.cookie:
        reason = "the request has no token in its Authorization header"
        raise Stopped(HOP, evidence, reason, 'Add --header "Authorization=Bearer <token>".', status=401)
    else:
        sent = asked.unauthenticated == "authenticate"
        reason = f"the client has no session{', and is sent to the identity provider' if sent else ''}"
        remedy = f'Add --header "Cookie={asked.cookie}-0=<value>", or write the path under signIn.openPaths.'
        raise Stopped(HOP, evidence, reason, remedy, status=302 if sent else 401)


def _shows(request: Request, cookie: str) -> bool:
    """Whether the request has something to validate. A session's cookies are numbered from 0."""
    headers = [(name.lower(), value) for name, value in request.headers]
    if not cookie:
        return any(name == "authorization" and value.lower().startswith("bearer ") for name, value in headers)
    pairs = (pair.strip() for name, value in headers if name == "cookie" for pair in value.split(";"))
    return any(pair.startswith(f"{cookie}-") for pair in pairs)
