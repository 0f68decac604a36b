"""Rules for client certificates: who asks for them, and who vouches for them."""

from __future__ import annotations

from collections.abc import Iterator

from privatelink_ingress import tokens as t
from privatelink_ingress.rules.firewall import rules_of
from privatelink_ingress.rules.model import Finding, Inputs, Stack, resource_rule, stack_rule
from privatelink_ingress.settings.mutual_tls import EXPIRED_ACCEPTED, EXPIRY_TAG, FORGED_CERTIFICATES

ASKING = ("verify", "passthrough")


@resource_rule(
    t.LISTENER,
    reason="Expiry is what ends a stolen key that nobody has revoked.",
    stands_for=["SEC02"],
)
def expired_client_certificates_are_refused(inputs: Inputs) -> Iterator[str]:
    """A listener refuses expired client certificates, unless its tags say that it accepts them."""
    asked = inputs.get("mutualAuthentication") or {}
    accepted = (inputs.get("tags") or {}).get(EXPIRY_TAG) == EXPIRED_ACCEPTED
    if asked.get("ignoreClientCertificateExpiry") and not accepted:
        yield f"accepts expired client certificates, and has no tag {EXPIRY_TAG}: {EXPIRED_ACCEPTED}"


@stack_rule(
    reason="Services believe headers about client certificates; where the listener sets none, only a client can.",
    stands_for=["SEC02", "SEC05"],
)
def listeners_and_firewall_agree_on_client_certificates(stack: Stack) -> Iterator[Finding]:
    """The firewall blocks headers about client certificates where no listener asks for certificates, and only there."""
    walls = list(stack.of(t.WEB_ACL, t.RULE_GROUP))
    blocked = any(rule["name"] == FORGED_CERTIFICATES for wall in walls for rule in rules_of(wall.inputs))
    for listener in stack.of(t.LISTENER):
        if not walls or listener.inputs.get("protocol") != "HTTPS":
            continue
        mode = (listener.inputs.get("mutualAuthentication") or {}).get("mode", "off")
        if mode in ASKING and blocked:
            yield listener, f"asks for client certificates ({mode}), but the firewall is of a stack that asks for none"
        elif mode not in ASKING and not blocked:
            yield listener, "asks for no client certificates, but the firewall lets headers about them in"
