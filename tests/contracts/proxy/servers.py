"""A proxy server under contract, ours or the real one, and the clients and servers around it."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from windtunnel.ports import free_port

DEADLINE = 10.0
START = 60.0
"""Seconds that a server may take to start, which no test is about."""
NOWHERE = "127.0.0.1:1"
LONG = 60_000
"""Milliseconds that no test waits for."""
OURS, THEIRS = "ours", "toxiproxy"

DIFFERENCES = {
    "logger": "Go's logger leaks into each proxy as an empty object, and no client reads it",
    "protocol": "ours records HTTP requests and Redis commands, so a proxy says what it carries",
    "empty listen": "ours listens on loopback unless an address is asked for",
    "version": "ours adds its own version as build metadata of the API's",
    "decoder": "the texts of Go's JSON decoder name Go's types",
    "upstream": "ours refuses an upstream that cannot be one; Toxiproxy only fails to dial it",
    "lookup": "ours does not name the server that it asked for a host's address",
    "negative": "ours refuses negative values, by one of which a panic ends Toxiproxy's process",
    "surrogates": "ours refuses half of a surrogate pair, which Go reads as another text",
    "queue": "ours accepts and closes who still waits to be accepted; Toxiproxy resets some",
    "sizeless slicer": "a slicer of size 0 overflows Toxiproxy's stack; ours refuses it",
    "half-close": "an end in one direction closes both in Toxiproxy; ours keeps the other one",
    "dial failure": "ours resets what it accepted and cannot connect: that is nearer to a refusal",
    "reset of old connections": "Toxiproxy can only reset what was opened after the toxic came",
    "spared connections": "removing a timeout closes only those connections that it held",
    "failing reset": "Toxiproxy's reset stops at a proxy that cannot listen; ours heals the others",
    "error codes": "ours gives each error a code beside its text, which no client need read",
    "hanging dial": "Toxiproxy dials in its accept loop; ours accepts the next client meanwhile",
}
"""Each place where ours differs on purpose, and why."""


def toxiproxy_server() -> str | None:
    return os.environ.get("WINDTUNNEL_TOXIPROXY") or shutil.which("toxiproxy-server")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON
        return json.loads(self.body)


class Server:
    """One running proxy server."""

    def __init__(self, kind: str, *flags: str) -> None:
        self.kind = kind
        self.port = free_port()
        program = (
            [sys.executable, "-m", "windtunnel.proxy", "--seed", "1"]
            if kind == OURS
            else [str(toxiproxy_server())]
        )
        self.process = subprocess.Popen(
            [*program, "-host", "127.0.0.1", "-port", str(self.port), *flags],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START
        while True:
            try:
                self.call("GET", "/version")
            except OSError:
                assert self.process.poll() is None, f"{kind} ended at its start"
                assert time.monotonic() < deadline, f"waited {START} s for {kind} to answer"
                time.sleep(0.01)
            else:
                break

    def __repr__(self) -> str:
        return f"<Server {self.kind}>"

    def close(self) -> None:
        self.process.kill()
        self.process.wait()

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def differs(self, difference: str, *, ours: Any, toxiproxy: Any) -> Any:  # noqa: ANN401 - any
        """Return what this server is expected to do in a place where they differ on purpose."""
        assert difference in DIFFERENCES
        assert ours != toxiproxy
        return ours if self.kind == OURS else toxiproxy

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        *,
        timeout: float = DEADLINE,
    ) -> Answer:
        """Send one request; `body` is JSON, or bytes as they are."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            connection.request(
                method, path, body=None if body is None else content, headers=dict(headers or {})
            )
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        finally:
            connection.close()

    def proxy(self, upstream: int, name: str = "p", **fields: object) -> int:
        """Create a proxy to a port of this machine, and return the port on which it listens."""
        body = {
            "name": name,
            "listen": "127.0.0.1:0",
            "upstream": f"127.0.0.1:{upstream}",
            **fields,
        }
        answer = self.call("POST", "/proxies", body)
        assert answer.status == 201, answer.body
        return int(answer.json["listen"].rpartition(":")[2])

    def toxic(self, kind: str, stream: str = "downstream", **fields: Any) -> str:  # noqa: ANN401 - any
        """Add a toxic to the proxy `p`, and return its name."""
        toxicity = fields.pop("toxicity", 1.0)
        body = {"type": kind, "stream": stream, "toxicity": toxicity, "attributes": fields}
        answer = self.call("POST", "/proxies/p/toxics", body)
        assert answer.status == 200, answer.body
        return str(answer.json["name"])


def created(server: Server, name: str, **fields: object) -> Answer:
    body = {"name": name, "listen": "127.0.0.1:0", "upstream": NOWHERE, **fields}
    return server.call("POST", "/proxies", body)


def error(answer: Answer) -> tuple[int, str]:
    """Return an error's status and text, after checking its form."""
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.body.endswith(b"\n")
    assert set(answer.json) - {"code"} == {"error", "status"}
    assert answer.json["status"] == answer.status
    return answer.status, answer.json["error"]


@contextmanager
def echo_server() -> Iterator[int]:
    """Give the port of a server that sends back what it gets, and ends when its client does."""

    def serve(client: socket.socket) -> None:
        with client:
            try:
                while data := client.recv(65536):
                    client.sendall(data)
            except OSError:
                return

    with listening(serve) as port:
        yield port


@contextmanager
def listening(serve: Any) -> Iterator[int]:  # noqa: ANN401 - a function of a socket
    """Give the port of a server that hands each connection to `serve` in a thread."""
    server = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []
    clients: list[socket.socket] = []

    def accept() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            clients.append(client)
            threads.append(threading.Thread(target=serve, args=(client,), daemon=True))
            threads[-1].start()

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield server.getsockname()[1]
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        acceptor.join(DEADLINE)
        for client in clients:
            with suppress(OSError):  # ended already
                client.shutdown(socket.SHUT_RDWR)
            client.close()
        for thread in threads:
            thread.join(DEADLINE)


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=DEADLINE)


def receive(client: socket.socket, size: int) -> bytes:
    """Return exactly `size` bytes, or fewer where the connection ends before."""
    data = b""
    while len(data) < size and (chunk := client.recv(size - len(data))):
        data += chunk
    return data


def ending(client: socket.socket) -> str:
    """Return how the connection ends: "end", "reset", or what data came instead."""
    try:
        data = client.recv(65536)
    except ConnectionResetError:
        return "reset"
    return "end" if not data else repr(data)


def echoed(client: socket.socket, data: bytes) -> float:
    """Send data, expect it back, and return the seconds that it took."""
    begun = time.monotonic()
    client.sendall(data)
    assert receive(client, len(data)) == data
    return time.monotonic() - begun


def silent(client: socket.socket, seconds: float = 0.15) -> bool:
    """Whether nothing comes for a while."""
    client.settimeout(seconds)
    try:
        return client.recv(1, socket.MSG_PEEK) == b"never"
    except TimeoutError:
        return True
    finally:
        client.settimeout(DEADLINE)
