"""Asks a container registry for an image's manifest without a login: the API of https://distribution.github.io/distribution/spec/api/."""

from __future__ import annotations

import hashlib
import http.client
import ipaddress
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping

from privatelink_ingress.plan.workload import image_index

SECONDS = 10.0
"""For each answer: a person waits."""

LARGEST = 4 << 20
"""Bytes of a manifest, as much as registries take: https://distribution.github.io/distribution/spec/api/#on-failure-manifest."""

_DOCKER_HUB = ("docker.io", "index.docker.io")


class NotThere(Exception):
    """The registry has no such image: its text says what it answered."""


class NotSeen(Exception):
    """The registry did not say whether it has the image: its text says why."""


def manifest(source: str, digest: str) -> bytes:
    """The manifest of `source`, a repository with its registry, that has `digest`.

    Raises:
        NotThere: the registry answers that it has none.
        NotSeen: it cannot be reached, or asks for a login.
    """
    host, _, repository = source.partition("/")
    if host in _DOCKER_HUB:
        host, repository = "registry-1.docker.io", repository if "/" in repository else f"library/{repository}"
    url = f"{'http' if _is_loopback(host) else 'https'}://{host}/v2/{repository}/manifests/{digest}"
    headers = {"Accept": ", ".join((*image_index.INDEXES, *image_index.MANIFESTS))}
    try:
        content = _get(url, headers)
    except urllib.error.HTTPError as error:
        if error.code != 401:
            raise _meaning(host, error) from None
        content = _with_token(host, url, headers, error.headers.get("WWW-Authenticate", ""))
    if f"sha256:{hashlib.sha256(content).hexdigest()}" != digest:
        raise NotSeen(f"{host} answers with other content than the digest is of")
    return content


def _with_token(host: str, url: str, headers: Mapping[str, str], challenge: str) -> bytes:
    """With a token that anyone gets: https://distribution.github.io/distribution/spec/auth/token/."""
    scheme, _, rest = challenge.partition(" ")
    words = urllib.request.parse_keqv_list(urllib.request.parse_http_list(rest)) if rest else {}
    realm = words.pop("realm", "")
    if scheme.lower() != "bearer" or urllib.parse.urlsplit(realm).scheme not in ("http", "https"):
        raise NotSeen(f"{host} asks for a login")
    try:
        answer = json.loads(_get(f"{realm}?{urllib.parse.urlencode(words)}", {}))
        token = answer.get("token") or answer["access_token"]
        return _get(url, {**headers, "Authorization": f"Bearer {token}"})
    except urllib.error.HTTPError as error:
        raise _meaning(host, error) from None
    except (ValueError, KeyError, AttributeError):  # also a realm that is no URL
        raise NotSeen(f"{host} gives no token to read it with") from None


def _get(url: str, headers: Mapping[str, str]) -> bytes:
    host = urllib.parse.urlsplit(url).netloc
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=dict(headers)), timeout=SECONDS) as answer:
            return answer.read(LARGEST)
    except urllib.error.HTTPError:
        raise
    except TimeoutError:
        raise NotSeen(f"{host} does not answer within {SECONDS:g} seconds") from None
    except urllib.error.URLError as error:
        raise NotSeen(f"{host} does not answer ({error.reason})") from None
    except (OSError, http.client.HTTPException) as error:
        raise NotSeen(f"{host} does not answer as a registry does ({error or type(error).__name__})") from None


def _meaning(host: str, error: urllib.error.HTTPError) -> Exception:
    if error.code == 404:
        return NotThere(f"{host} has no such image")
    if error.code in (401, 403):
        return NotSeen(f"{host} asks for a login, or has no such repository")
    return NotSeen(f"{host} answers with {error.code} {error.reason}")


def _is_loopback(host: str) -> bool:
    """A registry on this machine speaks HTTP, as crane takes it."""
    name = host.rpartition(":")[0] or host
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
