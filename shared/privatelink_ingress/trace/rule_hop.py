"""The hop at which the load balancer chooses a listener rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from privatelink_ingress.trace import sign_in
from privatelink_ingress.trace.hops import Hop, Path, Stopped
from privatelink_ingress.trace.listeners import Condition, Rule
from privatelink_ingress.trace.request import Request, first_rule

HOP = "Listener rule"

_SHOWN = 5
"""Rules passed over that are shown, the last ones before the choice: those are the most specific of its kind."""


def choose(path: Path) -> Iterator[Hop]:
    """The listener rule that matches, and those of the same host that the request passes over."""
    path.rule = rule = first_rule(path.listener, path.request)
    action, request = rule.action, path.request
    earlier = path.listener.rules[: path.listener.rules.index(rule)]
    for other in earlier:
        if all(request.may_match(condition) for condition in other.conditions):
            reason = "compares by a regular expression, which is not evaluated here: followed as if it did not match"
            yield Hop(name=HOP, verdict="not seen", evidence=_describe(other), reason=f"the rule {reason}")
    evidence, passed = _describe(rule), _passed_over(earlier, request)
    if action.type != "forward":
        yield from sign_in.ask(path)  # which comes before any answer
    if action.type == "fixed-response":
        reason = "no rule matches the request" if rule.priority is None else "the rule sends a fixed response"
        raise Stopped(HOP, f"{evidence}: answers {action.status}{passed}", reason, status=action.status)
    if action.type == "redirect":
        raise Stopped(
            HOP, f"{evidence}: redirects to {_location(action.location or '', request)}", status=action.status
        )
    if action.type != "forward":
        raise Stopped(HOP, evidence, f"an action of type {action.type} is not followed")
    yield Hop(name=HOP, verdict="passes", evidence=f"{evidence}{passed}")


def _passed_over(rules: Sequence[Rule], request: Request) -> str:
    """The rules for the host of the request, each with the conditions that the request does not meet."""
    found = []
    for rule in rules:
        failing = [one for one in rule.conditions if not request.may_match(one)]
        if failing and not any(one.field == "host-header" for one in failing):
            found.append(f"priority {rule.priority}, which asks for {' and '.join(_missed(failing, request))}")
    if not found:
        return ""
    more = f", and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return f"; passed over: {'; '.join(found[-_SHOWN:])}{more}"


def _missed(conditions: Iterable[Condition], request: Request) -> Iterator[str]:
    for one in conditions:
        unknown = one.field == "source-ip" and request.source is None
        yield _shown(one) + (" (name the client with --source)" if unknown else "")


def _location(location: str, request: Request) -> str:
    """The address that a redirect names, with the parts of the request in it.

    The placeholders: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RedirectActionConfig.html
    """
    parts = {
        "protocol": request.protocol,
        "host": request.host,
        "port": str(request.port),
        "path": request.path.removeprefix("/"),
        "query": request.query_text,
    }
    for name, value in parts.items():
        location = location.replace(f"#{{{name}}}", value)
    scheme, separator, rest = location.partition("://")
    return f"{scheme.lower()}{separator}{rest}".removesuffix("?")


def _describe(rule: Rule) -> str:
    if rule.priority is None:
        return "the default rule"
    return f"priority {rule.priority}: {' and '.join(map(_shown, rule.conditions))}"


def _shown(condition: Condition) -> str:
    values = " or ".join(condition.values) or "(a regular expression)"
    return " ".join(filter(None, (condition.field, condition.header, values)))
