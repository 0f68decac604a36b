"""A small DNS server on loopback: a resolver for what it is told, and the name server of every zone."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import struct
import threading
from collections.abc import Generator, Iterable

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

HOST = "127.0.0.1"
TTL, NEGATIVE_TTL = 60, 900


class Names:
    """What it answers. Names end without a dot; a name that is not there does not exist."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], tuple[str, ...]] = {}
        """Values by name and type."""
        self.delegated: dict[str, tuple[str, ...]] = {}
        """Name servers of a domain, as its parent zone has them: the answer to a query without recursion."""
        self.zones = {"", "com", "example"}
        """Names with a start of authority, the root first."""
        self.failing: set[str] = set()
        """Names for which it answers SERVFAIL."""
        self.refused: set[str] = set()
        self.silent: set[str] = set()
        """Names for which it gives no answer."""
        self.truncated: set[str] = set()
        """Names whose answer over UDP is cut off."""
        self.asked: list[tuple[str, str]] = []

    def set(self, name: str, type_: str, *values: str) -> None:
        self.records[name, type_] = values

    def reply(self, query: dns.message.Message, *, tcp: bool) -> dns.message.Message | None:
        question = query.question[0]
        name, type_ = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        name = "" if question.name == dns.name.root else name
        self.asked.append((name, type_))
        if name in self.silent:
            return None
        response = dns.message.make_response(query, recursion_available=True)
        if name in self.failing or name in self.refused:
            response.set_rcode(dns.rcode.SERVFAIL if name in self.failing else dns.rcode.REFUSED)
        elif name in self.truncated and not tcp:
            response.flags |= dns.flags.TC
        elif not query.flags & dns.flags.RD:
            self._as_parent(response, name, type_)
        else:
            self._as_resolver(response, name, type_)
        return response

    def _as_parent(self, response: dns.message.Message, name: str, type_: str) -> None:
        if name in self.delegated:
            response.authority.append(_rrset(name, "NS", self.delegated[name]))
        else:
            self._as_resolver(response, name, type_)

    def _as_resolver(self, response: dns.message.Message, name: str, type_: str) -> None:
        while (target := self.records.get((name, "CNAME"))) and type_ != "CNAME":
            response.answer.append(_rrset(name, "CNAME", target))
            name = target[0].rstrip(".").lower()
        if type_ == "SOA" and name in self.zones:
            response.answer.append(_start(name))
        elif values := self.records.get((name, type_)):
            response.answer.append(_rrset(name, type_, values))
        else:
            response.authority.append(_start(self._zone(name)))
            if not self._exists(name):
                response.set_rcode(dns.rcode.NXDOMAIN)

    def _exists(self, name: str) -> bool:
        known = {*self.zones, *(one for one, _ in self.records)}
        return any(one == name or one.endswith(f".{name}") for one in known)

    def _zone(self, name: str) -> str:
        return max((one for one in self.zones if f".{name}".endswith(f".{one}" if one else "")), key=len)


def _rrset(name: str, type_: str, values: Iterable[str]) -> dns.rrset.RRset:
    absolute = (one if one[0].isdigit() or ":" in one else f"{one.rstrip('.')}." for one in values)
    return dns.rrset.from_text(f"{name}.", TTL, "IN", type_, *absolute)


def _start(zone: str) -> dns.rrset.RRset:
    text = f"ns.invalid. hostmaster.invalid. 1 7200 900 1209600 {NEGATIVE_TTL}"
    return dns.rrset.from_text(f"{zone}.", 3600, "IN", "SOA", text)


class DnsServer:
    """It listens with UDP and TCP at one port."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self._udp, self._tcp = self._bound()
        self.port: int = self._udp.socket.getsockname()[1]

    @property
    def address(self) -> str:
        """As `--resolver` takes it."""
        return f"{HOST}:{self.port}"

    @staticmethod
    def _bound() -> tuple[socketserver.UDPServer, socketserver.TCPServer]:
        for _ in range(20):  # a port that is free for UDP may be taken for TCP
            udp = socketserver.ThreadingUDPServer((HOST, 0), _Datagram)
            try:
                return udp, socketserver.ThreadingTCPServer(udp.socket.getsockname(), _Stream)
            except OSError:
                udp.server_close()
        raise OSError("no port is free for both UDP and TCP")

    @contextlib.contextmanager
    def running(self) -> Generator[DnsServer]:
        """It answers within the block."""
        servers = (self._udp, self._tcp)
        threads = [threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.01}) for one in servers]
        for server, thread in zip(servers, threads, strict=True):
            server.names, server.daemon_threads = self.names, True  # ty: ignore[missing-attribute]
            thread.start()
        try:
            yield self
        finally:
            for server, thread in zip(servers, threads, strict=True):
                server.shutdown()
                server.server_close()
                thread.join()


class _Datagram(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        wire, sender = self.request
        reply = self.server.names.reply(dns.message.from_wire(wire), tcp=False)  # ty: ignore[missing-attribute]
        if reply:
            sender.sendto(reply.to_wire(), self.client_address)


class _Stream(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        connection: socket.socket = self.request
        if len(header := connection.recv(2)) < 2:
            return
        [length] = struct.unpack("!H", header)
        reply = self.server.names.reply(dns.message.from_wire(connection.recv(length)), tcp=True)  # ty: ignore[missing-attribute]
        if reply:
            wire = reply.to_wire()
            connection.sendall(struct.pack("!H", len(wire)) + wire)


@contextlib.contextmanager
def dns_server() -> Generator[DnsServer]:
    """A server that knows no name yet."""
    with DnsServer(Names()).running() as server:
        yield server
