"""URLs as clients read them before they send a request (https://url.spec.whatwg.org/#url-parsing)."""

from __future__ import annotations

import dataclasses
import re
import urllib.parse

from privatelink_ingress.ingresses.model import shown
from privatelink_ingress.problems import Problem, UsageError

PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
"""The schemes that the load balancer takes, with their ports."""
WEBSOCKET = ("ws", "wss")
"""Those of a WebSocket."""
REQUEST_LINE = 16 * 1024
"""Bytes of a request line that an Application Load Balancer reads, a fixed quota:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html."""

_EXAMPLE = "Write an absolute URL, such as https://shop.example.com/cart."
_SIGNS = "!#$%&'()*+,/:;=?@[]~|\"<>`{}^\\"
"""ASCII that stays as it is in a path; clients encode what is not ASCII."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Url:
    """A URL, as its parts go into a request."""

    scheme: str
    """A key of `PORTS`."""
    host: str
    """Lower case; in Punycode where the URL is not ASCII."""
    port: int
    path: str
    """Percent-encoded, without dot segments."""
    query: tuple[tuple[str, str], ...]
    """Decoded."""
    query_text: str
    """As it is sent, without the question mark."""

    @classmethod
    def parse(cls, text: str) -> Url:
        """Read a URL.

        Raises:
            UsageError: with what to write instead, where no client can send a request for it, or where clients differ.
        """
        scheme, rest = _scheme(text)
        match = re.fullmatch(r"([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?", rest)
        assert match is not None, text  # every text without line ends is of this form
        authority, path, query = match[1], match[2], match[3] or ""
        below = rest[len(authority) :] or "/"
        if "@" in authority:
            bare = authority.rpartition("@")[2]
            hidden = f"{scheme}://…@{bare}{below}"
            write = f"Write {scheme}://{bare}{below}; where a rule asks for the header, --header Authorization=… ."
            raise _refused(hidden, "names a user, which clients send in the header Authorization", write)
        host, port = _host_and_port(text, scheme, authority, below)
        path = urllib.parse.quote(_without_dots(path or "/"), safe=_SIGNS)
        sent = urllib.parse.quote(query, safe=_SIGNS)
        length = len(f"GET {path} HTTP/1.1\r\n") + (len(f"?{sent}") if sent else 0)
        if length > REQUEST_LINE:
            reason = f"makes a request line of {length} bytes: the load balancer refuses more than {REQUEST_LINE}"
            raise _refused(text, reason, "Send long values in the body of the request.")
        pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
        return cls(scheme=scheme, host=host, port=port, path=path, query=tuple(pairs), query_text=sent)


def _refused(text: str, reason: str, remedy: str) -> UsageError:
    return UsageError("The URL cannot be traced", [Problem(shown(text), reason, remedy)])


def _scheme(text: str) -> tuple[str, str]:
    """The scheme, and what follows its `://`."""
    bare = text.strip(" \t\r\n\f\v\0\"'<>")
    if re.search(r"[\s\x00-\x1f\x7f\ud800-\udfff]", text):
        one = "".join(bare.splitlines()) if not re.search(r"[\r\n]\S*\.", bare) else bare.splitlines()[0]
        write = re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", "", re.sub(r"[^\S\r\n]", "%20", one))
        raise _refused(text, "has blanks, control characters or bytes that are not UTF-8", _write(write))
    if "\\" in text:
        raise _refused(text, "has a backslash, which clients read in different ways", _write(bare.replace("\\", "/")))
    scheme, separator, rest = text.partition("://")
    if separator and scheme.lower() in PORTS:
        return scheme.lower(), rest
    if separator and re.fullmatch("[A-Za-z][A-Za-z0-9+.-]*", scheme):
        reason = f"has the scheme {scheme}; the load balancer takes https and http, and wss and ws"
        raise _refused(text, reason, _write(f"https://{rest}"))
    rest = re.sub(r"^(https?|wss?)(:/*|//)(?=\w)", "", bare.lstrip("/:"), flags=re.IGNORECASE)
    write = bare if "://" in bare else f"https://{rest}"
    raise _refused(text, "does not begin with https://, http://, wss:// or ws://", _write(write))


def _write(url: str) -> str:
    """The URL as a remedy if it can be followed, an example otherwise."""
    host = re.match(r"https?://(localhost|[\w-]+(?:\.[\w-]+)+)\.?(?::[0-9]{1,5})?(?=[/?#]|$)", url)
    return f"Write {url}." if host and url.isprintable() and len(url) <= 500 else _EXAMPLE


def _host_and_port(text: str, scheme: str, authority: str, below: str) -> tuple[str, int]:
    host, colon, port = authority.rpartition(":")
    if not colon or authority.endswith("]"):
        host, port = authority, ""
    if not host:
        raise _refused(text, "has no host", _EXAMPLE)
    name = _ascii(text, host)
    if _is_address(name):
        reason = "names an address: rules and certificates go by host name, and a load balancer's addresses change"
        raise _refused(text, reason, f"Write the host of a route, such as {scheme}://shop.example.com{below}.")
    if port and not (re.fullmatch("[0-9]{1,5}", port) and 1 <= int(port) <= 65535):
        raise _refused(
            text, f"has the port {shown(port)[1:-1]}", f"Write {scheme}://{host}{below}, or a port up to 65535."
        )
    if "%" in name:
        plain = urllib.parse.unquote(name)
        raise _refused(text, "has a percent sign in its host", _write(f"{scheme}://{plain}{below}"))
    if "*" in name:
        one = name.replace("*", "www", 1) if name.startswith("*.") else "shop.example.com"
        raise _refused(text, "names a wildcard, and a request names one host", f"Write {scheme}://{one}{below}, say.")
    if name.endswith(".") and name.strip("."):
        reason = "has a dot at the end of its host, which some clients send and no rule of the load balancer has"
        raise _refused(text, reason, f"Write {scheme}://{name.rstrip('.')}{below}.")
    if len(name) > 253 or not all(re.fullmatch("[a-z0-9_-]{1,63}", label) for label in name.split(".")):
        write = "Write letters, digits and hyphens: 1 to 63 between two dots, and 253 in all."
        raise _refused(text, "has a host that DNS does not take", write)
    return name, int(port) if port else PORTS[scheme]


def _ascii(text: str, host: str) -> str:
    """The host as clients look it up. They differ where IDNA changed what a sign means."""
    if host.isascii():
        return host.lower()
    try:
        if not re.search("[ßẞς\u200c\u200d]", host):  # https://www.unicode.org/reports/tr46/#Deviations
            return host.encode("idna").decode().lower()
    except UnicodeError:
        pass
    reason = "has a host outside ASCII that clients write in different ways, or not at all"
    raise _refused(text, reason, "Write the host in Punycode (xn--…), as its record in DNS has it.")


def _is_address(host: str) -> bool:
    """As browsers: what ends in a number is an IPv4 address (https://url.spec.whatwg.org/#ends-in-a-number-checker)."""
    last = host.rstrip(".").rpartition(".")[2]
    return ":" in host or host.startswith("[") or re.fullmatch("[0-9]+|0x[0-9a-f]*", last) is not None


def _without_dots(path: str) -> str:
    """Without the segments `.` and `..`, which clients resolve before they send a path."""
    kept: list[str] = []
    parts = path.split("/")[1:]
    for index, part in enumerate(parts):
        plain = re.sub("%2e", ".", part, flags=re.IGNORECASE)
        if plain == ".." and kept:
            kept.pop()
        if plain not in (".", ".."):
            kept.append(part)
        elif index == len(parts) - 1:
            kept.append("")
    return "/" + "/".join(kept)
