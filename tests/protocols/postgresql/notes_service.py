"""A service on PostgreSQL: psycopg, a pool, transactions, a breaker with a fallback."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

URL = os.environ["DATABASE_URL"]
POOLED = os.environ.get("POOL", "on") == "on"
THRESHOLD = 3 if os.environ.get("BREAKER", "on") == "on" else 10**9
WAIT = 1.0
"""Seconds that a caller waits for a connection."""

pool = ConnectionPool(URL, open=False, min_size=1, max_size=4, timeout=WAIT)


class Breaker:
    """Counts consecutive failures."""

    failures = 0


breaker = Breaker()


@contextmanager
def connected() -> Iterator[psycopg.Connection[Any]]:
    """Give a connection in whose transaction statements run."""
    if POOLED:
        with pool.connection() as connection:
            yield connection
    else:
        with psycopg.connect(URL) as connection:
            yield connection


def read() -> str:
    """Return the notes."""
    with connected() as connection:
        rows = connection.execute("SELECT text FROM notes").fetchall()
        return f"{rows}"


def read_thrice() -> str:
    """Return the notes, by more statements than it takes."""
    with connected() as connection:
        return "".join(f"{connection.execute('TABLE notes').fetchall()}" for _ in range(3))


def add() -> str:
    """Write a note."""
    with connected() as connection:
        connection.execute("INSERT INTO notes (text) VALUES (gen_random_uuid()::text)")
    return "added"


def add_twice() -> str:
    """Write a note that is there."""
    with connected() as connection:
        connection.execute("INSERT INTO notes (text) VALUES ('first')")
    return "added"


WORK = {"/notes": read, "/thrice": read_thrice, "/add": add, "/twice": add_twice}


class Notes(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = (
        True  # else each answer waits 40 ms for the acknowledgement of its head
    )

    def do_GET(self) -> None:
        """Answer, or fall back once three calls failed."""
        if self.path not in WORK:
            self.say(200, "ok")
        elif breaker.failures >= THRESHOLD:
            self.say(200, "", {"X-Fallback": "database"})
        else:
            try:
                text = WORK[self.path]()
            except psycopg.IntegrityError:
                self.say(409, "it is there")
            except (psycopg.Error, PoolTimeout):
                breaker.failures += 1
                self.say(200, "", {"X-Fallback": "database"})
            else:
                breaker.failures = 0
                self.say(200, text)

    def say(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *args: object) -> None:
        """Say nothing."""


if POOLED:
    pool.open()
    pool.wait()
ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Notes).serve_forever()
