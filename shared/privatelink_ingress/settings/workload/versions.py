"""Kubernetes versions on EKS, and how long AWS supports each. Data: a new version is one line of `VERSIONS`."""

from __future__ import annotations

import dataclasses
import datetime
import re
from typing import Annotated

from pydantic import AfterValidator

from privatelink_ingress.settings.fields import InvalidSetting


@dataclasses.dataclass(frozen=True, kw_only=True)
class Version:
    """One minor version, as the release calendar of EKS lists it."""

    name: str
    standard_until: datetime.date
    """Last day of standard support. EKS then upgrades a cluster whose upgrade policy is STANDARD by itself."""
    extended_until: datetime.date
    """Last day of extended support, which is billed apart and which this system does not use."""
    announced: bool = True
    """False while AWS has not published the dates: they are then 14 and 26 months after the release."""

    def __str__(self) -> str:
        about = "" if self.announced else "about "
        return f'"{self.name}" (until {about}{self.standard_until})'


def _version(name: str, standard_until: str, extended_until: str, *, announced: bool = True) -> Version:
    date = datetime.date.fromisoformat
    return Version(
        name=name, standard_until=date(standard_until), extended_until=date(extended_until), announced=announced
    )


VERSIONS = {
    version.name: version
    for version in (
        _version("1.33", "2026-07-29", "2027-07-29"),
        _version("1.34", "2026-12-02", "2027-12-02"),
        _version("1.35", "2027-03-27", "2028-03-27"),
        _version("1.36", "2027-08-02", "2028-08-02"),
        _version("1.37", "2027-12-01", "2028-12-01", announced=False),
    )
}
"""Oldest first. Dates: https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html#kubernetes-release-calendar
and, for an account and Region, `aws eks describe-cluster-versions`."""

PLACE = "VERSIONS of shared/privatelink_ingress/settings/workload/versions.py"
"""Where a new version is added, for messages."""


def supported(today: datetime.date) -> list[Version]:
    """The versions under standard support on a day, oldest first."""
    return [entry for entry in VERSIONS.values() if today <= entry.standard_until]


def _known(name: str) -> str:
    if name in VERSIONS:
        return name
    newest = list(VERSIONS)[-1]
    today = datetime.datetime.now(datetime.UTC).date()
    offered = ", ".join(map(str, supported(today)))
    if not re.fullmatch(r"[0-9]+\.[0-9]+", name):
        raise InvalidSetting(f"is {name!r}, which is not a minor version", f"Write one of {offered}.")
    if _ordinal(name) > _ordinal(newest):
        reason = f"is {name!r}, newer than what this release knows"
        raise InvalidSetting(
            reason, f"Write one of {offered}; once EKS offers {name}, add it with its dates to {PLACE}."
        )
    raise InvalidSetting(f"is {name!r}, which EKS no longer supports", f"Write one of {offered}.")


def _ordinal(name: str) -> tuple[int, ...]:
    return tuple(map(int, name.split(".")))


KubernetesVersion = Annotated[str, AfterValidator(_known)]
"""A minor version that is in `VERSIONS`, in quotes: YAML reads 1.30 as the number 1.3."""
