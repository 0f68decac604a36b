"""Settings of the web ACL. All of them stand in the shard's file, since the web ACL is the load balancer's."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from privatelink_ingress.problems import suggest
from privatelink_ingress.settings.countries import Countries
from privatelink_ingress.settings.existing_web_acl import ExistingWebAcl
from privatelink_ingress.settings.fields import (
    UNIQUE,
    Host,
    InvalidSetting,
    PathPattern,
    Settings,
    matching,
)
from privatelink_ingress.settings.firewall_answers import FirewallLogs, Page
from privatelink_ingress.settings.limits import IP_SET
from privatelink_ingress.settings.managed_rules import BODY_RULE, COMMON, FLOODS, GROUPS, ManagedGroup
from privatelink_ingress.settings.networks import FirewallCidr

ANY_PATH = ("/*",)

COUNTING = "Every rule counts and none blocks: the firewall is being tried out."
"""Description of a web ACL in stage `count`, by which rules about web ACLs know it."""

Paths = Annotated[tuple[PathPattern, ...], Field(min_length=1), UNIQUE]

Regex = Annotated[str, matching(r"[ -~]{1,200}", "a regular expression of 1-200 visible ASCII characters")]
"""https://docs.aws.amazon.com/waf/latest/developerguide/limits.html"""

RateLimit = Annotated[int, Field(ge=10, le=2_000_000_000)]
"""RateBasedStatement.Limit of the WAFv2 API."""

Version = Annotated[str, matching(r"Version_\d+\.\d+", "a static version of the group, such as Version_1.23")]


_PATH = r"/[!-~]{0,255}"


class Login(Settings):
    """Where clients log in: what account takeover prevention inspects. AWSManagedRulesATPRuleSet of the WAFv2 API."""

    path: Annotated[str, matching(_PATH, "the path of the log-in request, such as /login")]
    payload: Literal["form", "json"] = "form"
    username: Annotated[str, Field(min_length=1, max_length=512)]
    """The field's name in a form, or its JSON pointer, such as `/user/name`."""
    password: Annotated[str, Field(min_length=1, max_length=512)]


_FieldName = Annotated[str, Field(min_length=1, max_length=512)]
"""A field's name in a form, or its JSON pointer, such as `/user/name`."""


class Registration(Settings):
    """Where clients create accounts: what account creation fraud prevention inspects.

    AWSManagedRulesACFPRuleSet of the WAFv2 API. WAF compares beginnings of paths.
    """

    page: Annotated[str, matching(_PATH, "the path of the page with the form, such as /register")]
    """The form, which browsers get as text/html."""
    path: Annotated[str, matching(_PATH, "the path to which the form is sent, such as /accounts")]
    payload: Literal["form", "json"] = "form"
    email: _FieldName
    username: _FieldName | None = None
    password: _FieldName | None = None
    phone_numbers: Annotated[tuple[_FieldName, ...], Field(strict=False), UNIQUE] = ()
    addresses: Annotated[tuple[_FieldName, ...], Field(strict=False), UNIQUE] = ()


class GroupSettings(Settings):
    """A managed group of the web ACL. `block` or `count` in its place stands for `action` alone."""

    action: Literal["block", "count"] = "block"
    """`block` leaves each rule of the group its own action; `count` counts what they match."""
    version: Version | None = None
    """A static version; without one, AWS moves the group to the version that it recommends."""
    count: Annotated[tuple[str, ...], Field(strict=False), UNIQUE] = ()
    """Rules of the group that count, while the others keep their actions."""
    inspection: Literal["common", "targeted"] | None = None
    """Of bot control alone: `common` when not set. `targeted` costs more for each request."""
    login: Annotated[Login | None, Field(strict=False)] = None
    """Of account takeover prevention alone, which needs it."""
    registration: Annotated[Registration | None, Field(strict=False)] = None
    """Of account creation fraud prevention alone, which needs it."""
    challenge: bool | None = None
    """Of anti-DDoS alone: whether browsers must solve a silent challenge during an event; true when not set."""
    challenge_exempt: Annotated[tuple[Regex, ...], Field(strict=False), UNIQUE] = ()
    """Of anti-DDoS alone: regular expressions of paths that are not for browsers: other clients solve no challenge."""


def _short(value: Any) -> Any:
    if isinstance(value, str) and value not in ("block", "count"):
        raise InvalidSetting(f"is {value!r}", "Write block or count, or the keys action, version and count.")
    return {"action": value} if isinstance(value, str) else value


class Exemption(Settings):
    """A managed group, or rules of it, that lets requests pass."""

    group: ManagedGroup
    rules: Annotated[tuple[str, ...], UNIQUE] = ()
    """All rules of the group when empty."""
    paths: Paths = ANY_PATH
    """Paths that are exempt; `*` and `?` as in a route. The web ACL decodes and normalizes a request's path first."""

    @model_validator(mode="after")
    def _can_be_exempted(self) -> Self:
        group = GROUPS[self.group]
        if self.group == FLOODS:
            reason = "cannot be exempted, because it learns from all requests"
            raise InvalidSetting(reason, "Remove the entry.", at=("group",))
        for index, rule in enumerate(self.rules):
            if rule not in group.rules:
                remedy = suggest(rule, group.rules)
                raise InvalidSetting(f"is {rule!r}, which {self.group} lacks", remedy, at=("rules", index))
            if group.label_namespace is None:
                reason = f"names one rule of {self.group}, which can only be exempted as a whole"
                remedy = f"Remove it, or count the rule under firewall.groups.{self.group}."
                raise InvalidSetting(reason, remedy, at=("rules", index))
            if group.rules[rule] == "count":
                raise InvalidSetting(
                    "needs no exemption, since the rule only counts", "Remove it.", at=("rules", index)
                )
            if self.group == COMMON and rule == BODY_RULE:
                remedy = "Remove it; largeBodies: allow next to exempt lets bodies through, on largeBodyPaths if set."
                raise InvalidSetting("is set by largeBodies", remedy, at=("rules", index))
        return self


class HostFirewall(Settings):
    """Changes to the web ACL for the hosts of one connection."""

    large_bodies: Literal["block", "allow"] = "block"
    """Requests with a body above 8 KB. WAF reads no more of it at a load balancer, so `allow` lets through what is
    behind: https://docs.aws.amazon.com/waf/latest/developerguide/limits.html. All other rules still apply."""
    large_body_paths: Paths = ANY_PATH
    """Paths for which `allow` holds; larger bodies to other paths are blocked."""
    exempt: Annotated[tuple[Exemption, ...], UNIQUE] = ()
    rate_limit: RateLimit | None = None
    """In place of the shard's `rateLimit`, higher or lower; in the same window."""
    countries: Countries | None = None
    """Client countries of these hosts, beside `countries` of the whole web ACL: what either excludes is blocked."""
    challenge: Annotated[tuple[PathPattern, ...], UNIQUE] = ()
    """Paths for browsers alone: a client without a token of WAF gets a silent challenge instead of the page."""
    captcha: Annotated[tuple[PathPattern, ...], UNIQUE] = ()
    """Paths for people alone: a client without a token of WAF gets a puzzle."""

    @model_validator(mode="after")
    def _paths_are_of_use(self) -> Self:
        if self.large_bodies == "block" and self.large_body_paths != ANY_PATH:
            remedy = "Write largeBodies: allow beside it, or remove it."
            raise InvalidSetting("has no effect while large bodies are blocked", remedy, at=("largeBodyPaths",))
        return self


class Firewall(Settings):
    """The web ACL."""

    existing: ExistingWebAcl | None = None
    """An existing web ACL in place of the stack's own. The stack's rules are then a rule group for its owner."""
    stage: Literal["block", "count"] = "block"
    """`count` while the web ACL is tried out: no rule blocks, and a saved query shows what would have been blocked."""
    groups: Annotated[
        dict[ManagedGroup, Annotated[GroupSettings, BeforeValidator(_short)]], Field(default_factory=dict)
    ]
    """Managed groups in addition to the five of every web ACL, and changes to those five."""
    rate_limit: RateLimit = 2000
    """Requests from one client address in `rateWindow`; more are blocked."""
    rate_window: Literal[60, 120, 300, 600] = 300
    """Seconds, of every rate limit. RateBasedStatement.EvaluationWindowSec of the WAFv2 API."""
    countries: Countries | None = None
    allow: Annotated[tuple[FirewallCidr, ...], Field(max_length=IP_SET), UNIQUE] = ()
    """Client networks that skip every other rule."""
    deny: Annotated[tuple[FirewallCidr, ...], Field(max_length=IP_SET), UNIQUE] = ()
    """Client networks that are always blocked."""
    hosts: Annotated[dict[Host, HostFirewall], Field(default_factory=dict)]
    """By host: what a connection of this file has as its `firewall`, for connections of attached stacks."""
    block_page: Page | None = None
    """The answer to a blocked request; without it, an empty 403."""
    rate_limit_page: Page | None = None
    """The answer above a rate limit, best with status 429; `blockPage` without it."""
    token_seconds: Annotated[int, Field(ge=60, le=259_200)] = 300
    """For how long a solved challenge or puzzle holds. ImmunityTimeProperty of the WAFv2 API."""
    logs: FirewallLogs = FirewallLogs()
