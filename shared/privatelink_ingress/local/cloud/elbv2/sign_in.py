"""Actions that sign clients in, as AWS accepts them. The emulated load balancer has no traffic, so nobody signs in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.elbv2.models import ELBv2Backend
from moto.elbv2.responses import ELBV2Response

from privatelink_ingress.local.cloud.hardening import Params, around, before, refuse

SESSIONS = {"authenticate-oidc": "AuthenticateOidcConfig", "authenticate-cognito": "AuthenticateCognitoConfig"}
SIGN_IN = {**SESSIONS, "jwt-validation": "JwtValidationConfig"}
"""The configuration of each action (API reference, Action)."""

URLS = ("AuthorizationEndpoint", "Issuer", "JwksEndpoint", "TokenEndpoint", "UserInfoEndpoint")

LONGEST_SESSION = 604_800
"""Seconds (load balancer guide, "Authenticate users": as long as 7 days)."""

ALWAYS_VALIDATED = ("exp", "iss", "nbf", "iat")


@before(ELBV2Response, "create_rule", "modify_rule")
def an_answer_comes_last(request: Any, params: Params) -> None:
    """One forward, redirect or fixed response, last, and at most one sign-in before it (API reference, Action)."""
    actions = params.get("Actions") or ()
    if not actions:
        return
    ordered = sorted(actions, key=lambda action: int(action.get("Order") or 0))
    asked = [action for action in ordered if action.get("Type") in SIGN_IN]
    if len(asked) > 1:
        refuse("InvalidLoadBalancerAction", "A rule can have only one authenticate or jwt-validation action")
    if len(ordered) - len(asked) != 1 or ordered[-1] in asked:
        reason = "exactly one forward, redirect or fixed-response action, which is performed last"
        refuse("InvalidLoadBalancerAction", f"A rule must have {reason}")
    if asked and not all(action.get("Order") for action in actions):
        refuse("InvalidLoadBalancerAction", "An action order must be specified when a rule has multiple actions")


@before(ELBV2Response, "create_rule", "modify_rule")
def sign_in_is_for_https(request: Any, params: Params) -> None:
    """Only HTTPS listeners sign clients in (API reference, Action: "[HTTPS listeners]")."""
    asked = next((action["Type"] for action in params.get("Actions") or () if action.get("Type") in SIGN_IN), None)
    listener = _listener(request, params) if asked else None
    if listener is not None and listener.protocol != "HTTPS":
        refuse("InvalidLoadBalancerAction", f"Actions of type '{asked}' are supported only on HTTPS listeners")


@before(ELBV2Response, "create_rule", "modify_rule")
def identity_providers_are_complete(request: Any, params: Params) -> None:
    """Full https URLs, a client secret, a session of at most 7 days, up to 10 claims of up to 10 values.

    Source: API reference, AuthenticateOidcActionConfig, JwtValidationActionConfig, JwtValidationActionAdditionalClaim.
    """
    for action in params.get("Actions") or ():
        config = action.get(SIGN_IN.get(str(action.get("Type")), "")) or {}
        if action.get("Type") in SIGN_IN and not config:
            refuse("InvalidLoadBalancerAction", f"A '{SIGN_IN[action['Type']]}' must be specified")
        for key in URLS:
            if key in config and not str(config[key]).startswith("https://"):
                refuse("InvalidLoadBalancerAction", f"The {key} '{config[key]}' must be an HTTPS URL")
        kept = request._get_action() == "ModifyRule" and config.get("UseExistingClientSecret")
        if action.get("Type") == "authenticate-oidc" and not config.get("ClientSecret") and not kept:
            refuse("InvalidLoadBalancerAction", "A client secret must be specified")
        if not 1 <= int(config.get("SessionTimeout") or 1) <= LONGEST_SESSION:
            refuse("ValidationError", f"Session timeout '{config['SessionTimeout']}' must be at most {LONGEST_SESSION}")
        _check_claims(config.get("AdditionalClaims") or ())


@around(ELBv2Backend, "_validate_actions")
def client_secrets_are_not_described(original: Any, self: Any, actions: list[Any]) -> None:
    """AWS describes no client secret (API reference, AuthenticateOidcActionConfig), so the emulated one keeps none."""
    original(self, actions)
    for action in actions:
        action.data.get("AuthenticateOidcConfig", {}).pop("ClientSecret", None)


def _check_claims(claims: Any) -> None:
    if len(claims) > 10:
        refuse("ValidationError", f"'{len(claims)}' additional claims exceed the maximum of '10'")
    for claim in claims:
        values = claim.get("Values") or ()
        most = 1 if claim.get("Format") == "single-string" else 10
        if claim.get("Name") in ALWAYS_VALIDATED:
            refuse("ValidationError", f"The claim '{claim['Name']}' is validated by default")
        if not 1 <= len(values) <= most:
            refuse("ValidationError", f"The claim '{claim.get('Name')}' must have at most '{most}' values")


def _listener(request: Any, params: Mapping[str, Any]) -> Any:
    balancers = request.elbv2_backend.load_balancers.values()
    for arn, listener in (one for balancer in balancers for one in balancer.listeners.items()):
        if arn == params.get("ListenerArn") or params.get("RuleArn") in listener.rules:
            return listener
    return None  # moto answers that it does not exist
