"""A database that is fresh for each test survives a run that is killed at any moment."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.protocols.postgresql.database_server import database_server
from windtunnel.address import Address
from windtunnel.backends.server_claims import ServerClaims
from windtunnel.errors import StartError
from windtunnel.protocols.postgresql import kept_database
from windtunnel.protocols.server_account import ServerAccount
from windtunnel.session import Session

pytest.importorskip("psycopg")

SHOP = ServerAccount(user="app", database="shop")
LONG = "windtunnel_is_no_part_of_this_name_which_has_over_sixty_bytes_{}"


class Killed(BaseException):
    """Nothing is done after it, as after SIGKILL."""


@pytest.fixture(scope="module")
def server() -> Iterator[Address]:
    with database_server() as running:
        yield Address("127.0.0.1", running.port)


def ask(server: Address, database: str, *statements: str) -> list[str]:
    import psycopg  # noqa: PLC0415 - it may be absent

    url = f"postgresql://app@{server}/{database}"
    with psycopg.connect(url, autocommit=True) as connection:
        for each in statements:
            cursor = connection.execute(each.encode())
        return [str(row[0]) for row in cursor.fetchall()] if cursor.description else []


def databases(server: Address) -> list[str]:
    named = "SELECT datname FROM pg_database WHERE datname NOT IN ('postgres', 'template0',"
    return sorted(ask(server, "postgres", f"{named} 'template1')"))


@pytest.fixture
def shop(server: Address) -> Iterator[Address]:
    ask(server, "postgres", "CREATE DATABASE shop", "ALTER DATABASE shop SET work_mem = '5MB'")
    ask(server, "shop", "CREATE TABLE customers (name text)")
    ask(server, "shop", "INSERT INTO customers VALUES ('precious')")
    yield server
    for each in databases(server):
        ask(server, "postgres", f'DROP DATABASE "{each}" WITH (FORCE)')


def assert_as_it_was(shop: Address) -> None:
    assert databases(shop) == ["shop"]
    assert ask(shop, "shop", "SELECT name FROM customers") == ["precious"]
    assert ask(shop, "shop", "SHOW work_mem") == ["5MB"]


def spoil(shop: Address) -> None:
    ask(shop, "shop", "DELETE FROM customers")


def test_a_run_that_was_killed_costs_nothing(shop: Address) -> None:
    kept_database.keep(shop, SHOP)
    spoil(shop)
    kept_database.bring_back(shop, SHOP)
    assert ask(shop, "shop", "SELECT name FROM customers") == ["precious"]
    spoil(shop)
    with pytest.raises(ConnectionError, match="'windtunnel_kept_shop' is there"):
        kept_database.keep(shop, SHOP)
    assert "'windtunnel_kept_shop'" in kept_database.recover(shop, SHOP)
    assert_as_it_was(shop)
    assert kept_database.recover(shop, SHOP) == ""


def test_a_server_that_came_back_empty_is_told_with_what_to_mend(shop: Address) -> None:
    kept_database.keep(shop, SHOP)
    ask(shop, "postgres", "DROP DATABASE windtunnel_kept_shop WITH (FORCE)")
    with pytest.raises(ConnectionError, match="begins with an empty folder; let its folder survi"):
        kept_database.bring_back(shop, SHOP)
    assert databases(shop) == ["shop"]


@pytest.mark.slow
@pytest.mark.busy
@pytest.mark.parametrize("doing", ["keep", "bring_back", "release", "recover"])
def test_it_may_be_killed_at_any_statement(
    doing: str, shop: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    do: Callable[[Address, ServerAccount], object] = getattr(kept_database, doing)
    carry_out = kept_database._carry_out
    left = 0

    def dying(connection: object, statement: str, *names: str) -> None:
        nonlocal left
        if left == 0:
            raise Killed
        left -= 1
        carry_out(connection, statement, *names)  # type: ignore[arg-type]

    for statements in range(1, 30):
        if doing != "keep":
            kept_database.keep(shop, SHOP)
            spoil(shop)
        left = statements
        with monkeypatch.context() as patch, suppress(Killed):
            patch.setattr(kept_database, "_carry_out", dying)
            do(shop, SHOP)
        is_whole = left > 0
        kept_database.recover(shop, SHOP)
        assert_as_it_was(shop)
        if is_whole:
            return
    pytest.fail("it never came to its end")


RUN = """
import sys
import psycopg
from windtunnel.address import Address
from windtunnel.protocols.postgresql import kept_database
from windtunnel.protocols.server_account import ServerAccount

server, shop = Address.parse(sys.argv[1]), ServerAccount(user="app", database="shop")
kept_database.keep(server, shop)
print("at work", flush=True)
while True:
    url = f"postgresql://app@{server}/shop"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DELETE FROM customers")
    kept_database.bring_back(server, shop)
"""


@pytest.mark.slow
@pytest.mark.busy
def test_it_may_be_killed_while_the_server_works(shop: Address) -> None:
    """For the server ends what it is at, whoever asked."""
    for after in (0.0, 0.02, 0.05, 0.1, 0.15):
        words = [sys.executable, "-c", RUN, str(shop)]
        with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
            assert process.stdout
            assert process.stdout.readline() == b"at work\n"
            time.sleep(after)
            process.kill()
        kept_database.recover(shop, SHOP)
        assert_as_it_was(shop)


def test_one_run_at_a_time_has_a_database(shop: Address) -> None:
    """Of other machines too, for the server itself says so."""
    with kept_database.held(shop, SHOP):
        with (
            pytest.raises(BlockingIOError, match="another run has the database 'shop'"),
            kept_database.held(shop, SHOP),
        ):
            pass
        with kept_database.held(shop, ServerAccount(user="app", database="store")):
            pass
    with kept_database.held(shop, SHOP):
        pass


def test_long_names_with_one_beginning_stay_apart(shop: Address) -> None:
    accounts = [ServerAccount(user="app", database=LONG.format(n)[-63:]) for n in "ab"]
    for each in accounts:
        ask(shop, "postgres", f'CREATE DATABASE "{each.database}" TEMPLATE shop')
        ask(shop, each.database, "INSERT INTO customers SELECT right(current_database(), 1)")
        kept_database.keep(shop, each)
    assert max(len(each) for each in databases(shop)) == 63
    for each in accounts:
        ask(shop, each.database, "DELETE FROM customers")
        kept_database.release(shop, each)
        names = ask(shop, each.database, "SELECT name FROM customers")
        assert names == ["precious", each.database[-1]]
    assert databases(shop) == sorted(["shop", *(each.database for each in accounts)])


UPSTREAM = """
command = ["x"]
endpoints = ["/"]

[dependencies.db]
protocol = "postgresql"
upstream = "{address}"
environment = {{ DATABASE_URL = "postgresql://app@{{address}}/shop" }}
endpoint = "/"
fresh = "test"

[dependencies.the_same]
protocol = "postgresql"
upstream = "{address}"
environment = {{ READ_URL = "postgresql://app@{{address}}/shop" }}
endpoint = "/"
fresh = "test"

[prepare]
session = [{{ sql = "prepared.sql", dependency = "db" }}]
"""


def test_what_was_killed_is_undone_before_the_next_run_prepares(
    shop: Address,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept_database.keep(shop, SHOP)
    spoil(shop)
    (tmp_path / "prepared.sql").write_text("INSERT INTO customers VALUES ('prepared')")
    (tmp_path / "windtunnel.toml").write_text(UPSTREAM.format(address=shop))
    session = Session(directory=tmp_path, configuration=None, backend="embedded", seed=1)
    try:
        backend = session.backend
        assert "is again as that run had kept it ('windtunnel_kept_shop')" in caplog.text
        spoil(shop)
        backend.prepare_test()
        assert ask(shop, "shop", "SELECT name FROM customers") == ["precious", "prepared"]
        # Another claim, as another machine has it.
        with monkeypatch.context() as patch:
            patch.setattr(ServerClaims, "claim", lambda self, address: True)
            other = Session(directory=tmp_path, configuration=None, backend="embedded", seed=1)
            with pytest.raises(StartError, match=r"'test': .* another run has the database 'shop'"):
                _ = other.backend
            other.close()
        assert ask(shop, "shop", "SELECT name FROM customers") == ["precious", "prepared"]
    finally:
        session.close()
    assert databases(shop) == ["shop"]
    assert ask(shop, "shop", "SELECT name FROM customers") == ["precious", "prepared"]


def test_a_login_may_be_prepared_first(shop: Address, tmp_path: Path) -> None:
    """By a command here, for it is not there yet when the run looks for what was left."""
    program = tmp_path / "roles.py"
    program.write_text(
        "import psycopg\n"
        f"with psycopg.connect('postgresql://app@{shop}/shop', autocommit=True) as connection:\n"
        "    connection.execute('CREATE ROLE later SUPERUSER LOGIN')\n"
    )
    text = UPSTREAM.format(address=shop).replace("app@", "later@")
    steps = 'session = ["{python} roles.py"]\n'
    (tmp_path / "windtunnel.toml").write_text(text[: text.index("session")] + steps)
    session = Session(directory=tmp_path, configuration=None, backend="embedded", seed=1)
    try:
        session.backend.prepare_test()
    finally:
        session.close()
    ask(shop, "postgres", "REASSIGN OWNED BY later TO app", "DROP ROLE later")
    assert_as_it_was(shop)
