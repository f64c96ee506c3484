"""Both ends of a TLS connection, as a test holds them."""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Self

import trustme

from tests.contracts.proxy.servers import DEADLINE, Server, connect, listening

TERMINATE = {"mode": "terminate"}


def handshake(server: Server, outcome: str = "") -> dict[str, Any]:
    """Return what the proxy recorded of the last connection's handshake, once it is over."""
    deadline = time.monotonic() + DEADLINE
    while True:
        found = server.call("GET", "/proxies/p/evidence/records").json["connections"]
        shaken: dict[str, Any] = max(found, key=lambda each: int(each["number"]))["handshake"]
        if shaken["outcome"] == outcome or (not outcome and shaken["outcome"] != "pending"):
            return shaken
        assert time.monotonic() < deadline, f"waited {DEADLINE} s for a handshake: {shaken}"


def greeting(server_name: str | None, context: ssl.SSLContext | None = None) -> bytes:
    """Return a ClientHello."""
    context = context or ssl.create_default_context()
    context.check_hostname = server_name is not None
    outgoing = ssl.MemoryBIO()
    client = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=server_name)
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        return outgoing.read()
    raise AssertionError("unreachable: nobody answered")


def secured(port: int, context: ssl.SSLContext, name: str = "127.0.0.1") -> ssl.SSLSocket:
    """Connect, and return the connection once its handshake is over."""
    sock = connect(port)
    try:
        return context.wrap_socket(sock, server_hostname=name)
    except BaseException:
        sock.close()
        raise


def wire_ending(client: ssl.SSLSocket) -> str:
    """Return how the socket under a client ends, "end" or "reset": ssl takes both for the same."""
    with socket.socket(fileno=client.detach()) as raw:
        raw.settimeout(DEADLINE)
        try:
            while raw.recv(65536):
                pass  # tickets, alerts, and whatever else was on its way
        except ConnectionResetError:
            return "reset"
    return "end"


@contextmanager
def secure_server(authority: trustme.CA, name: str, says: bytes) -> Iterator[int]:
    """Give the port of a TLS server that echoes what it gets, after what it says of itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["h2", "http/1.1"])
    authority.issue_cert(name).configure_cert(context)

    def serve(client: socket.socket) -> None:
        try:
            with context.wrap_socket(client, server_side=True) as inside:
                inside.sendall(says)
                while data := inside.recv(65536):
                    inside.sendall(data)
        except OSError:
            return  # a client that does not trust it, among others

    with listening(serve) as port:
        yield port


class Half:
    """A TLS client that can end its own direction alone, which ssl's sockets cannot."""

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        self.sock = connect(port)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname="127.0.0.1")
        self.clean = False
        """Whether the peer's direction was ended in TLS, and not only by the socket."""
        self._until(self._tls.do_handshake)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.sock.close()

    def _until(self, step: Any) -> Any:  # noqa: ANN401 - whatever the step returns
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                self.flush()
                data = self.sock.recv(65536)
                if not data:
                    return b""
                self._incoming.write(data)
            finally:
                self.flush()

    def flush(self) -> None:
        if self._outgoing.pending:
            self.sock.sendall(self._outgoing.read())

    def send(self, data: bytes) -> None:
        self._tls.write(data)
        self.flush()

    def end(self) -> None:
        """Send close_notify, and keep the socket open both ways."""
        with suppress(ssl.SSLWantReadError):  # the peer's own is not here yet
            self._tls.unwrap()
        self.flush()

    def rest(self) -> bytes:
        """Return everything until the peer ends its direction."""
        self.sock.settimeout(DEADLINE)
        data = b""
        while True:
            try:
                piece = self._until(lambda: self._tls.read(65536))
            except ssl.SSLZeroReturnError:
                piece = b""
            if not piece:
                self.clean = self._incoming.pending == 0 and self._ended_in_tls()
                return data
            data += piece

    def _ended_in_tls(self) -> bool:
        try:
            return self._tls.read(1) == b""
        except ssl.SSLZeroReturnError:
            return True
        except ssl.SSLError:
            return False
