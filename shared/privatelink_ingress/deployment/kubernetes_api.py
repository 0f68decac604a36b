"""Whether a cluster's Kubernetes API answers from here."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

from privatelink_ingress.fleet.deployment import Unit
from privatelink_ingress.fleet.stack_state import StackState
from privatelink_ingress.fleet.stacks import Workload

SECONDS = 5.0
"""For one TCP connection, as `components.workload.api_probe`."""

Probe = Callable[[str, int], str]
"""Says why nothing answers at a host and port; empty when something does."""


def connect(host: str, port: int) -> str:
    """Try one TCP connection."""
    try:
        socket.create_connection((host, port), SECONDS).close()
    except TimeoutError:
        return f"no connection within {SECONDS:g} seconds"
    except OSError as error:
        return error.strerror or str(error)
    return ""


def silent(unit: Unit, state: StackState, probe: Probe) -> str:
    """Why the API of the stack's cluster cannot be asked, with its address; empty when it can, or need not be."""
    if not state.in_cluster or {"HTTPS_PROXY", "https_proxy"} & os.environ.keys():
        return ""  # The provider uses the proxy, so a direct connection would prove nothing.
    api = unit.stack.settings.cluster.kubernetes_api if isinstance(unit.stack, Workload) else None
    url = urlsplit(api.server if api else state.cluster_endpoint)
    if not url.hostname:
        return ""
    why = probe(url.hostname, url.port or 443)
    return f"{url.hostname}:{url.port or 443} does not answer here ({why})" if why else ""
