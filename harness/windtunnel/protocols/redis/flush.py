"""Empties a Redis by FLUSHALL, on a connection of its own."""

import socket

from windtunnel.address import Address
from windtunnel.protocols.server_account import ServerAccount

CONNECT_TIMEOUT = 3.0
"""Seconds in which a connection must be open."""
TIMEOUT = 10.0
"""Seconds that the server may take for one answer: it frees all it holds before it answers."""
LONGEST = 1024
"""Bytes of an answer, at most."""


def flush(address: Address, account: ServerAccount) -> None:
    """Delete all keys of all databases; OSError says why that cannot be."""
    where = (address.host, address.port)
    with socket.create_connection(where, timeout=CONNECT_TIMEOUT) as connection:
        connection.settimeout(TIMEOUT)
        if account.password:
            _ask(connection, "AUTH", *filter(None, (account.user, account.password)))
        _ask(connection, "FLUSHALL")


def _ask(connection: socket.socket, *words: str) -> None:
    parts = [word.encode() for word in words]
    lines = [b"*%d" % len(parts)]
    for part in parts:
        lines += [b"$%d" % len(part), part]
    connection.sendall(b"\r\n".join([*lines, b""]))
    answer = b""
    while not answer.endswith(b"\r\n") and len(answer) < LONGEST:
        more = connection.recv(LONGEST)
        if not more:
            raise ConnectionError(f"it ended the connection at {words[0]}")
        answer += more
    if not answer.startswith(b"+"):
        raise ConnectionError(
            f"it answered {words[0]} by {answer.decode(errors='replace').strip()!r}"
        )
