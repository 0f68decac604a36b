"""Rules for sign-in at the load balancer, and for its way to the identity providers."""

from __future__ import annotations

from collections.abc import Iterator

from privatelink_ingress import tokens as t
from privatelink_ingress.rules.model import Finding, Inputs, Stack, resource_rule, stack_rule
from privatelink_ingress.rules.network import public_load_balancers, to_issuers

SIGN_IN = {
    "authenticate-oidc": "authenticateOidc",
    "authenticate-cognito": "authenticateCognito",
    "jwt-validation": "jwtValidation",
}
"""Types of actions that ask who the client is, with the block of each."""

_URLS = ("issuer", "authorizationEndpoint", "tokenEndpoint", "userInfoEndpoint", "jwksEndpoint")


@stack_rule(
    reason="A way to the whole internet is what an intruder needs; only the load balancer signs clients in.",
    stands_for=["D25", "SEC05"],
)
def only_load_balancers_reach_identity_providers(stack: Stack) -> Iterator[Finding]:
    """Port 443 to identity providers is open to internet-facing load balancers alone."""
    groups = {urn for one in public_load_balancers(stack) for urn in one.references.get("securityGroups", ())}
    for rule in stack.of(t.EGRESS_RULE):
        if to_issuers(rule.inputs) and not rule.references.get("securityGroupId", frozenset()) & groups:
            yield rule, "leads to identity providers from what is not the internet-facing load balancer"


@resource_rule(
    t.LISTENER_RULE,
    reason="Over plain HTTP, whoever is on the way reads codes and tokens, and signs in as anyone.",
    stands_for=["SEC02", "SEC09"],
)
def identity_providers_are_reached_over_https(inputs: Inputs) -> Iterator[str]:
    """Every URL of an identity provider begins with https://."""
    for action in _sign_ins(inputs):
        for key in _URLS:
            if key in set(action) and not str(action[key]).startswith("https://"):
                yield f"reaches its identity provider without TLS: {key} is {action[key]}"


@resource_rule(
    t.LISTENER_RULE,
    reason="Actions run by their order: what forwards first serves everyone.",
    stands_for=["SEC02"],
)
def sign_in_comes_first(inputs: Inputs) -> Iterator[str]:
    """A rule that signs clients in does so before it forwards."""
    actions = list(inputs.get("actions") or ())
    asked = [action.get("order") for action in actions if action.get("type") in SIGN_IN]
    others = [action.get("order") for action in actions if action.get("type") not in SIGN_IN]
    if asked and any(order is None for order in (*asked, *others)):
        yield "has actions without an order, though one of them signs clients in"
    elif asked and max(asked) > min(others, default=0):
        yield "forwards before it signs clients in"


def _sign_ins(inputs: Inputs) -> Iterator[Inputs]:
    for action in inputs.get("actions") or ():
        key = SIGN_IN.get(str(action.get("type")))
        if key and key in set(action):
            yield action[key]
