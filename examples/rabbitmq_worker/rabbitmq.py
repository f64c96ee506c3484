"""Runs RabbitMQ on the port that is asked for, in a folder that is made now and removed at the end.

Erlang starts a name service, epmd, which would outlive the broker. It finds one of ours instead, on
a port of its own, which ends with it.
"""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def server() -> str:
    """Return the server's script; Debian's own on PATH insists on its own user."""
    for found in (*Path("/usr/lib/rabbitmq").glob("lib/*/sbin/rabbitmq-server"),):
        return str(found)
    found = shutil.which("rabbitmq-server")
    if not found:
        sys.exit("rabbitmq.py: found no rabbitmq-server on PATH or in /usr/lib/rabbitmq")
    return found


def free_port() -> int:
    """Return a port for Erlang's own traffic, of those that connections are not given."""
    while True:
        port = random.randrange(20_000, 32_000)  # noqa: S311 - no secret
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextmanager
def running(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program, and end it."""
    program = subprocess.Popen(command, env=environment)
    try:
        yield program
    finally:
        program.terminate()
        program.wait()


def main(host: str, port: str) -> int:
    """Serve until SIGTERM."""
    home = Path(tempfile.mkdtemp(prefix="payouts-rabbitmq-"))
    own, names = str(free_port()), str(free_port())
    environment = {
        **os.environ,
        "HOME": str(home),
        "RABBITMQ_NODENAME": f"payouts{own}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": host,
        "RABBITMQ_NODE_PORT": port,
        "RABBITMQ_DIST_PORT": own,
        "RABBITMQ_MNESIA_BASE": str(home / "data"),
        "RABBITMQ_LOG_BASE": str(home / "log"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_PID_FILE": str(home / "pid"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "plugins"),
        "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq"),
        "ERL_EPMD_PORT": names,
        "ERL_EPMD_ADDRESS": "127.0.0.1",
    }
    (home / "plugins").write_text("[].\n")
    (home / "rabbitmq.conf").write_text("vm_memory_high_watermark.absolute = 256MB\n")
    # By SystemExit, so that what follows is undone.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with (
            running(["epmd", "-port", names], environment),
            running([server()], environment) as broker,
        ):
            return broker.wait()
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
