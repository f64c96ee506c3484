"""A database of a PostgreSQL server, put aside for a run; copies of it are what tests find.

The database itself is put aside, and is what comes back: nothing is dropped before what takes its
place is there. It changes its name in one transaction, so a run that is killed at any moment leaves
either the database as it was or what was put aside, which the next run brings back.
"""

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from windtunnel.address import Address
from windtunnel.protocols.postgresql.server import connected
from windtunnel.protocols.server_account import ServerAccount

if TYPE_CHECKING:
    import psycopg

MAINTENANCE = ("postgres", "template1")
"""The databases from which others are made and dropped: the first that is not the account's."""
LONGEST_NAME = 63
"""Bytes of a database's name; the server cuts longer ones."""
_DIGITS = 12
"""Characters that tell long names with one beginning apart."""

_PATIENCE = "SET lock_timeout = '60s'"
"""How long the copy of a run that was killed is waited for."""
_KEEPALIVES = (
    "SET tcp_keepalives_idle = 30",
    "SET tcp_keepalives_interval = 10",
    "SET tcp_keepalives_count = 3",
)
"""Of the connection that holds a database: else it outlives a machine that is gone by hours."""


@dataclass(frozen=True, slots=True)
class _Names:
    own: str
    kept: str
    new: str
    """A copy that is about to take the database's place."""
    old: str
    """What it takes the place of, about to be dropped."""


def keep(address: Address, account: ServerAccount) -> None:
    """Put the account's database aside as it is now; a copy takes its place. OSError."""
    names = _names(account)
    with _working(address, account, names) as connection:
        if _there(connection, names.kept):
            raise ConnectionError(
                f"the database {names.kept!r} is there: what a run kept, and did not bring back"
            )
        _drop(connection, names.new)
        _close(connection, names.own)
        try:
            _copy(connection, names.own, names.new)
            with connection.transaction():
                _rename(connection, names.own, names.kept)
                _rename(connection, names.new, names.own)
        except BaseException:
            _open(connection, names.own)
            raise


def bring_back(address: Address, account: ServerAccount) -> None:
    """Put a copy of what was put aside in the database's place; OSError says why it cannot be.

    Whoever is connected to the database is cut off.
    """
    names = _names(account)
    with _working(address, account, names) as connection:
        if not _there(connection, names.kept):
            raise ConnectionError(
                f"what was put aside ({names.kept!r}) is gone: the server has other data than when"
                " the session began, as where it was killed or restarted, by Kill, Stop or Restart"
                " too, and its command begins with an empty folder; let its folder survive a"
                " restart, such as one named by its port, and fill it only where it is empty"
            )
        _drop(connection, names.new)
        _copy(connection, names.kept, names.new)
        _replace(connection, names, names.new)


def release(address: Address, account: ServerAccount) -> None:
    """Leave the database as it was put aside, and nothing else of ours. OSError."""
    names = _names(account)
    with _working(address, account, names) as connection:
        _replace(connection, names, names.kept)
        _drop(connection, names.new)


def recover(address: Address, account: ServerAccount) -> str:
    """Undo what a run that was killed left. Return what was done in words; "" for nothing. OSError.

    Before anything is prepared: what was put aside would otherwise undo that.
    """
    names = _names(account)
    with _working(address, account, names) as connection:
        if _there(connection, names.kept):
            _replace(connection, names, names.kept)
            done = (
                f"a run before this one was killed: the database {names.own!r} is again as that run"
                f" had kept it ({names.kept!r})"
            )
        elif _there(connection, names.own, accepting=False):
            # Nobody can use a service's database that takes no connections: we closed it.
            _open(connection, names.own)
            done = (
                "a run before this one was killed while it copied:"
                f" the database {names.own!r} takes connections again"
            )
        else:
            done = ""
        _drop(connection, names.new)
        _drop(connection, names.old)
    return done


def held(address: Address, account: ServerAccount) -> AbstractContextManager[object]:
    """Hold the database until this is closed, or the process ends. OSError where it cannot be.

    BlockingIOError where another run does. It is a lock of a connection to the maintenance
    database: other machines see it too. Where that is template1 there is none, for nobody could
    make a database meanwhile.
    """
    names = _names(account)
    if account.database == MAINTENANCE[0]:
        return nullcontext()
    return _locked(address, account, names.own)


@contextmanager
def _locked(address: Address, account: ServerAccount, own: str) -> Iterator[None]:
    with _maintaining(address, account) as connection:
        for each in _KEEPALIVES:
            connection.execute(each)
        found = connection.execute(
            "SELECT pg_try_advisory_lock(%s)", [_key("held", own)]
        ).fetchone()
        if found is None or not found[0]:
            raise BlockingIOError(f"another run has the database {own!r}")
        yield


@contextmanager
def _working(
    address: Address, account: ServerAccount, names: _Names
) -> "Iterator[psycopg.Connection[tuple[object, ...]]]":
    """Give a connection when nobody else is at the database.

    The server ends the statement that it is at, such as a copy, though whoever asked was killed.
    """
    with _maintaining(address, account) as connection:
        connection.execute(_PATIENCE)
        connection.execute("SELECT pg_advisory_lock(%s)", [_key("work", names.own)])
        yield connection


def _key(purpose: str, own: str) -> int:
    digest = hashlib.sha256(f"windtunnel {purpose} {own}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)


def _maintaining(
    address: Address, account: ServerAccount
) -> "AbstractContextManager[psycopg.Connection[tuple[object, ...]]]":
    other = next(each for each in MAINTENANCE if each != account.database)
    return connected(address, account, other)


def _names(account: ServerAccount) -> _Names:
    if not account.database:
        raise ConnectionError(
            "the name of its database is not known: expected a variable of the dependency such as"
            " DATABASE_URL = 'postgresql://USER:PASSWORD@{address}/DATABASE'"
        )
    own = _cut(account.database, LONGEST_NAME)
    prefixes = ("windtunnel_kept_", "windtunnel_new_", "windtunnel_old_")
    return _Names(own, *(_ours(prefix, own) for prefix in prefixes))


def _ours(prefix: str, own: str) -> str:
    """Return a name that no other database's has: of a long one a part, and a digest of it all."""
    name = f"{prefix}{own}"
    if len(name.encode()) <= LONGEST_NAME:
        return name
    digest = hashlib.sha256(own.encode()).hexdigest()[:_DIGITS]
    return f"{_cut(name, LONGEST_NAME - 1 - _DIGITS)}_{digest}"


def _cut(name: str, most: int) -> str:
    return name.encode()[:most].decode(errors="ignore")


def _there(
    connection: "psycopg.Connection[tuple[object, ...]]",
    name: str,
    *,
    accepting: bool | None = None,
) -> bool:
    """Whether a database is there, and takes connections or not where that is asked."""
    found = connection.execute("SELECT datallowconn FROM pg_database WHERE datname = %s", [name])
    row = found.fetchone()
    return row is not None and accepting in {None, row[0]}


def _replace(connection: "psycopg.Connection[tuple[object, ...]]", names: _Names, by: str) -> None:
    """Put one database in the place of the account's, which is dropped after that."""
    _drop(connection, names.old)
    is_there = _there(connection, names.own)
    if is_there:
        _close(connection, names.own)
    with connection.transaction():
        if is_there:
            _rename(connection, names.own, names.old)
        _rename(connection, by, names.own)
        _open(connection, names.own)
    _drop(connection, names.old)


def _close(connection: "psycopg.Connection[tuple[object, ...]]", name: str) -> None:
    """Let none use a database: so it must be while it is copied, or changes its name."""
    _carry_out(connection, "ALTER DATABASE {} WITH ALLOW_CONNECTIONS false", name)
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = %s AND backend_type = 'client backend'",
        [name],
    )


def _open(connection: "psycopg.Connection[tuple[object, ...]]", name: str) -> None:
    _carry_out(connection, "ALTER DATABASE {} WITH ALLOW_CONNECTIONS true", name)


def _copy(connection: "psycopg.Connection[tuple[object, ...]]", name: str, copy: str) -> None:
    _carry_out(connection, "CREATE DATABASE {} TEMPLATE {}", copy, name)


def _rename(connection: "psycopg.Connection[tuple[object, ...]]", name: str, to: str) -> None:
    _carry_out(connection, "ALTER DATABASE {} RENAME TO {}", name, to)


def _drop(connection: "psycopg.Connection[tuple[object, ...]]", name: str) -> None:
    _carry_out(connection, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _carry_out(
    connection: "psycopg.Connection[tuple[object, ...]]", statement: str, *names: str
) -> None:
    from psycopg import sql  # noqa: PLC0415 - an extra's

    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
