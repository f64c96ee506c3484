"""Serves an ASGI application as a program: one process, clear errors, a quick end."""

import argparse
import json
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

try:
    import uvicorn
    from pydantic import ValidationError

    from windtunnel_sample.settings import explain
except ModuleNotFoundError as missing:
    # Every program of the sample begins here, and windtunnel shows the last line of its log.
    sys.exit(f"{missing.name} is not installed; pip install 'windtunnel[sample]' installs it")


def serve(make: Callable[[], Any], program: str) -> NoReturn:
    """Serve `make()` at --host and --port until SIGTERM or SIGINT.

    After an orderly end SIGINT gives status 0; SIGTERM ends the process as the signal it is, which
    a shell shows as 143, and spares it the 0.2 s in which Python takes itself apart. Prints where
    it listens as one line of JSON. Exits with status 2 on wrong settings, and 1 where the port
    cannot be had, each with one line an error.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {program}")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=_port, required=True, help="0 takes a free one")
    arguments = parser.parse_args()
    try:
        app = make()
    except ValidationError as error:
        sys.exit(_say(f"{program}: {explain(error)}", 2))
    family = socket.AF_INET6 if ":" in arguments.host else socket.AF_INET
    with socket.socket(family) as listener:
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((arguments.host, arguments.port))
        except OSError as error:
            where = f"{arguments.host}:{arguments.port}"
            sys.exit(_say(f"{program}: cannot listen on {where}: {error.strerror}", 1))
        config = uvicorn.Config(
            app,
            loop="uvloop",
            http="httptools",
            ws="none",
            lifespan="auto",
            access_log=False,
            log_level="warning",
            backlog=1024,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=1,
        )
        server = _Announcing(config)
        # Once it has shut down, uvicorn raises the signal again that ended it.
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
        sys.exit(0 if server.started else 3)


class _Announcing(uvicorn.Server):
    """Says where it listens, once it does."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Print the address after the start."""
        await super().startup(sockets)
        if self.started and sockets:
            host, port = sockets[0].getsockname()[:2]
            sys.stdout.write(json.dumps({"listening": f"{host}:{port}"}) + "\n")
            sys.stdout.flush()


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port}: expected a number from 0 to 65535")
    return port


def _say(text: str, status: int) -> int:
    sys.stderr.write(text + "\n")
    return status
