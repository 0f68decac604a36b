"""The node's disk that one pod of the controller may fill.

nginx keeps in files what its buffers do not hold: a request body of more than 16 KiB until all of it has arrived, and a
response that its client reads more slowly than the application writes, by default up to 1 GiB of each:
https://nginx.org/en/docs/http/ngx_http_core_module.html#client_body_buffer_size,
https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_max_temp_file_size. Without limits, clients could fill
the disk of a node until it evicts the pods of every team.

Kubernetes evicts a pod that exceeds the size of a volume or the sum of its containers' limits, and the scheduler
reserves what a pod requests: https://kubernetes.io/docs/concepts/storage/ephemeral-storage/
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from typing import Any

from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.workload import WorkloadSettings

SETTING = "controller.diskGib"

FILES_MIB = 64
"""For nginx's configuration, and again for its sockets. Our choice: an Ingress takes a few KiB, so a thousand fit."""

LOGS_MIB = 256
"""For the logs of a pod. The kubelet keeps five files of 10 MiB and looks every ten seconds, so that a pod that writes
10 MiB a second has some 250: https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
(`containerLogMaxSize`, `containerLogMaxFiles`, `containerLogMonitorInterval`)."""

SHARE = 16
"""One body or response takes at most this part of a pod's temporary files. Our choice: no client evicts a pod alone."""

_SMALLEST_RESPONSE_KIB = 8
"""nginx refuses a lower bound than one buffer, which is a memory page of 4 or 8 KiB. Zero keeps responses in memory."""

_EVICTION = 0.10
"""Part of a node's disk below which the kubelet evicts pods, and which the scheduler therefore does not hand out:
https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/ (`nodefs.available`)."""

_RESERVED_GIB = 1
"""What EKS's images keep for the system: github.com/awslabs/amazon-eks-ami, nodeadm's kubelet configuration."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class PodDisk:
    """The disk of one pod."""

    gib: int
    """Of the temporary files, in GiB: `controller.diskGib`."""
    volumes: Mapping[str, Any]
    """The `emptyDir` of each volume, by its name."""
    total_mib: int
    """Most that the pod may have on the node's disk: its volumes there, and its logs."""

    @property
    def resources(self) -> dict[str, str]:
        """What the pod's one container requests, and no more than that."""
        return {"ephemeral-storage": f"{self.total_mib}Mi"}


def pod_disk(gib: int, *, in_memory: bool) -> PodDisk:
    """The disk of a pod.

    Args:
        gib: Of its temporary files, in GiB.
        in_memory: Whether the configuration holds keys, which must not get onto the node's disk.
    """
    sizes = {"etc": FILES_MIB, "lib": FILES_MIB, "cache": gib * 1024}
    memory = ("etc",) if in_memory else ()
    return PodDisk(
        gib=gib,
        volumes={
            name: {**({"medium": "Memory"} if name in memory else {}), "sizeLimit": f"{size}Mi"}
            for name, size in sizes.items()
        },
        total_mib=LOGS_MIB + sum(size for name, size in sizes.items() if name not in memory),
    )


def largest_file_mib(gib: int) -> int:
    """Most that one request body, or one response, may take of the temporary files, in MiB."""
    return gib * 1024 // SHARE


def misfits(data: Mapping[str, str], gib: int, *, where: str) -> Iterator[Problem]:
    """Sizes in the controller's ConfigMap with which few clients would fill the disk of a pod.

    Args:
        data: The ConfigMap. Its sizes are well formed.
        gib: Of the temporary files.
        where: The setting that holds the ConfigMap's values.
    """
    for key in ("client-max-body-size", "proxy-max-temp-file-size"):
        found = re.fullmatch(r"(\d+)([kKmMgG]?)", data.get(key, ""))
        if found:
            size = int(found[1]) << {"": 0, "k": 10, "m": 20, "g": 30}[found[2].lower()]
            yield from _misfit(f"{where}.{key}", data[key], size, gib)


def _misfit(where: str, text: str, size: int, gib: int) -> Iterator[Problem]:
    largest, is_body = largest_file_mib(gib), where.endswith("body-size")
    if size > largest * 2**20:
        reason = f"is {text}, more than the {largest}m that one file may have with {SETTING}: {gib}"
        yield Problem(where, reason, f"Write {largest}m or less, or set {SETTING} to {-(-size * SHARE // 2**30)}.")
    elif is_body and size == 0:
        reason = "is 0, so nginx takes bodies of any size, and one client can fill the disk of a pod"
        yield Problem(where, reason, f"Write a size up to {largest}m.")
    elif not is_body and 0 < size < _SMALLEST_RESPONSE_KIB * 1024:
        reason = f"is {text}, less than one of nginx's buffers, so nginx refuses it"
        yield Problem(where, reason, f"Write {_SMALLEST_RESPONSE_KIB}k or more, or 0 to keep responses off the disk.")


def require_room(settings: WorkloadSettings) -> None:
    """Require that two pods fit on a node: during a rollout, a new one may run beside an old one.

    Raises:
        UserError: with each node group that has less disk.
    """
    if problems := list(_tight(settings)):
        raise UserError("The nodes have no room for the controller's pods", problems)


def _tight(settings: WorkloadSettings) -> Iterator[Problem]:
    gib = settings.controller.disk_gib
    total = pod_disk(gib, in_memory=False).total_mib / 1024
    for name, group in settings.nodes.by_name.items():
        room = group.disk_gib * (1 - _EVICTION) - _RESERVED_GIB
        if group.is_open and 2 * total > room:
            least = int(-(-(2 * total + _RESERVED_GIB) // (1 - _EVICTION)))
            yield Problem(
                SETTING,
                f"is {gib}, so two pods need {2 * total:.1f} GiB, and a node of {settings.nodes.key(name)} has "
                f"{room:.1f} GiB for pods",
                f"Lower it, or set {settings.nodes.key(name)}.diskGib to {least} or more.",
            )
