"""Labels that the rules of AWS's managed groups add to a request, as the page of each group lists them."""

from __future__ import annotations

from privatelink_ingress.settings.managed_rules import GROUPS, ManagedGroup

_PARTS = {
    "BODY": "Body",
    "COOKIE": "Cookie",
    "HEADER": "Header",
    "QUERYARGUMENTS": "QueryArguments",
    "QUERYSTRING": "QueryString",
    "URIPATH": "URIPath",
}
_LABELS = {
    "UserAgent_BadBots_HEADER": "BadBots_Header",
    "Host_localhost_HEADER": "Host_Localhost_Header",
    "PROPFIND_METHOD": "Propfind_Method",
    "WordPressExploitableCommands_QUERYSTRING": "WordPressExploitableCommands_QUERYSTRING",
    "WordPressExploitablePaths_URIPATH": "WordPressExploitablePaths_URIPATH",
}
"""Labels that are not the rule's name with its last part in mixed case."""


def label(group: ManagedGroup, rule: str) -> str | None:
    """The label that a rule adds to a request; None where the group does not have one for each rule."""
    namespace = GROUPS[group].label_namespace
    if namespace is None:
        return None
    head, _, part = rule.rpartition("_")
    name = _LABELS.get(rule) or (f"{head}_{_PARTS[part]}" if part in _PARTS else rule)
    return f"awswaf:managed:aws:{namespace}:{name}"
