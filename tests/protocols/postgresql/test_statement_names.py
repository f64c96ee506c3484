"""A statement is named by its verb and its tables, and by nothing that a user wrote into it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from windtunnel.protocols.postgresql.statement_names import statement_name
from windtunnel.protocols.postgresql.upkeep import Upkeep

NAMES = {
    "SELECT text FROM notes ORDER BY number": "SELECT notes",
    "insert into Payouts (a, b) values ('FROM x', 2)": "INSERT payouts",
    "INSERT INTO a.b SELECT * FROM c, d e WHERE e.x IN (SELECT y FROM f)": "INSERT a.b, c, d, f",
    "UPDATE t SET a = 1 FROM u WHERE t.id = u.id": "UPDATE t, u",
    "DELETE FROM ONLY t USING u": "DELETE t, u",
    "MERGE INTO t USING (SELECT * FROM s) q ON q.a = t.a WHEN MATCHED THEN DELETE": "MERGE t, s",
    "WITH x AS (SELECT * FROM a), y (c) AS MATERIALIZED (INSERT INTO b VALUES (1) RETURNING 1)"
    " SELECT * FROM x JOIN y ON true JOIN z USING (id)": "SELECT a, b, z",
    "SELECT * FROM (a JOIN b ON true), LATERAL (SELECT * FROM c) x": "SELECT a, b, c",
    "(SELECT * FROM a) UNION (SELECT * FROM b)": "SELECT a, b",
    "/* FROM a /* b */ */ SELECT $$ FROM c $$, $x$ FROM d $x$, E'\\' FROM e' -- FROM f\n,"
    ' extract(day FROM g) FROM "My Table" FOR UPDATE': "SELECT My Table",
    "SELECT a IS DISTINCT FROM b FROM c": "SELECT c",
    "SELECT 'it''s' FROM a WHERE b = U&'\\0041 FROM c'": "SELECT a",
    "COPY t (a, b) FROM STDIN": "COPY t",
    "COPY (SELECT * FROM q) TO STDOUT": "COPY q",
    "TRUNCATE TABLE a, b": "TRUNCATE a, b",
    "CREATE TABLE IF NOT EXISTS notes (number serial)": "CREATE notes",
    "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END": "CREATE",
    "SELECT 1": "SELECT 1",
    "SELECT 2": "SELECT",
    "SELECT now(), a.b(1)": "SELECT now(), a.b()",
    "SELECT * FROM generate_series(1, 3)": "SELECT generate_series()",
    "CALL pay(1)": "CALL pay()",
    "FETCH 10 FROM c": "FETCH",
    "LISTEN told": "LISTEN",
    "'a'": "statement",
    "SELECT 'unfinished FROM a": "SELECT",
    "BEGIN; INSERT INTO a VALUES (1); UPDATE b SET c = 1; COMMIT": "INSERT a; UPDATE b",
    "SELECT * FROM a; ": "SELECT a",
    "SELECT * FROM a, b, c, d, e, f, g": "SELECT a, b, c, d, e, f, …",
    "SELECT * FROM a\x00\n": "SELECT a",
}


@pytest.mark.parametrize(("sql", "expected"), NAMES.items())
def test_verb_and_tables(sql: str, expected: str) -> None:
    assert statement_name(sql).text == expected
    assert statement_name(sql).upkeep is None


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("BEGIN ISOLATION LEVEL SERIALIZABLE", Upkeep.BEGINS),
        ("START TRANSACTION", Upkeep.BEGINS),
        ("commit", Upkeep.ENDS),
        ("ROLLBACK", Upkeep.ENDS),
        ("ROLLBACK TO SAVEPOINT a", Upkeep.KEEPS),
        ("SAVEPOINT a", Upkeep.KEEPS),
        ("SET a = 1; SET b = 2", Upkeep.KEEPS),
        ("DISCARD ALL", Upkeep.KEEPS),
        ("DEALLOCATE ALL", Upkeep.KEEPS),
        ("SELECT pg_advisory_unlock_all(); CLOSE ALL; UNLISTEN *; RESET ALL;", Upkeep.KEEPS),
        ("SELECT t.oid FROM pg_catalog.pg_type t JOIN pg_namespace n ON true", Upkeep.KEEPS),
        ("select pg_catalog.version()", Upkeep.KEEPS),
        ("PREPARE TRANSACTION 'a'", Upkeep.ENDS),
        ("BEGIN; SET a = 1", Upkeep.BEGINS),
        ("", Upkeep.EMPTY),
        (" -- nothing", Upkeep.EMPTY),
        ("SELECT * FROM pg_stat_activity", None),
        ("SELECT 1", None),
    ],
)
def test_what_is_no_call(sql: str, expected: Upkeep | None) -> None:
    assert statement_name(sql).upkeep is expected


@given(st.text(max_size=40), st.sampled_from(["'", '"', "$$", "/*", "--", "("]))
@settings(max_examples=100, deadline=None)
def test_any_text_has_a_name_on_one_line(text: str, mark: str) -> None:
    for sql in (text, text.join(("SELECT ", f" FROM {mark}", "")), f"{mark}{text}; {text}"):
        name = statement_name(sql).text
        assert name.isprintable() or not name


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="'\\"), max_size=30))
@settings(max_examples=200, deadline=None)
def test_no_literal_is_part_of_it(secret: str) -> None:
    sql = "SELECT a FROM notes WHERE text = '?' AND b = E'?' AND c = '?'".replace("?", secret)
    assert statement_name(sql).text == "SELECT notes"
