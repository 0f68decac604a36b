"""Node ports of Services: one owner each, within the range of the API server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from privatelink_ingress.local.kubernetes.errors import KubernetesError

FIRST, LAST = 30000, 32767
"""The API server's default --service-node-port-range."""
FIRST_DYNAMIC = 30086
"""Lower ports are reserved for Services that name one (ServiceNodePortStaticSubrange: 86 of 2768)."""


def allocate(service: Mapping[str, Any], others: Iterable[Mapping[str, Any]]) -> None:
    """Check the node ports that `service` names, and assign one to each port that names none.

    Raises:
        KubernetesError: Invalid, in the API server's words, for a port out of range or of another Service.
    """
    spec = service["spec"]
    if spec.get("type") not in ("NodePort", "LoadBalancer"):
        return
    taken = {(port["nodePort"], _protocol(port)) for other in others for port in _node_ports(other)}
    for position, port in enumerate(spec.get("ports") or ()):
        wanted, protocol = port.get("nodePort"), _protocol(port)
        if wanted is None:
            free = (number for number in range(FIRST_DYNAMIC, LAST + 1) if (number, protocol) not in taken)
            wanted = port["nodePort"] = next(free)
        elif not FIRST <= wanted <= LAST:
            problem = f"provided port is not in the valid range. The range of valid ports is {FIRST}-{LAST}"
            raise _invalid(service, position, wanted, problem)
        elif (wanted, protocol) in taken:
            raise _invalid(service, position, wanted, "provided port is already allocated")
        taken.add((wanted, protocol))


def _node_ports(service: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [port for port in service["spec"].get("ports") or () if port.get("nodePort")]


def _protocol(port: Mapping[str, Any]) -> str:
    return port.get("protocol") or "TCP"


def _invalid(service: Mapping[str, Any], position: int, value: int, problem: str) -> KubernetesError:
    where = f"spec.ports[{position}].nodePort: Invalid value: {value}"
    return KubernetesError("Invalid", f'Service "{service["metadata"]["name"]}" is invalid: {where}: {problem}')


def kept(before: Mapping[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """A Service that replaces `before`, with its ports' existing node ports; other objects unchanged."""
    if wanted["kind"] == "Service":
        held = {port.get("name", port["port"]): port for port in before["spec"].get("ports") or ()}
        for port in wanted["spec"].get("ports") or ():
            if node_port := held.get(port.get("name", port["port"]), {}).get("nodePort"):
                port.setdefault("nodePort", node_port)
    return wanted
