"""The server that load generators are measured against: one worker of nginx on one core."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import click

from tests.contracts.proxy.servers import OURS, Server
from windtunnel.ports import free_port

_CONFIGURATION = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000000;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  server {{ listen 127.0.0.1:{port}; location / {{ return 200 "hello world"; }} }}
}}
"""


@contextmanager
def nginx(core: int | None) -> Iterator[str]:
    """Give the URL of an nginx, on that core alone."""
    program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    if program is None:
        raise click.ClickException("nginx: expected it on PATH: apt-get install nginx-light")
    with tempfile.TemporaryDirectory(prefix="windtunnel-benchmark-") as folder:
        port = free_port()
        configuration = Path(folder, "nginx.conf")
        configuration.write_text(_CONFIGURATION.format(folder=folder, port=port))
        command = [*pinned(core), program, "-e", f"{folder}/error.log", "-c", str(configuration)]
        server = subprocess.Popen(command)
        try:
            _wait_for(port)
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()
            server.wait()


@contextmanager
def farther(url: str, milliseconds: int) -> Iterator[str]:
    """Give the URL of the same server behind a proxy that delays each answer so long."""
    with closing(Server(OURS)) as server:
        port = server.proxy(urlsplit(url).port or 80)
        server.toxic("latency", latency=milliseconds)
        yield f"http://127.0.0.1:{port}/"


def pinned(core: int | None) -> list[str]:
    """Return what to put before a command so that it runs on that core alone."""
    return [] if core is None else ["taskset", "--cpu-list", f"{core}"]


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
