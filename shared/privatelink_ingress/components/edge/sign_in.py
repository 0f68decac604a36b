"""The actions of a listener rule that sign a client in before its request is forwarded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi import Output

from privatelink_ingress.settings.sign_in import Cognito, Jwt, Oidc, Session, SignIn


def before(action: Mapping[str, Any], sign_in: SignIn) -> list[dict[str, Any]]:
    """The sign-in, and then `action`."""
    return [{**_sign_in(sign_in), "order": 1}, {**action, "order": 2}]


def _sign_in(sign_in: SignIn) -> dict[str, Any]:
    if sign_in.oidc is not None:
        return {"type": "authenticate-oidc", "authenticate_oidc": _oidc(sign_in.oidc)}
    if sign_in.cognito is not None:
        return {"type": "authenticate-cognito", "authenticate_cognito": _cognito(sign_in.cognito)}
    if sign_in.jwt is not None:
        return {"type": "jwt-validation", "jwt_validation": _jwt(sign_in.jwt)}
    raise ValueError("the settings have one identity provider")


def _oidc(oidc: Oidc) -> dict[str, Any]:
    return {
        "issuer": oidc.issuer,
        "authorization_endpoint": oidc.authorization_endpoint,
        "token_endpoint": oidc.token_endpoint,
        "user_info_endpoint": oidc.user_info_endpoint,
        "client_id": oidc.client_id,
        "client_secret": Output.secret(oidc.client_secret.get_secret_value()),
        **_session(oidc),
    }


def _cognito(cognito: Cognito) -> dict[str, Any]:
    return {
        "user_pool_arn": cognito.user_pool_arn,
        "user_pool_client_id": cognito.user_pool_client_id,
        "user_pool_domain": cognito.user_pool_domain,
        **_session(cognito),
    }


def _session(session: Session) -> dict[str, Any]:
    return {
        "scope": session.scope,
        "session_cookie_name": session.session_cookie,
        "session_timeout": session.session_seconds,
        "on_unauthenticated_request": session.on_unauthenticated,
        "authentication_request_extra_params": session.extra_parameters or None,
    }


def _jwt(jwt: Jwt) -> dict[str, Any]:
    return {
        "issuer": jwt.issuer,
        "jwks_endpoint": jwt.jwks_endpoint,
        "additional_claims": [
            {"name": claim.name, "format": claim.format, "values": claim.values} for claim in jwt.claims
        ]
        or None,
    }
