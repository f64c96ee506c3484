"""An HTTP/2 server that misbehaves on purpose, and nginx, which knows nothing of our library."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from h2 import events
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.settings import SettingCodes, Settings
from hyperframe.frame import GoAwayFrame

from tests.load.conftest import wait_for_port
from windtunnel.load.destination import Destination
from windtunnel.ports import free_port

Behave = Callable[["Conversation", int], Awaitable[None]]
"""What is done about a whole request, by its stream."""


class Conversation:
    """One connection, as the server sees it."""

    def __init__(self, writer: asyncio.StreamWriter, settings: dict[SettingCodes, int]) -> None:
        self.h2 = H2Connection(config=H2Configuration(client_side=False, header_encoding="utf-8"))
        self.h2.local_settings = Settings(client=False, initial_values=settings)
        self.writer = writer
        self.bodies: dict[int, bytes] = {}
        self.heads: dict[int, dict[str, str]] = {}

    def flush(self) -> None:
        self.writer.write(self.h2.data_to_send())

    async def answer(self, stream: int, status: int | str = 200) -> None:
        self.h2.send_headers(stream, [(":status", str(status))])
        self.h2.send_data(stream, b"ok", end_stream=True)
        self.flush()

    async def never(self, stream: int) -> None:
        """Leave the stream without an answer."""

    async def refuse(self, stream: int) -> None:
        self.h2.reset_stream(stream, ErrorCodes.REFUSED_STREAM)
        self.flush()

    async def reset(self, stream: int) -> None:
        self.h2.reset_stream(stream)
        self.flush()

    async def part_then_answer(self, stream: int) -> None:
        """Say farewell, having taken this stream alone, and answer it nevertheless."""
        self.flush()
        self.writer.write(GoAwayFrame(last_stream_id=stream).serialize())
        await self.answer(stream)


class Server:
    """What it has heard."""

    def __init__(self, port: int) -> None:
        self.conversations: list[Conversation] = []
        self.destination = Destination(
            scheme="http", host="127.0.0.1", address="127.0.0.1", port=port, http2=True
        )


@asynccontextmanager
async def serving(behave: Behave = Conversation.answer, **settings: int) -> AsyncIterator[Server]:
    """Serve in the running loop, with these settings of HTTP/2 announced."""
    announced = {SettingCodes[name.upper()]: value for name, value in settings.items()}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = Conversation(writer, announced)
        server.conversations.append(talk)
        talk.h2.initiate_connection()
        talk.flush()
        try:
            while data := await reader.read(65536):
                for event in talk.h2.receive_data(data):
                    match event:
                        case events.RequestReceived():
                            talk.heads[event.stream_id] = {
                                str(name): str(value) for name, value in event.headers
                            }
                            talk.bodies[event.stream_id] = b""
                        case events.DataReceived():
                            talk.bodies[event.stream_id] += event.data
                            size = event.flow_controlled_length
                            talk.h2.acknowledge_received_data(size, event.stream_id)
                        case events.StreamEnded():
                            await behave(talk, event.stream_id)
                talk.flush()
        except ConnectionError:
            pass
        finally:
            writer.transport.abort()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    server = Server(listener.sockets[0].getsockname()[1])
    try:
        yield server
    finally:
        listener.close()
        for talk in server.conversations:
            talk.writer.transport.abort()
        await asyncio.sleep(0.01)  # the aborted transports' last callbacks


def nginx() -> str | None:
    """Return the program, where there is one."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


@contextmanager
def nginx_serving(folder: Path, key: Path, certificate: Path) -> Iterator[tuple[int, int]]:
    """Give the ports of an nginx that speaks HTTP/2: in clear, and by ALPN over TLS.

    It ends each connection after 20 requests.
    """
    program = nginx()
    assert program is not None
    clear, tls = free_port(), free_port()
    temporary = " ".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;"
        f" events {{}} http {{ access_log off; {temporary} keepalive_requests 20;"
        f" ssl_certificate {certificate}; ssl_certificate_key {key};"
        f' server {{ listen 127.0.0.1:{clear} http2; location / {{ return 200 "ok"; }} }}'
        f' server {{ listen 127.0.0.1:{tls} ssl http2; location / {{ return 200 "ok"; }} }} }}'
    )
    command = [program, "-e", str(folder / "error.log"), "-c", str(configuration)]
    server = subprocess.Popen(command)
    try:
        wait_for_port(clear)
        wait_for_port(tls)
        yield clear, tls
    finally:
        server.terminate()
        server.wait()
