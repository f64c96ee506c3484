"""What the tap saw of real clients is what the server itself wrote down."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import pytest

from tests.protocols.postgresql.conftest import Tapped
from windtunnel.records import ExchangeOutcome

pytestmark = [pytest.mark.slow, pytest.mark.busy]
psycopg = pytest.importorskip("psycopg")

Client = Callable[[str, str], None]
"""Speaks to the server at a URL under an application's name."""
TABLE = "CREATE TABLE IF NOT EXISTS notes (number serial PRIMARY KEY, text text UNIQUE)"


def with_psycopg(url: str, name: str) -> None:
    """In a transaction, and literals in the text."""
    with psycopg.connect(url, application_name=name) as connection:
        connection.execute(TABLE)
        connection.execute("DELETE FROM notes")
        connection.execute("INSERT INTO notes (text) VALUES ('a secret')")
        connection.commit()
        for number in range(8):  # the sixth is prepared
            connection.execute("SELECT text FROM notes WHERE number > %s", [number])
        cursor = connection.cursor()
        cursor.executemany("INSERT INTO notes (text) VALUES (%s)", [("x",), ("y",), ("z",)])
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO notes (text) VALUES (%s)", ["x"])
        connection.rollback()
        connection.execute("SELECT 1; SELECT 2")


def with_a_pipeline(url: str, name: str) -> None:
    """Several statements before one Sync, an error in a second one."""
    with psycopg.connect(url, application_name=name, autocommit=True) as connection:
        connection.execute(TABLE)
        with connection.pipeline() as pipeline:
            for each in "abc":
                connection.execute("SELECT %s::text FROM notes", [each])
            pipeline.sync()
            connection.execute("UPDATE notes SET text = text")
        with suppress(psycopg.errors.DivisionByZero), connection.pipeline():
            connection.execute("SELECT 1 / (random() * 0)::int FROM notes")
            connection.execute("SELECT text FROM notes")
        connection.execute("SELECT text FROM notes")


def with_copy(url: str, name: str) -> None:
    """In, out, and one that the server refuses."""
    with psycopg.connect(url, application_name=name) as connection:
        connection.execute(TABLE)
        connection.execute("DELETE FROM notes")
        cursor = connection.cursor()
        with cursor.copy("COPY notes (text) FROM STDIN") as copy:
            for number in range(1000):
                copy.write_row([f"row {number}" * 20])
        connection.commit()
        with cursor.copy("COPY notes TO STDOUT") as copy:
            assert len(list(copy)) >= 1000
        with (
            suppress(psycopg.errors.UniqueViolation),
            cursor.copy("COPY notes (text) FROM STDIN") as copy,
        ):
            copy.write_row(["twice"])
            copy.write_row(["twice"])
        connection.rollback()
        connection.execute("SELECT count(*) FROM notes")


def with_cursors(url: str, name: str) -> None:
    """Rows by portions, what is listened to, and large rows."""
    with psycopg.connect(url, application_name=name) as connection:
        connection.execute(TABLE)
        with connection.cursor(name="portions") as cursor:
            cursor.execute("SELECT generate_series(1, 100)")
            assert len(cursor.fetchmany(10)) == 10
        connection.commit()
        connection.execute("LISTEN told")
        connection.commit()
        connection.execute("NOTIFY told, 'something'")
        connection.commit()
        assert len(list(connection.notifies(timeout=5, stop_after=1))) == 1
        assert connection.execute("SELECT repeat('x', 3000000)").fetchone()
        connection.execute("DO $$ BEGIN RAISE NOTICE 'hear'; END $$")
        connection.execute("SELECT %s::text", ["y" * 1_000_000])


def with_async_psycopg(url: str, name: str) -> None:
    """Several connections at a time."""

    async def one(number: int) -> None:
        async with await psycopg.AsyncConnection.connect(url, application_name=name) as connection:
            await connection.execute("SELECT number FROM notes WHERE number = %s", [number])

    async def several() -> None:
        async with await psycopg.AsyncConnection.connect(url, application_name=name) as first:
            await first.execute(TABLE)
        for number in range(3):
            await one(number)

    asyncio.run(several())


def with_asyncpg(url: str, name: str) -> None:
    """Each statement prepared in a round trip of its own."""
    asyncpg = pytest.importorskip("asyncpg")

    async def speak() -> None:
        connection = await asyncpg.connect(url, server_settings={"application_name": name})
        await connection.execute(TABLE)
        for number in range(3):
            await connection.fetch("SELECT text FROM notes WHERE number > $1", number)
        async with connection.transaction():
            await connection.execute("DELETE FROM notes")
            await connection.executemany("INSERT INTO notes (text) VALUES ($1)", [("p",), ("q",)])
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute("INSERT INTO notes (text) VALUES ($1)", "p")
        with pytest.raises(asyncpg.UndefinedTableError):
            await connection.fetch("SELECT * FROM nowhere")
        async with connection.transaction():
            portal = await connection.cursor("SELECT text FROM notes")
            await portal.fetch(1)
            await portal.fetch(1)
        await connection.copy_records_to_table("notes", records=[("r",)], columns=["text"])
        await connection.reset()
        await connection.close()

    asyncio.run(speak())


def with_psycopg2(url: str, name: str) -> None:
    """Send simple queries only."""
    psycopg2 = pytest.importorskip("psycopg2")
    connection = psycopg2.connect(url, application_name=name)
    cursor = connection.cursor()
    cursor.execute(TABLE)
    cursor.execute("DELETE FROM notes")
    cursor.execute("INSERT INTO notes (text) VALUES (%s)", ["it's\\ a secret"])
    connection.commit()
    cursor.execute('SELECT text FROM "notes" -- and a word')
    connection.rollback()
    connection.close()


def with_pg8000(url: str, name: str) -> None:
    """Statements prepared without a name."""
    native = pytest.importorskip("pg8000.native")
    port = int(url.rpartition(":")[2].partition("/")[0])
    with native.Connection(
        "app", host="127.0.0.1", port=port, database="postgres", application_name=name
    ) as connection:
        connection.run(TABLE)
        connection.run("DELETE FROM notes")
        connection.run("INSERT INTO notes (text) VALUES (:text)", text="a secret")
        connection.run("SELECT text FROM notes WHERE text = :text", text="a secret")
        connection.run("START TRANSACTION")
        connection.run("UPDATE notes SET text = 'b'")
        connection.run("COMMIT")


CLIENTS = (
    with_psycopg, with_a_pipeline, with_copy, with_cursors, with_async_psycopg, with_asyncpg,
    with_psycopg2, with_pg8000,
)  # fmt: skip


@pytest.mark.parametrize("client", CLIENTS, ids=lambda each: each.__name__)
def test_each_statement_that_the_server_ran_is_one_exchange(tapped: Tapped, client: Client) -> None:
    since = tapped.mark()
    client(f"postgresql://app@127.0.0.1:{tapped.port}/postgres", client.__name__)
    evidence = tapped.evidence(since)
    assert evidence.blind_spots == ()
    assert all(each.outcome is ExchangeOutcome.ANSWERED for each in evidence.exchanges)
    ran = [each.request for each in tapped.ran(since) if each.status != "skipped"]
    assert ran == tapped.server.logged(client.__name__)
    assert "secret" not in f"{evidence}"
