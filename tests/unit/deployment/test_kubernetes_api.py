"""Whether the Kubernetes API answers from here, with listeners on loopback in its place."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Generator

import pytest

from privatelink_ingress.deployment import kubernetes_api
from tests.support.blackhole import accepting, dropping

LOOPBACK = "127.0.0.1"
NOTHING = "no TLS connection within 0.3 seconds"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kubernetes_api, "SECONDS", 0.3)


@contextlib.contextmanager
def speaking(words: bytes) -> Generator[int]:
    """A port that says this, whatever it is asked, and ends the connection."""
    with socket.create_server((LOOPBACK, 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(words)

        threading.Thread(target=answer, daemon=True).start()
        yield server.getsockname()[1]


def test_a_port_that_accepts_and_never_answers_is_given_up():
    with accepting() as port:
        assert kubernetes_api.connect(LOOPBACK, port) == NOTHING


def test_a_port_that_drops_packets_is_given_up():
    with dropping() as port:
        assert kubernetes_api.connect(LOOPBACK, port) == NOTHING


def test_a_closed_port_refuses():
    with socket.create_server((LOOPBACK, 0)) as server:
        port = server.getsockname()[1]
    assert kubernetes_api.connect(LOOPBACK, port) == "Connection refused"


def test_whatever_answers_is_left_to_the_providers_own_message():
    with speaking(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        assert kubernetes_api.connect(LOOPBACK, port) == ""


def test_a_tunnel_whose_other_end_is_gone_does_not_answer():
    with speaking(b"") as port:
        assert kubernetes_api.connect(LOOPBACK, port) == "it closes the connection without an answer"
