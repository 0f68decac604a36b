"""Settings of sign-in: the load balancer forwards a request only with a session or a token of an identity provider.

Every value becomes an action of the connection's listener rules: AuthenticateOidcActionConfig,
AuthenticateCognitoActionConfig and JwtValidationActionConfig of the ELBv2 API.
"""

from __future__ import annotations

import re
import urllib.parse
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from privatelink_ingress import regions
from privatelink_ingress.settings.fields import (
    PARTITION,
    UNIQUE,
    InvalidSetting,
    PathPattern,
    Settings,
    matching,
    quoted,
)

ISSUERS = "Identity providers of connections that sign clients in"
"""Description of the security group's rules for them, by which rules about networks know them."""

_LONGEST_URL = 256
"""Characters of Issuer and JwksEndpoint: JwtValidationActionConfig of the ELBv2 API. It names no limit for OIDC."""

DEFAULT_COOKIE = "AWSELBAuthSessionCookie"
"""SessionCookieName of AuthenticateOidcActionConfig, ELBv2 API."""

_HOST = re.compile(r"(?=.{1,253}\Z)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")


def _https(value: str) -> str:
    shown = f"is {quoted(value)}"
    scheme, separator, rest = value.partition("://")
    if not separator or scheme.lower() != "https":
        address = rest if separator else value.removeprefix("//")
        reason = f"{shown}, which does not begin with https://"
        raise InvalidSetting(reason, f"Write https://{address}." if len(address) <= 200 else "Write an https:// URL.")
    try:
        parts = urllib.parse.urlsplit(value)
        port = parts.port
    except ValueError:
        parts, port = urllib.parse.SplitResult("https", "", "", "", ""), None
    if not _HOST.fullmatch(parts.hostname or "") or "@" in parts.netloc or not re.fullmatch(r"[!-~]+", value):
        raise InvalidSetting(f"{shown}, which is not a URL", "Write one such as https://login.example.com/authorize.")
    if port not in (None, 443):
        reason = f"{shown}, with port {port}, but the load balancer reaches identity providers on port 443 alone"
        raise InvalidSetting(reason, "Write a URL on port 443.")
    if parts.fragment or value.endswith("#"):
        raise InvalidSetting(f"{shown}, with a fragment", "Remove it from # on.")
    return value


def _with_path(value: str) -> str:
    if not urllib.parse.urlsplit(value).path:
        reason = f"is {quoted(value)}, which has no path"
        raise InvalidSetting(reason, "Write the whole URL, as the identity provider's configuration shows it.")
    return value


Issuer = Annotated[str, AfterValidator(_https)]
"""The load balancer compares it with `iss` of the token, letter by letter."""

Endpoint = Annotated[str, AfterValidator(_https), AfterValidator(_with_path)]

TokenIssuer = Annotated[str, Field(max_length=_LONGEST_URL), AfterValidator(_https)]
KeySet = Annotated[str, Field(max_length=_LONGEST_URL), AfterValidator(_https), AfterValidator(_with_path)]

ClientId = Annotated[str, matching(r"[!-~]{1,1024}", "the client id that the identity provider has issued")]

ClientSecret = Annotated[SecretStr, Field(min_length=1)]

ParameterName = Annotated[str, matching(r"[A-Za-z0-9_-]{1,128}", "letters, digits, hyphens and underscores")]

UserPoolArn = Annotated[
    str,
    matching(
        rf"arn:{PARTITION}:cognito-idp:{regions.PATTERN}:\d{{12}}:userpool/{regions.PATTERN}_[A-Za-z0-9]+",
        "the ARN of a user pool, such as arn:aws:cognito-idp:eu-west-1:222222222222:userpool/eu-west-1_Example",
    ),
]

UserPoolDomain = Annotated[
    str,
    matching(
        # Domain of CreateUserPoolDomain, Cognito API.
        r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*",
        "the prefix of the user pool's domain, or its own domain, without https://",
    ),
]

ClaimName = Annotated[
    str, matching(r"[!-~]{1,256}", "the name of a claim: 1-256 visible ASCII characters without spaces")
]

_ALWAYS_VALIDATED = ("exp", "iss", "nbf", "iat")
"""https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html"""


class Session(Settings):
    """How long a client stays signed in, and what the load balancer asks the identity provider for."""

    scope: Annotated[str, matching(r"[!-~]+( [!-~]+)*", "scopes separated by one space, such as openid email")] = (
        "openid"
    )
    session_cookie: Annotated[
        str, matching(r"[A-Za-z0-9_-]{1,64}", "a cookie's name: 1-64 letters, digits, hyphens and underscores")
    ] = DEFAULT_COOKIE
    """Name of the cookie; two connections of one host need two. A session above 4 KB takes up to four cookies."""
    session_seconds: Annotated[int, Field(ge=1, le=604_800)] = 28_800
    """How long a session lasts. AWS's own default is the maximum, 7 days: a user who loses access keeps the session."""
    on_unauthenticated: Literal["authenticate", "deny", "allow"] = "authenticate"
    """What a client without a session gets: the identity provider's page, 401, or the service, unauthenticated."""
    extra_parameters: Annotated[dict[ParameterName, str], Field(default_factory=dict, max_length=10)]
    """Added to the redirect to the identity provider, such as `prompt: login`."""


class Oidc(Session):
    """An identity provider with OpenID Connect. Its configuration shows the URLs: /.well-known/openid-configuration."""

    issuer: Issuer
    authorization_endpoint: Endpoint
    token_endpoint: Endpoint
    user_info_endpoint: Endpoint
    client_id: ClientId
    client_secret: ClientSecret
    """Encrypted: `pulumi config set --secret --path`. It reaches the listener rules and the encrypted state alone."""


class Cognito(Session):
    """A user pool of Amazon Cognito."""

    user_pool_arn: UserPoolArn
    user_pool_client_id: ClientId
    """An app client with a secret, which AWS reads itself."""
    user_pool_domain: UserPoolDomain


class Claim(Settings):
    """A claim that a token must have beside those that the load balancer always validates."""

    name: ClaimName
    format: Literal["single-string", "string-array", "space-separated-values"] = "single-string"
    values: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=256)], ...], Field(min_length=1, max_length=10), UNIQUE
    ]
    """Expected values; one for `single-string`, at most 10 for the others."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.name in _ALWAYS_VALIDATED:
            raise InvalidSetting(
                f"is {self.name}, which the load balancer always validates", "Remove the claim.", at=("name",)
            )
        if self.format == "single-string" and len(self.values) > 1:
            raise InvalidSetting(
                f"has {len(self.values)} values, but a claim of format single-string has one",
                "Write format: string-array or space-separated-values, or one value.",
                at=("values",),
            )
        return self


class Jwt(Settings):
    """Tokens that clients bring in the Authorization header, for services without a browser.

    The load balancer takes RS256 alone, and a key set of at most 10 keys and 150 KB:
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html
    """

    issuer: TokenIssuer
    jwks_endpoint: KeySet
    """The key set, which must be public."""
    claims: Annotated[tuple[Claim, ...], Field(max_length=10), UNIQUE] = ()

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [claim.name for claim in self.claims]
        for index, name in enumerate(names):
            if name in names[:index]:
                raise InvalidSetting(
                    f"is {name}, which another claim has", "Write its values once.", at=("claims", index, "name")
                )
        return self


class SignIn(Settings):
    """Who vouches for the clients of a connection: `oidc`, `cognito` or `jwt`."""

    oidc: Oidc | None = None
    cognito: Cognito | None = None
    jwt: Jwt | None = None
    open_paths: Annotated[tuple[PathPattern, ...], UNIQUE] = ()
    """Paths that need no sign-in, such as a health check; `*` and `?` as in a route."""

    @model_validator(mode="after")
    def _one_provider(self) -> Self:
        written = [key for key in ("oidc", "cognito", "jwt") if getattr(self, key) is not None]
        if len(written) != 1:
            reason = f"has {' and '.join(written)}" if written else "names no identity provider"
            raise InvalidSetting(reason, "Write one of oidc, cognito and jwt.")
        return self
