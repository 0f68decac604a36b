"""The emulated AWS that `demo --keep` leaves running: the file that describes it, and what it has."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from privatelink_ingress.local.cloud.identity import id_at
from privatelink_ingress.problems import Problem, UsageError
from privatelink_ingress.trace.cluster_objects import ClusterKey, Object, read_all
from privatelink_ingress.trace.topology import Topology

if TYPE_CHECKING:
    from privatelink_ingress.aws.reads import Account

FILE = "cloud.json"
"""Its name in the directory of the demo."""

_END = "End the demo that wrote it, if it still runs. "

AccountId = Annotated[str, Field(pattern=r"^[0-9]{12}$")]

Place = tuple[AccountId, str]
"""Account and Region."""

_STRICT = ConfigDict(frozen=True, extra="forbid")


class Cluster(BaseModel):
    """What a trace reads of one cluster: it has no API that another process could ask."""

    model_config = _STRICT

    account: AccountId
    region: str
    name: str
    objects: tuple[Object, ...]

    @property
    def key(self) -> ClusterKey:
        """By which a topology has it."""
        return self.account, self.region, self.name

    @classmethod
    def of(cls, clusters: Mapping[ClusterKey, Iterable[Object]]) -> tuple[Cluster, ...]:
        """Those of a deployment."""
        return tuple(
            cls(account=account, region=region, name=name, objects=tuple(objects))
            for (account, region, name), objects in clusters.items()
        )


class RunningCloud(BaseModel):
    """A running emulated AWS."""

    model_config = _STRICT

    version: Literal[3] = 3
    """Of the file's shape."""
    id: str
    """Differs in every demo, so that another program at the same port is not taken for it."""
    endpoint_url: Annotated[str, Field(pattern=r"^http://127\.0\.0\.1:[0-9]{1,5}$")]
    edges: Annotated[tuple[Place, ...], Field(min_length=1)]
    """Of the load balancers, each once."""
    workloads: tuple[Place, ...]
    clusters: tuple[Cluster, ...]

    def write(self, directory: Path) -> None:
        """Write the file."""
        (directory / FILE).write_text(self._text, encoding="utf-8")

    @classmethod
    def read(cls, directory: Path) -> RunningCloud:
        """The cloud that `demo --keep` left running.

        Raises:
            UsageError: when none was kept, its file is damaged or of another version, or it has stopped.
        """
        file = directory / FILE
        try:
            cloud = cls.model_validate_json(file.read_bytes())
        except FileNotFoundError:
            raise _none(directory, "no demo was kept running") from None
        except OSError as error:
            raise _none(file, f"cannot be read: {error.strerror}") from None
        except ValidationError as error:
            raise _none(file, _damage(error), _END) from None
        at = cloud.endpoint_url
        host, _, port = at.removeprefix("http://").partition(":")
        if (found := id_at(host, int(port))) != cloud.id:
            gone = f"nothing answers at {at} any longer" if found is None else f"another program now answers at {at}"
            raise _none(directory, gone)
        return cloud

    def forget(self, directory: Path) -> None:
        """Delete the file, unless another demo has written it since."""
        file = directory / FILE
        if file.is_file() and file.read_bytes() == self._text.encode():
            file.unlink()

    @property
    def _text(self) -> str:
        return self.model_dump_json(indent=2) + "\n"


def topology_of(directory: Path) -> Topology:
    """What the demo whose files are in `directory` has.

    Raises:
        UsageError: no demo is running.
    """
    # Costly to import, and not needed to show a trace.
    from privatelink_ingress.aws.topology import live

    cloud = RunningCloud.read(directory)
    edges, workloads = (_sessions(cloud, places) for places in (cloud.edges, cloud.workloads))
    clusters = read_all({one.key: one.objects for one in cloud.clusters})
    return dataclasses.replace(live.load(edges.values(), workloads.values()), clusters=clusters)


def accounts_of(directory: Path) -> Mapping[Place, Account]:
    """The accounts of that demo.

    Raises:
        UsageError: no demo is running.
    """
    cloud = RunningCloud.read(directory)
    return _sessions(cloud, (*cloud.edges, *cloud.workloads))


def _sessions(cloud: RunningCloud, places: Iterable[Place]) -> dict[Place, Account]:
    from privatelink_ingress.local.cloud.session import Session

    return {place: Session(cloud.endpoint_url, *place) for place in places}


def _damage(error: ValidationError) -> str:
    errors = error.errors(include_url=False, include_context=False)
    keys = [one for one in errors if len(one["loc"]) == 1 and one["type"] in ("missing", "extra_forbidden")]
    if keys or any(one["loc"] == ("version",) for one in errors):
        return "was written by another version of this program"
    first = errors[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"is damaged: {where}: {first['msg']}" if where else f"is damaged: {first['msg']}"


def _none(place: Path, reason: str, first: str = "") -> UsageError:
    remedy = f"{first}Run `./run demo --keep` in another terminal, then repeat this command; or use --live or --state."
    return UsageError("No demo is running", [Problem(str(place), reason, remedy)])
