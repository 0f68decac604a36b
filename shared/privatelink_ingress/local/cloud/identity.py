"""How a client tells one emulated AWS from another, and from any other program that has its port now."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from typing import Any

_HEADER = "X-Local-Cloud"

_SECONDS = 10
"""How long the emulated AWS may take to name itself: it answers one request at a time."""

Application = Callable[[dict[str, Any], Any], Any]
"""A WSGI application."""


def identified(application: Application, id_: str) -> Application:
    """The application, with `id_` in a header of every response."""

    def named(environ: dict[str, Any], start_response: Any) -> Any:
        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start_response(status, [*headers, (_HEADER, id_)], *more)

        return application(environ, start)

    return named


def id_at(host: str, port: int) -> str | None:
    """The id of the emulated AWS that listens there; empty for any other program, None where nothing listens."""
    connection = http.client.HTTPConnection(host, port, timeout=_SECONDS)
    try:
        connection.connect()
    except (OSError, OverflowError):
        return None
    try:
        connection.request("GET", "/")
        return connection.getresponse().getheader(_HEADER, "")
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        connection.close()
