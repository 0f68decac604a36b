"""The emulated AWS that `demo --keep` leaves running: the file that describes it, and traces through it."""

from __future__ import annotations

import dataclasses
import json
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path

from privatelink_ingress.problems import Problem, UsageError
from privatelink_ingress.trace.request import Request
from privatelink_ingress.trace.trace import Trace, trace

_FILE = "cloud.json"


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunningCloud:
    """A running emulated AWS."""

    endpoint_url: str
    edge_account: str
    regions: Mapping[str, str]
    """Region by account."""

    def write(self, directory: Path) -> None:
        """Write the file."""
        (directory / _FILE).write_text(json.dumps(dataclasses.asdict(self), indent=2) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, directory: Path) -> RunningCloud:
        """The cloud that `demo --keep` left running.

        Raises:
            UsageError: when none was kept, or it has stopped.
        """
        try:
            cloud = cls(**json.loads((directory / _FILE).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            raise _none(directory, "no demo was kept running") from None
        host, _, port = cloud.endpoint_url.rpartition("/")[2].partition(":")
        with socket.socket() as probe:
            if probe.connect_ex((host, int(port))) != 0:
                raise _none(directory, f"nothing answers at {cloud.endpoint_url} any longer")
        return cloud

    @staticmethod
    def forget(directory: Path) -> None:
        """Delete the file."""
        (directory / _FILE).unlink(missing_ok=True)


def trace_running(
    url: str, directory: Path, *, method: str = "GET", headers: Iterable[str] = (), source: str | None = None
) -> Trace:
    """Follow a request (`Request.parse`) through the demo whose files are in `directory`.

    Raises:
        UsageError: when the request is not valid, or no demo is running.
    """
    # Costly to import, and not needed to show a trace.
    from privatelink_ingress.aws.topology import live
    from privatelink_ingress.local.cloud.session import Session

    headers = tuple(headers)
    Request.parse(url, method=method, headers=headers, source=source)  # wrong arguments first
    cloud = RunningCloud.read(directory)
    sessions = {account: Session(cloud.endpoint_url, account, region) for account, region in cloud.regions.items()}
    edge = sessions.pop(cloud.edge_account)
    return trace(url, live.load(edge, sessions.values()), method=method, headers=headers, source=source)


def _none(directory: Path, reason: str) -> UsageError:
    remedy = "Run `./run demo --keep` in another terminal, then this again."
    return UsageError("No demo is running", [Problem(str(directory), reason, remedy)])
