"""The web ACL's log: where it goes, what it leaves out, and the saved query of what would have been blocked."""

from __future__ import annotations

import dataclasses
from typing import Literal

from privatelink_ingress.settings.firewall_answers import FirewallLogs

LOG_GROUP_PREFIX = "aws-waf-logs-"
"""Required start of the name of a WAF log destination: https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html"""

REDACTED_HEADERS = ("authorization", "cookie")
"""Headers with credentials, which never reach the log."""

_FINDINGS = ("BLOCK", "COUNT", "CAPTCHA", "CHALLENGE", "EXCLUDED_AS_COUNT")
"""Actions of rules in a log record that something was found: ActionCondition of the WAFv2 API."""

QUERY = "firewall-would-block"
"""The last part of the saved query's name. A user's own queries have other names."""

WOULD_BLOCK = r"""fields @timestamp
| filter action = "ALLOW" and @message like /"nonTerminatingMatchingRules":\[\{/
| parse @message /"nonTerminatingMatchingRules":\[\{"ruleId":"(?<rule>[^"]+)"/
| parse @message /"terminatingRule":\{"ruleId":"(?<managedRule>[^"]+)"/
| parse @message /"name":"[Hh]ost","value":"(?<host>[^"]+)"/
| stats count(*) as requests, count_distinct(httpRequest.clientIp) as clients, latest(httpRequest.uri) as lastPath by rule, managedRule, host
| sort requests desc
| limit 100"""  # noqa: E501 (a query's line)
"""Requests that passed although a rule matched, because it counts, by rule, managed rule and host.

Of several rules that counted a request, the first is shown. Fields: https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Protection:
    """A part of requests that logs and samples show masked."""

    field: Literal["SINGLE_HEADER", "SINGLE_QUERY_ARGUMENT", "QUERY_STRING", "BODY"]
    keys: tuple[str, ...] = ()
    action: Literal["SUBSTITUTION", "HASH"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class FirewallLogPlan:
    """The log of one web ACL."""

    group: str
    kept: tuple[str, ...]
    """Actions of rules with which a request is logged; every request when empty."""
    redacted_headers: tuple[str, ...]
    redacts_query: bool
    redacts_path: bool
    protections: tuple[Protection, ...]
    query_name: str
    query: str


def log_group(name: str) -> str:
    """The log group of the web ACL called `name`."""
    return f"{LOG_GROUP_PREFIX}{name}"


def plan_log(logs: FirewallLogs, *, name: str) -> FirewallLogPlan:
    """The log of the web ACL called `name`."""
    hide = logs.hide
    action: Literal["SUBSTITUTION", "HASH"] = "HASH" if hide.by == "hash" else "SUBSTITUTION"
    more = tuple(header.lower() for header in hide.headers if header.lower() not in REDACTED_HEADERS)
    # Credentials are never hashed: a weak one could be guessed from its hash.
    protections = [Protection(field="SINGLE_HEADER", keys=REDACTED_HEADERS, action="SUBSTITUTION")]
    if more:
        protections.append(Protection(field="SINGLE_HEADER", keys=more, action=action))
    if hide.arguments:
        protections.append(Protection(field="SINGLE_QUERY_ARGUMENT", keys=hide.arguments, action=action))
    if hide.query:
        protections.append(Protection(field="QUERY_STRING", action=action))
    if hide.body:
        protections.append(Protection(field="BODY", action=action))
    return FirewallLogPlan(
        group=log_group(name),
        kept=_FINDINGS if logs.keep == "findings" else (),
        redacted_headers=(*REDACTED_HEADERS, *more),
        redacts_query=hide.query,
        redacts_path=hide.path,
        protections=tuple(protections),
        query_name=f"{name}/{QUERY}",
        query=WOULD_BLOCK,
    )
