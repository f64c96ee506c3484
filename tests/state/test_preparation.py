"""What is prepared once and before each test: by commands and SQL, past the tap."""

import importlib.util
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.state.test_fresh import SERVICE, one, redis
from windtunnel.configuration import parse
from windtunnel.errors import ConfigurationError, StartError
from windtunnel.session import Session

SEED = """
import os, pathlib, socket, sys
from urllib.parse import urlsplit

where = urlsplit(os.environ["CACHE_URL"])
assert f"{where.hostname}:{where.port}" == sys.argv[2]
with socket.create_connection((where.hostname, where.port)) as connection:
    connection.sendall(b"SET seeded " + sys.argv[1].encode() + b"\\r\\n")
    assert connection.recv(64).startswith(b"+OK")
with pathlib.Path("done").open("a") as done:
    done.write(sys.argv[1] + "\\n")
"""
CONFIGURATION = """
command = ["{python}", "service.py", "{host}", "{port}"]
endpoints = ["/"]
control_period = 0.0

[dependencies.cache]
protocol = "redis"
environment = { CACHE_URL = "redis://{address}/0" }
endpoint = "/"

[prepare]
session = ["{python} seed.py once {cache.address}"]
test = [["{python}", "seed.py", "each", "{cache.address}"]]
"""


def project(folder: Path, text: str) -> Session:
    (folder / "service.py").write_text(SERVICE)
    (folder / "seed.py").write_text(SEED)
    (folder / "windtunnel.toml").write_text(text)
    return Session(directory=folder, configuration=None, backend="embedded", seed=1)


needs_redis = pytest.mark.skipif(not shutil.which("redis-server"), reason="no redis-server")


@needs_redis
def test_once_and_before_each_test(tmp_path: Path) -> None:
    session = project(tmp_path, CONFIGURATION)
    try:
        for _ in range(2):
            stack = one(session)
            assert redis(session.backend.upstream("cache"), "GET", "seeded") == "$4"
            assert not stack.evidence("cache").connections
            stack.close()
        assert session.backend.ended_programs() == ()
    finally:
        session.close()
    assert (tmp_path / "done").read_text().split() == ["once", "each", "each"]


@pytest.mark.parametrize("when", ["session", "test"])
def test_a_failure_is_one_error(tmp_path: Path, when: str) -> None:
    """With the step, its exit status, and what it printed last."""
    table = f"""[prepare]
{when} = [{{ command = '{{python}} -c "print(1); raise SystemExit(3)"' }}]
"""
    session = project(tmp_path, CONFIGURATION[: CONFIGURATION.index("[prepare]")] + table)
    try:
        with pytest.raises(StartError) as caught:
            one(session)
        said = str(caught.value)
        assert said.startswith(f"prepare.{when}[0], `'{{python}}' -c ")
        assert re.search(r"ended with exit status 3\nthe last lines of its log .*:\n  1$", said)
    finally:
        session.close()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("no-such-program", "cannot start 'no-such-program'"),
        ("{python} -c 'import time; time.sleep(600)'", "not done within 0.2 s"),
    ],
)
def test_what_does_not_run_or_end_is_said(tmp_path: Path, command: str, said: str) -> None:
    table = f'[prepare]\nsession = ["{command}"]\ndeadline = 0.2\n'
    session = project(tmp_path, CONFIGURATION[: CONFIGURATION.index("[prepare]")] + table)
    try:
        with pytest.raises(StartError, match=rf"prepare\.session\[0\].*{re.escape(said)}"):
            one(session)
    finally:
        session.close()


def table(**prepare: object) -> dict[str, object]:
    database = {"protocol": "postgresql", "endpoint": "/", "environment": {"D": "{address}"}}
    return {
        "command": ["x"],
        "endpoints": ["/"],
        "dependencies": {"one": database, "two": database},
        "prepare": prepare,
    }


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (
            "schema.sql",
            "by dependency, a PostgreSQL or MySQL that carries it out, such as one, two",
        ),
        ({"sql": "a.sql", "dependency": "three"}, "a PostgreSQL or MySQL that carries it out"),
        ({"sql": "a.sql", "dependency": "one", "service": "web"}, "no service beside sql"),
        ({"sql": "a.sql", "command": ["x"]}, "either a command or a file of SQL"),
        ({}, "either a command or a file of SQL"),
        ({"command": ["x"], "dependency": "one"}, "no dependency beside a command"),
        ("'unclosed", "a command as a shell has it"),
    ],
)
def test_what_cannot_be_prepared_is_refused(step: object, expected: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(expected)):
        parse(table(session=[step]), "x")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    database = '[dependencies.db]\nprotocol = "postgresql"\nupstream = "127.0.0.1:9"\n'
    database += 'environment = { D = "{address}" }\nendpoint = "/"\n'
    text = f'command = ["x"]\nendpoints = ["/"]\n{database}[prepare]\nsession = ["gone.sql"]\n'
    session = project(tmp_path, text)
    with pytest.raises(ConfigurationError, match=r"prepare\.session = 'gone\.sql': no file"):
        session.check()


POSTGRESQL = Path(__file__).parents[2] / "examples/starlette_postgresql/postgresql.py"
DATABASE = """
command = ["{python}", "service.py", "{host}", "{port}"]
endpoints = ["/"]
control_period = 0.0
start_deadline = 60.0

[dependencies.db]
protocol = "postgresql"
command = ["{python}", "postgresql.py", "{host}", "{port}"]
environment = { DATABASE_URL = "postgresql://notes@{address}/postgres" }
endpoint = "/"
fresh = "test"

[prepare]
session = ["schema.sql"]
test = [{ sql = "each.sql", dependency = "db" }]
"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Session]:
    has_server = shutil.which("initdb") or [*Path("/usr/lib").glob("*/*/bin/initdb")]
    if not has_server or importlib.util.find_spec("psycopg") is None:
        pytest.skip("no PostgreSQL, or no psycopg")
    shutil.copy(POSTGRESQL, tmp_path)
    (tmp_path / "schema.sql").write_text(
        "CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('kept: 100 %');"
    )
    (tmp_path / "each.sql").write_text("INSERT INTO notes VALUES ('each');")
    session = project(tmp_path, DATABASE)
    yield session
    session.close()


@pytest.mark.slow
@pytest.mark.busy
def test_a_postgresql_is_brought_back(database: Session) -> None:
    """To what it was after the session's preparation, whoever is still connected."""
    import psycopg  # noqa: PLC0415 - it may be absent

    def connect() -> "psycopg.Connection[tuple[object, ...]]":
        where = database.backend.upstream("db")
        return psycopg.connect(
            host=where.host, port=where.port, user="notes", dbname="postgres", autocommit=True
        )

    held = []
    for _ in range(2):
        stack = one(database)
        with connect() as connection:
            rows = connection.execute("SELECT text FROM notes ORDER BY text").fetchall()
            assert rows == [("each",), ("kept: 100 %",)]
            connection.execute("INSERT INTO notes VALUES ('left')")
            connection.execute("CREATE TABLE left_behind (x INT)")
        held.append(connect())  # and stays connected
        assert not stack.evidence("db").connections
        stack.close()
    for each in held:
        each.close()


@pytest.mark.slow
@pytest.mark.busy
def test_one_that_runs_on_is_left_as_it_was(database: Session, tmp_path: Path) -> None:
    import psycopg  # noqa: PLC0415 - it may be absent

    where = database.backend.upstream("db")
    folder = tmp_path / "second"
    folder.mkdir()
    command = 'command = ["{python}", "postgresql.py", "{host}", "{port}"]'
    text = DATABASE[: DATABASE.index("[prepare]")].replace(command, f'upstream = "{where}"')
    session = project(folder, text)
    try:
        one(session).close()
        with psycopg.connect(f"postgresql://notes@{where}/postgres", autocommit=True) as left:
            left.execute("DELETE FROM notes")
    finally:
        session.close()
    with psycopg.connect(f"postgresql://notes@{where}/postgres") as after:
        assert after.execute("SELECT count(*) FROM notes").fetchone() == (1,)
        named = after.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'windtunnel%'")
        assert named.fetchone() == (0,)


@pytest.mark.slow
@pytest.mark.busy
def test_a_mistake_in_sql_is_one_error(database: Session, tmp_path: Path) -> None:
    (tmp_path / "schema.sql").write_text("CREATE TABEL notes (text TEXT)")
    with pytest.raises(StartError) as caught:
        one(database)
    assert re.search(
        r"prepare\.session\[0\], `.*schema\.sql`: db at .*: syntax error at or near \"TABEL\"",
        str(caught.value),
    )


@pytest.mark.slow
@pytest.mark.busy
def test_a_postgresql_is_asked_past_the_tap(database: Session) -> None:
    stack = one(database)
    found = stack.query("db", "SELECT text, length(text) AS long FROM notes ORDER BY text")
    assert found.columns == ("text", "long")
    assert found.rows == (("each", 4), ("kept: 100 %", 11))
    assert found.dicts[0] == {"text": "each", "long": 4}
    assert found.column("long") == (4, 11)
    assert found.complete
    times = stack.query("db", "SELECT now() AS at, NULL AS nothing, %s AS given", ["x"]).rows
    assert isinstance(times[0][0], str)
    assert times[0][1:] == (None, "x")
    changed = stack.query("db", "INSERT INTO notes VALUES (%s)", ["100 %"])
    assert (changed.columns, len(changed)) == ((), 0)
    with pytest.raises(ConfigurationError, match=r"query of db at .*notez"):
        stack.query("db", "SELECT * FROM notez")
    assert not stack.evidence("db").connections
    stack.close()


def test_only_what_is_asked_in_sql_is_queried(tmp_path: Path) -> None:
    text = CONFIGURATION[: CONFIGURATION.index("[prepare]")]
    session = project(tmp_path, text)
    try:
        stack = one(session)
        with pytest.raises(ConfigurationError, match="cache speaks redis, not asked in SQL"):
            stack.query("cache", "SELECT 1")
        with pytest.raises(ConfigurationError, match=r"cach.*did you mean 'cache'"):
            stack.address("cach")
        with pytest.raises(ConfigurationError, match="expected a statement"):
            stack.query("cache", " ")
        with pytest.raises(ConfigurationError, match="expected a function"):
            stack.wait_until(True, within=1)  # type: ignore[arg-type]  # noqa: FBT003 - a mistake
        stack.close()
    finally:
        session.close()


MARIADB = Path(__file__).parents[2] / "examples/flask_mariadb/mariadb.py"


@pytest.mark.slow
@pytest.mark.busy
def test_a_mariadb_is_prepared_and_asked(tmp_path: Path) -> None:
    if not shutil.which("mariadb-install-db") or importlib.util.find_spec("pymysql") is None:
        pytest.skip("no MariaDB, or no pymysql")
    shutil.copy(MARIADB, tmp_path)
    (tmp_path / "each.sql").write_text(
        "INSERT INTO reservations (item, quantity) VALUES (1, 5);"
        " INSERT INTO reservations (item, quantity) VALUES (2, 7);"
    )
    text = (
        DATABASE.replace('"postgresql"', '"mysql"')
        .replace("postgresql://notes@{address}/postgres", "mysql+pymysql://root@{address}/stock")
        .replace("postgresql.py", "mariadb.py")
        .replace('fresh = "test"\n', "")
        .replace('session = ["schema.sql"]\n', "")
    )
    session = project(tmp_path, text)
    try:
        stack = one(session)
        found = stack.query(
            "db", "SELECT item, quantity FROM reservations WHERE item > %s ORDER BY item", [0]
        )
        assert (found.columns, found.rows) == (("item", "quantity"), ((1, 5), (2, 7)))
        assert stack.query("db", "INSERT INTO reservations (item) VALUES (3)").columns == ()
        assert stack.query("db", "SELECT count(*) FROM reservations").rows == ((3,),)
        with pytest.raises(ConfigurationError, match=r"query of db at .*1146"):
            stack.query("db", "SELECT * FROM nothing")
        assert not stack.evidence("db").connections
        stack.close()
    finally:
        session.close()
