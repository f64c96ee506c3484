"""A dependency that runs already on an IPv6 address is reached through the proxies."""

import http.server
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backends.test_proxy_variables import TARGET, TEST
from tests.machine import missing
from windtunnel.address import Address

CONFIGURATION = """
command = ["{python}", "target.py", "{port}"]
health = "/health"
endpoints = ["/"]

[dependencies.prices]
protocol = "http"
upstream = "UPSTREAM"
environment = { PRICES = "http://{address}/" }
endpoint = "/"
"""


class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6


@pytest.fixture
def upstream() -> Iterator[Address]:
    """Return where an HTTP server listens on the IPv6 loopback."""
    try:
        server = Server(("::1", 0), http.server.SimpleHTTPRequestHandler)
    except OSError as error:
        pytest.skip(f"no IPv6 loopback here: {error}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield Address("::1", server.server_port)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("text", ["127.0.0.1:80", "[::1]:80", "name:80"])
def test_an_address_is_written_as_it_is_read(text: str) -> None:
    assert str(Address.parse(text)) == text


@pytest.mark.parametrize("backend", ["embedded", "local"])
def test_a_scenario_reaches_it(backend: str, upstream: Address, tmp_path: Path) -> None:
    if backend == "local" and (reason := missing("local")):
        pytest.skip(reason)
    (tmp_path / "target.py").write_text(TARGET)
    (tmp_path / "windtunnel.toml").write_text(CONFIGURATION.replace("UPSTREAM", str(upstream)))
    (tmp_path / "test_scenario.py").write_text(TEST)
    command = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider")
    done = subprocess.run(
        [*command, f"--windtunnel-backend={backend}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
