"""Ports of loopback from which no answer comes, as of a private API that is out of reach."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Generator

from privatelink_ingress.local.cloud.server import LOOPBACK

QUEUE = 0
"""Connections that the kernel completes for a server that accepts none, beside the first."""


@contextlib.contextmanager
def accepting() -> Generator[int]:
    """A port that accepts connections and never answers, as of a proxy before a dead server."""
    with socket.create_server((LOOPBACK, 0)) as server:
        yield server.getsockname()[1]


@contextlib.contextmanager
def dropping() -> Generator[int]:
    """A port whose packets are dropped, as of a private address without a route: the server's queue is full."""
    with contextlib.ExitStack() as open_:
        server = open_.enter_context(socket.create_server((LOOPBACK, 0), backlog=QUEUE))
        for _ in range(QUEUE + 3):
            waiting = open_.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        yield server.getsockname()[1]
