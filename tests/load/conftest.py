"""A server in a process of its own, for tests of engines that run in processes too."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from windtunnel.ports import free_port

_SERVER = """
import asyncio, sys
class Answer(asyncio.Protocol):
    def connection_made(self, transport): self.transport = transport
    def data_received(self, data):
        self.transport.write(b"HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n\\r\\nok")
async def main():
    listener = await asyncio.get_running_loop().create_server(Answer, "127.0.0.1", 0)
    print(listener.sockets[0].getsockname()[1], flush=True)
    await listener.serve_forever()
asyncio.run(main())
"""


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    """Give the URL of a server that answers every request with 200."""
    program = subprocess.Popen([sys.executable, "-c", _SERVER], stdout=subprocess.PIPE, text=True)
    try:
        assert program.stdout is not None
        with program.stdout:
            yield f"http://127.0.0.1:{int(program.stdout.readline())}/"
    finally:
        program.kill()
        program.wait()


@pytest.fixture(name="free_port")
def _free_port() -> int:
    """Give a port on which nothing listens now."""
    return free_port()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Give a key and a certificate of localhost that nobody else trusts."""
    folder = tmp_path_factory.mktemp("tls")
    key, own = folder / "key.pem", folder / "own.pem"
    command = (
        f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        f" -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout {key} -out {own}"
    )
    subprocess.run(command.split(), check=True, capture_output=True)
    return key, own


def wait_for_port(port: int) -> None:
    """Wait until something listens there."""

    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_for(listens, f"port {port}")


def wait_for(condition: object, what: str, seconds: float = 20.0) -> None:
    """Wait until `condition()` is true; AssertionError says what was waited for."""
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, f"waited for {what} for {seconds:g} s"
        time.sleep(0.02)
