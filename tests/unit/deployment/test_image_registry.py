"""A registry is asked for a manifest without a login, with the token that it gives anyone."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from privatelink_ingress.deployment import image_registry
from privatelink_ingress.deployment.image_registry import NotSeen, NotThere, manifest
from tests.support.image_registry import Registry, digest, index, registry

BOTH = index("linux/amd64", "linux/arm64")


@pytest.fixture(name="held")
def a_registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with registry() as held:
        yield held


def source(held: Registry, repository: str = "nginx/ingress") -> str:
    return f"{held.host}/{repository}"


def test_a_manifest_is_fetched_with_a_token_for_its_repository(held: Registry):
    pinned = held.push("nginx/ingress", BOTH)
    assert manifest(source(held), pinned) == BOTH
    path = f"/v2/nginx/ingress/manifests/{pinned}"
    scope = f"/token?service={held.host.replace(':', '%3A')}&scope=repository%3Anginx%2Fingress%3Apull"
    assert held.asked == [path, scope, path]


def test_a_registry_without_tokens_is_asked_once(held: Registry):
    held.challenge = ""
    pinned = held.push("nginx/ingress", BOTH)
    assert manifest(source(held), pinned) == BOTH
    assert len(held.asked) == 1


def test_the_other_name_of_a_token_is_taken(held: Registry):
    held.token = {"access_token": held.token["token"]}
    pinned = held.push("nginx/ingress", BOTH)
    assert manifest(source(held), pinned) == BOTH


@pytest.mark.parametrize("repository", ["nginx/ingress", "nginx/other"])
def test_a_digest_or_repository_that_it_does_not_have_is_not_there(held: Registry, repository: str):
    held.push("nginx/ingress", BOTH)
    with pytest.raises(NotThere, match=f"^{held.host} has no such image$"):
        manifest(source(held, repository), digest(b"other"))


def no_token(held: Registry) -> None:
    held.token = None


def empty_token(held: Registry) -> None:
    held.token = {}


def token_of_no_object(held: Registry) -> None:
    held.token = ["token"]


def wrong_token(held: Registry) -> None:
    held.token = {"token": "other"}


def basic(held: Registry) -> None:
    held.challenge = 'Basic realm="private"'


def nonsense(held: Registry) -> None:
    held.challenge = "Bearer"


def local_realm(held: Registry) -> None:
    held.challenge = 'Bearer realm="file:///etc/passwd"'


def failing(held: Registry) -> None:
    held.failing = 503


def too_many(held: Registry) -> None:
    held.failing = 429


def other_content(held: Registry) -> None:
    held.manifests = dict.fromkeys(held.manifests, b"<html>Sign in to the network</html>")


@pytest.mark.parametrize(
    ("breaks", "reason"),
    [
        (no_token, "asks for a login, or has no such repository"),
        (empty_token, "gives no token to read it with"),
        (token_of_no_object, "gives no token to read it with"),
        (wrong_token, "asks for a login, or has no such repository"),
        (basic, "asks for a login"),
        (nonsense, "asks for a login"),
        (local_realm, "asks for a login"),
        (failing, "answers with 503 Service Unavailable"),
        (too_many, "answers with 429 Too Many Requests"),
        (other_content, "answers with other content than the digest is of"),
    ],
)
def test_what_does_not_tell_whether_it_is_there_is_not_seen(held: Registry, breaks, reason: str):
    pinned = held.push("nginx/ingress", BOTH)
    breaks(held)
    with pytest.raises(NotSeen, match=f"^{held.host} {reason}$"):
        manifest(source(held), pinned)


def test_a_registry_that_nothing_answers_for_is_not_seen():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(NotSeen, match=rf"^127\.0\.0\.1:{port} does not answer \(.*refused.*\)$"):
        manifest(f"127.0.0.1:{port}/nginx/ingress", digest(BOTH))


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("public.ecr.aws/nginx/nginx", "https://public.ecr.aws/v2/nginx/nginx"),
        ("docker.io/nginx", "https://registry-1.docker.io/v2/library/nginx"),
        ("index.docker.io/nginx/nginx", "https://registry-1.docker.io/v2/nginx/nginx"),
        ("registry.example.com:5000/nginx", "https://registry.example.com:5000/v2/nginx"),
        ("localhost:5000/nginx", "http://localhost:5000/v2/nginx"),
        ("127.0.0.1:5000/nginx", "http://127.0.0.1:5000/v2/nginx"),
    ],
)
def test_only_a_registry_on_this_machine_is_asked_without_tls(written: str, url: str, monkeypatch: pytest.MonkeyPatch):
    asked = []

    def get(url: str, headers: object) -> bytes:
        asked.append(url)
        return BOTH

    monkeypatch.setattr(image_registry, "_get", get)
    manifest(written, digest(BOTH))
    assert asked == [f"{url}/manifests/{digest(BOTH)}"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", "does not answer"),
        (b"SSH-2.0-OpenSSH_9.9\r\n", "does not answer as a registry does"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", "answers with other content"),
    ],
)
def test_a_server_that_is_no_registry_is_not_seen(answer: bytes, reason: str):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            with pytest.raises(NotSeen, match=rf"^127\.0\.0\.1:\d+ {reason}"):
                manifest(f"127.0.0.1:{server.getsockname()[1]}/nginx", digest(BOTH))
        finally:
            thread.join()
