"""A PostgreSQL server that writes down each statement, for tests to compare with."""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from windtunnel.ports import free_port
from windtunnel.protocols.postgresql.statement_names import statement_name

START = 60.0
"""Seconds that the server may take to start."""
PASSWORD_ROLES = {"by_scram": "scram-sha-256", "by_md5": "md5", "in_clear": "password"}
"""Users who must give a password, and how."""
_LOGGED = re.compile(
    r"^(\d+)@([^|]*)\| LOG:  (?:statement|execute [^:]*): ?(.*(?:\n\t.*)*)$", re.MULTILINE
)


def programs() -> Path | None:
    """Return the folder of initdb and postgres; Debian keeps it away from PATH."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return versions[-1].parent if versions else None


@dataclass(frozen=True, slots=True)
class DatabaseServer:
    """One that runs."""

    port: int
    log: Path

    def logged(self, application: str) -> list[str]:
        """Return the names of the statements that the server ran for an application."""
        text = self.log.read_text(errors="replace")
        return [
            statement_name(sql).text or "EMPTY"
            for _, name, sql in _LOGGED.findall(text)
            if name == application
        ]


@contextmanager
def database_server(*settings: str) -> Iterator[DatabaseServer]:
    """Run a server whose user `app` needs no password."""
    found = programs()
    if found is None:
        pytest.skip("no PostgreSQL")
    user = "postgres" if os.geteuid() == 0 else None
    # Not pytest's own folder, which another user cannot enter.
    folder = Path(tempfile.mkdtemp(prefix="windtunnel-test-postgresql-"))
    if user:
        shutil.chown(folder, user)
    try:
        with _running(found, folder, user, settings) as server:
            yield server
    finally:
        shutil.rmtree(folder)


@contextmanager
def _running(
    found: Path, folder: Path, user: str | None, settings: tuple[str, ...]
) -> Iterator[DatabaseServer]:
    data, log, port = folder / "data", folder / "log", free_port()
    subprocess.run(
        [found / "initdb", "-D", data, "-U", "app", "--no-sync", "-A", "trust"],
        check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    # The first rule that fits counts; initdb's trust all others.
    rules = (data / "pg_hba.conf").read_text()
    own = "".join(f"host all {role} 127.0.0.1/32 {way}\n" for role, way in PASSWORD_ROLES.items())
    (data / "pg_hba.conf").write_text(own + rules)
    given = ("log_statement=all", "log_line_prefix=%p@%a| ", "fsync=off", *settings)
    with log.open("wb") as written:
        process = subprocess.Popen(
            [
                *(str(found / "postgres"), "-D", str(data), "-h", "127.0.0.1", "-p", str(port)),
                *("-k", str(folder)),
                *(word for each in given for word in ("-c", each)),
            ],
            user=user,
            cwd=folder,
            stdout=written,
            stderr=written,
        )
    try:
        _await(port, log, process)
        yield DatabaseServer(port, log)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def _await(port: int, log: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START
    while b"ready to accept connections" not in log.read_bytes():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, f"waited {START} s for the server"
        time.sleep(0.02)
    socket.create_connection(("127.0.0.1", port), timeout=START).close()
