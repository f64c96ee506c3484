"""What a real server says of itself: who may come in, that it is full, that it goes away."""

import shutil
import subprocess
import threading
import time

import pytest

from tests.contracts.proxy.servers import DEADLINE
from tests.protocols.postgresql.conftest import Tapped
from tests.protocols.postgresql.database_server import PASSWORD_ROLES
from tests.protocols.postgresql.notes_stack import direct
from windtunnel.records import AnswerMeaning, AttemptFailure, Hidden

pytestmark = [pytest.mark.slow, pytest.mark.busy]
psycopg = pytest.importorskip("psycopg")


def url(tapped: Tapped, user: str = "app", password: str = "") -> str:
    return f"postgresql://{user}:{password}@127.0.0.1:{tapped.port}/postgres"


def role(tapped: Tapped, name: str, **settings: str) -> None:
    """Make a role anew."""
    words = " ".join(f"{key.replace('_', ' ')} {value}" for key, value in settings.items())
    direct(tapped, f"DROP ROLE IF EXISTS {name}", f"CREATE ROLE {name} LOGIN {words}")


@pytest.mark.parametrize("name", PASSWORD_ROLES)
def test_each_way_to_prove_who_one_is(tapped: Tapped, name: str) -> None:
    encryption = "md5" if name == "by_md5" else "scram-sha-256"
    with psycopg.connect(
        f"postgresql://app@127.0.0.1:{tapped.server.port}/postgres", autocommit=True
    ) as connection:
        connection.execute(f"SET password_encryption = '{encryption}'")
        connection.execute(f"DROP ROLE IF EXISTS {name}")
        connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'a-secret'")
    since = tapped.mark()
    with psycopg.connect(url(tapped, name, "a-secret"), autocommit=True) as connection:
        connection.execute("SELECT 1")
    evidence = tapped.evidence(since)
    found = [(each.request, each.status, each.handshake) for each in evidence.exchanges]
    assert found == [("STARTUP", "OK", True), ("SELECT 1", "SELECT", False)]
    assert [each.request for each in evidence.attempts] == ["SELECT 1"]
    assert "secret" not in f"{evidence}"
    since = tapped.mark()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url(tapped, name, "another"))
    (attempt,) = tapped.evidence(since).attempts
    assert (attempt.request, attempt.reply, attempt.failure) == ("STARTUP", "28P01", None)
    assert attempt.meaning is AnswerMeaning.REFUSAL


def test_a_server_without_room(tapped: Tapped) -> None:
    role(tapped, "many", connection_limit="0")
    since = tapped.mark()
    with pytest.raises(psycopg.OperationalError, match="too many connections"):
        psycopg.connect(url(tapped, "many"))
    (attempt,) = tapped.evidence(since).attempts
    assert (attempt.request, attempt.reply) == ("STARTUP", "53300")
    assert attempt.failure is AttemptFailure.SERVER_ERROR


def test_an_idle_connection_that_the_server_ends(tapped: Tapped) -> None:
    since = tapped.mark()
    with psycopg.connect(url(tapped), autocommit=True) as connection:
        number = connection.info.backend_pid
        direct(tapped, f"SELECT pg_terminate_backend({number}, 10000)")
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    assert not tapped.evidence(since).blind_spots


def test_a_statement_that_is_cancelled(tapped: Tapped) -> None:
    since = tapped.mark()
    with psycopg.connect(url(tapped), autocommit=True) as connection:
        asleep = threading.Timer(0.5, connection.cancel_safe)
        asleep.start()
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute("SELECT pg_sleep(60)")
        asleep.join()
    evidence = tapped.evidence(since)
    assert [(each.request, each.reply) for each in evidence.attempts] == [
        ("SELECT pg_sleep()", "57014")
    ]
    assert evidence.attempts[0].failed
    assert evidence.exchanges[-1].request == "CANCEL"


def test_a_connection_that_is_lost_before_its_commit_is_answered(tapped: Tapped) -> None:
    """COMMIT is no call of its own, yet it is the attempt where its answer does not come."""
    direct(tapped, "CREATE TABLE IF NOT EXISTS notes (number serial, text text)")
    since = tapped.mark()
    connection = psycopg.connect(url(tapped))
    connection.execute("INSERT INTO notes (text) VALUES ('kept?')")
    tapped.proxy.toxic("limit_data", "downstream", bytes=0)
    try:
        with pytest.raises(psycopg.OperationalError):
            connection.commit()
    finally:
        tapped.proxy.call("DELETE", "/proxies/p/toxics/limit_data_downstream")
    attempts = tapped.evidence(since).attempts
    found = [(each.request, each.failure) for each in attempts]
    assert found == [("INSERT notes", None), ("COMMIT", AttemptFailure.NO_ANSWER)]


def test_encryption_is_said(tapped: Tapped) -> None:
    """By `sslmode=prefer`, which is libpq's own choice, where the server can."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl")
    data = tapped.server.log.parent / "data"
    key, certificate = data / "server.key", data / "server.crt"
    made = [openssl, "req", "-x509", "-nodes", "-newkey", "rsa:2048", "-subj", "/CN=a"]
    where = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*made, *where], check=True, capture_output=True)
    for made_file in (key, certificate):
        shutil.chown(made_file, data.owner())
        made_file.chmod(0o600)
    try:
        direct(tapped, "ALTER SYSTEM SET ssl = on", "SELECT pg_reload_conf()")
        since = tapped.mark()
        deadline = time.monotonic() + DEADLINE
        encrypted = False
        while not encrypted and time.monotonic() < deadline:
            with psycopg.connect(url(tapped)) as connection:
                encrypted = connection.pgconn.ssl_in_use
                connection.execute("SELECT 1")
        evidence = tapped.evidence(since)
    finally:
        direct(tapped, "ALTER SYSTEM SET ssl = off", "SELECT pg_reload_conf()")
    assert encrypted
    (spot,) = evidence.blind_spots
    assert "sslmode=disable" in spot.what
    assert spot.hides is Hidden.CALLS
    with psycopg.connect(f"{url(tapped)}?sslmode=disable") as connection:
        connection.execute("SELECT 1")
    assert tapped.evidence(since).attempts[-1].request == "SELECT 1"
