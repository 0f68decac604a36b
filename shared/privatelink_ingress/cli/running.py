"""The note that `demo --keep` leaves about the emulated AWS it runs, and other commands read."""

from __future__ import annotations

import dataclasses
import json
import socket
from collections.abc import Mapping
from pathlib import Path

from privatelink_ingress.problems import Problem, UsageError

_FILE = "cloud.json"


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunningCloud:
    """An emulated AWS that is up."""

    endpoint_url: str
    edge_account: str
    regions: Mapping[str, str]
    """Region by account."""

    def write(self, directory: Path) -> None:
        """Leave the note."""
        (directory / _FILE).write_text(json.dumps(dataclasses.asdict(self), indent=2) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, directory: Path) -> RunningCloud:
        """The cloud that was left up.

        Raises:
            UsageError: when none was, or it is up no more.
        """
        try:
            cloud = cls(**json.loads((directory / _FILE).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            raise _none(directory, "no demo was left running") from None
        host, _, port = cloud.endpoint_url.rpartition("/")[2].partition(":")
        with socket.socket() as probe:
            if probe.connect_ex((host, int(port))) != 0:
                raise _none(directory, f"nothing answers at {cloud.endpoint_url} any more")
        return cloud

    @staticmethod
    def forget(directory: Path) -> None:
        """Take the note away."""
        (directory / _FILE).unlink(missing_ok=True)


def _none(directory: Path, reason: str) -> UsageError:
    remedy = "Run `./run demo --keep` in another terminal, then this again."
    return UsageError("There is no running demo to look at", [Problem(str(directory), reason, remedy)])
