"""Reads accounts of AWS for `trace`, `doctor` and `report`: some at a time, and what cannot be read is told."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

from botocore.exceptions import BotoCoreError, ClientError

from privatelink_ingress.aws.reads import ACCOUNTS_AT_ONCE, Account, Reads, each
from privatelink_ingress.cli.accounts import Accounts, Unseen, remedy_of
from privatelink_ingress.problems import Problem, UsageError
from privatelink_ingress.settings.assumed_roles import AssumedRoles
from privatelink_ingress.trace.expected import Place
from privatelink_ingress.trace.public_names import PublicNames
from privatelink_ingress.trace.topology import Topology, joined

FAILED = "AWS cannot be read"

RIGHTS = (
    "Use credentials (--profile) with ReadOnlyAccess, or with the policy that `./run doctor --print-policy` prints."
)


class Reading:
    """Reads accounts, some at a time, and keeps what each has."""

    def __init__(self, accounts: Accounts) -> None:
        """Nothing is read yet."""
        self._accounts = accounts
        self._held: dict[Place, tuple[Reads, Topology]] = {}
        self.lost: list[Problem] = []
        """Accounts that could not be read."""
        self.zones: list[Topology] = []
        """Hosted zones of other accounts."""
        self.lost_zones: list[Problem] = []
        """Those that could not be read."""
        self.names: PublicNames | None = None
        """What public DNS answers; None when it was not asked."""

    def read(self, places: Mapping[Place, AssumedRoles], look: Callable[[Reads], Topology]) -> None:
        """Add what `look` finds in each place; an account that cannot be read becomes a problem."""

        def tried(place: Place) -> tuple[Reads, Topology] | Problem:
            try:
                if place in self._held:
                    reads, before = self._held[place]
                    return reads, joined((before, look(reads)))
                roles = places[place]
                reads = Reads(self._accounts.account(*place, roles.network, roles.external_id))
                return reads, look(reads)
            except (Unseen, BotoCoreError, ClientError) as error:
                reason = f"cannot be read: {error}"
                return Problem("account {}, {}".format(*place), reason, remedy_of(error, RIGHTS))

        for place, found in zip(places, each(tried, places, at_once=ACCOUNTS_AT_ONCE), strict=True):
            if isinstance(found, Problem):
                self.lost.append(found)
            else:
                self._held[place] = found

    def require(self, places: Mapping[Place, AssumedRoles], look: Callable[[Reads], Topology]) -> None:
        """As `read`.

        Raises:
            UsageError: an account cannot be read.
        """
        self.read(places, look)
        if self.lost:
            raise UsageError(FAILED, self.lost)

    @property
    def topology(self) -> Topology:
        """What all of them have."""
        whole = joined((*(topology for _, topology in self._held.values()), *self.zones))
        if self.lost_zones:
            whole = dataclasses.replace(whole, cnames=None, unread=whole.unread | {"records"})
        return dataclasses.replace(whole, public_names=self.names)

    @property
    def unread(self) -> tuple[Problem, ...]:
        """Parts of the others that could not be read, and hosted zones."""
        parts = tuple(problem for reads, _ in self._held.values() for problem in reads.unread.values())
        return (*parts, *self.lost_zones)

    @property
    def read_accounts(self) -> Mapping[Place, Account]:
        """Those that were read."""
        return {place: reads.account for place, (reads, _) in self._held.items()}
