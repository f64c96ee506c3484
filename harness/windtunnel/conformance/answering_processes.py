"""Which of a service's processes answer: seen by whose sockets a few connections end at."""

import http.client
import socket
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

import psutil

from windtunnel.address import Address

CONNECTIONS = 24
"""Connections that are opened at once: each worker takes one of so many, as a rule."""
SETTLE = 0.1
"""Seconds in which the workers accept what waits for them."""
TIMEOUT = 5.0


@dataclass(frozen=True, slots=True)
class AnsweringProcesses:
    """Who answers a service's callers, as far as this machine shows it."""

    count: int = 0
    """Processes that took a connection; 0 where that could not be seen."""
    closing: bool = False
    """Whether it closes each connection, so that one caller's requests meet one after another."""


UNSEEN_PROCESSES = AnsweringProcesses()


def answering_processes(
    pid: int | None, address: Address, path: str, pause: Callable[[float], None]
) -> AnsweringProcesses:
    """Look who takes connections that ask for nothing yet, in the process tree of `pid`."""
    closing = _closes(address, path)
    if pid is None:
        return AnsweringProcesses(closing=closing)
    head = f"GET {path} HTTP/1.1\r\nhost: {address}\r\n".encode()
    with ExitStack() as opened:
        try:
            for _ in range(CONNECTIONS):
                connection = socket.create_connection((address.host, address.port), TIMEOUT)
                opened.enter_context(connection)
                # Its end never comes: a worker that serves one connection at a time waits for it.
                connection.sendall(head)
        except OSError:
            return AnsweringProcesses(closing=closing)
        pause(SETTLE)
        return AnsweringProcesses(_holding(pid, address.port), closing)


def _closes(address: Address, path: str) -> bool:
    connection = http.client.HTTPConnection(address.host, address.port, timeout=TIMEOUT)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        return False
    else:
        return answer.will_close
    finally:
        connection.close()


def _holding(pid: int, port: int) -> int:
    """Return how many processes of a tree hold a connection to a port of theirs."""
    holders = 0
    try:
        first = psutil.Process(pid)
        tree = [first, *first.children(recursive=True)]
    except psutil.Error:
        return 0
    for process in tree:
        try:
            connections = process.net_connections("tcp")
        except psutil.Error:
            continue
        holders += any(
            each.status == psutil.CONN_ESTABLISHED and each.laddr and each.laddr.port == port
            for each in connections
        )
    return holders
