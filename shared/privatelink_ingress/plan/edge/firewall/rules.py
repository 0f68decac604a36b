"""The rules of a web ACL or rule group, and the pages that answer blocked requests."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from privatelink_ingress.plan.edge.firewall.statements import Action, AddressList, AnyOf, Statement, units


@dataclasses.dataclass(frozen=True, kw_only=True)
class FirewallRule:
    """One rule."""

    key: str
    priority: int
    action: Action
    """The action on a match; for a managed group, `block` keeps the action of each of its rules."""
    statement: Statement
    metric: str
    page: str | None = None
    """Key of the page that answers a blocked request."""
    of_managed_group: bool = False
    """Whether the rule is a managed group, or decides on what one labelled."""

    @property
    def address_lists(self) -> Mapping[str, AddressList]:
        """Its lists of addresses, by the key of the IP set that holds each."""
        parts = self.statement.statements if isinstance(self.statement, AnyOf) else (self.statement,)
        lists = [part for part in parts if isinstance(part, AddressList)]
        return {self.key if one.version == "IPV4" else f"{self.key}-ipv6": one for one in lists}

    @property
    def capacity(self) -> int:
        """In web ACL capacity units."""
        return units(self.statement)


@dataclasses.dataclass(frozen=True, kw_only=True)
class PagePlan:
    """A custom answer to blocked requests."""

    key: str
    status: int
    content_type: str
    content: str
