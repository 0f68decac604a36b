"""Identity providers for the tests of sign-in."""

from __future__ import annotations

from typing import Any

SECRET = "correct horse battery staple"

OIDC: dict[str, Any] = {
    "issuer": "https://login.example.com",
    "authorizationEndpoint": "https://login.example.com/authorize",
    "tokenEndpoint": "https://login.example.com/token",
    "userInfoEndpoint": "https://login.example.com/userinfo",
    "clientId": "shop",
    "clientSecret": SECRET,
}
COGNITO: dict[str, Any] = {
    "userPoolArn": "arn:aws:cognito-idp:eu-west-1:222222222222:userpool/eu-west-1_Example1",
    "userPoolClientId": "3n4b5urk1ft4fl3mg5e62d9ado",
    "userPoolDomain": "example-login",
}
JWT: dict[str, Any] = {
    "issuer": "https://login.example.com",
    "jwksEndpoint": "https://login.example.com/keys",
    "claims": [{"name": "scope", "format": "space-separated-values", "values": ["orders:read", "orders:write"]}],
}
