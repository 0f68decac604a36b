"""Whether a cluster's Kubernetes API answers from here."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Callable
from urllib.parse import urlsplit

from privatelink_ingress.fleet.deployment import Unit
from privatelink_ingress.fleet.stack_state import StackState
from privatelink_ingress.fleet.stacks import Workload

SECONDS = 5.0
"""For a connection and its TLS handshake, as for the connection of `components.workload.api_probe`."""

Probe = Callable[[str, int], str]
"""Says why nothing answers at a host and port; empty when something does."""


def connect(host: str, port: int) -> str:
    """Try one connection with its TLS handshake: a proxy may accept what it cannot deliver. Trusts any certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection((host, port), SECONDS) as connection:
            connection.settimeout(SECONDS)
            context.wrap_socket(connection, server_hostname=host).close()
    except TimeoutError:
        return f"no TLS connection within {SECONDS:g} seconds"
    except ssl.SSLEOFError:
        return "it closes the connection without an answer"
    except ssl.SSLError:
        return ""  # Something answers, and the provider's own message says what is wrong with it.
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
