"""Ordinary words and numbers are masked beside a secret's name, and change nothing elsewhere."""

import io
import json
from pathlib import Path

import pytest

from windtunnel.commands.masking import write_text
from windtunnel.configuration import Configuration
from windtunnel.configuration.configured_secrets import configured
from windtunnel.outgoing.clean_records import clean
from windtunnel.outgoing.clean_stream import CleanStream, LearntMasking
from windtunnel.outgoing.json_text import clean_document
from windtunnel.outgoing.masking import Masking
from windtunnel.reports.matrix import Matrix

ORDINARY = {
    "USES_AUTH": "true",
    "API_TOKEN": "1000",
    "SESSION_TOKEN": "250ms",
    "DB_PASSWORD": "test",
    "POSTGRES_PASSWORD": "postgres",
    "REDIS_PASSWORD": "password",
    "LONG_PASSWORD": "unordinary",
    "MIXED_SECRET": "s3cr-t",
}
KNOWN = Masking().knowing(ORDINARY)


def test_only_values_that_are_no_ordinary_words_are_masked_everywhere() -> None:
    assert KNOWN.values == {"unordinary", "s3cr-t"}
    said = "true 1000 250ms tests/test_a.py postgres:5432 test password"
    assert KNOWN.text(said) == said
    assert KNOWN.text("unordinary unordinary_a s3cr-t.") == "*** unordinary_a ***."
    assert KNOWN.text("DB_PASSWORD=test") == "DB_PASSWORD=***"
    assert KNOWN.text('{"DB_PASSWORD": "test"}') == '{"DB_PASSWORD": "***"}'


def test_json_is_masked_in_its_texts_only(tmp_path: Path) -> None:
    text = json.dumps(
        {"flaky": True, "requests": 1000, "a": 's3cr-t "x', "token": "1", "auth": {"b": [-1.5e3]}},
        indent=2,
    )
    known = Masking(values=["true", "1000", "s3cr-t", "-1.5", "1500"])
    wanted = {
        "flaky": True,
        "requests": 1000,
        "a": '*** "x',
        "token": "***",
        "auth": {"b": [-1.5e3]},
    }
    raw = io.StringIO()
    CleanStream(raw, LearntMasking(known)).write(text + "\n")
    assert json.loads(raw.getvalue()) == wanted
    assert raw.getvalue().count("\n") == text.count("\n") + 1
    write_text(tmp_path / "x.json", text, "--json")
    assert json.loads((tmp_path / "x.json").read_text())["requests"] == 1000


@pytest.mark.parametrize("name", ["auth-service", "token-service"])
def test_pairs_that_are_no_headers_are_counted_as_before(name: str) -> None:
    found = Matrix(pairs=((name, "Outage"), (name, "Latency")), mechanisms=("x",), cells=())
    cleaned = clean(found, KNOWN)
    assert cleaned.pairs == found.pairs
    assert cleaned.coverage == found.coverage
    assert clean({"auth": 5, "API_KEY": 7, "list": [("auth-key", "b")]}, KNOWN) == {
        "auth": 5,
        "API_KEY": 7,
        "list": [("auth-key", "b")],
    }
    headers = {"headers": (("Authorization", "x"), ("a", "b"))}
    assert clean(headers, KNOWN) == {"headers": (("Authorization", "***"), ("a", "b"))}
    same = clean({"?token=a": 1, "?token=b": 2}, KNOWN)
    assert list(same.values()) == [1, 2]


def test_names_of_dependencies_and_hosts_stay_in_a_replay() -> None:
    configuration = Configuration.model_validate(
        {
            "command": ["x"],
            "endpoints": ["/reporting"],
            "environment": {"DB_PASSWORD": "postgres", "A_TOKEN": "store1", "B_TOKEN": "reporting"},
            "dependencies": {
                "store1": {
                    "upstream": "postgres:5432",
                    "endpoint": "/reporting",
                    "environment": {"DB": "{address}"},
                }
            },
        }
    )
    known = configured(Masking(), configuration)
    setting = "dependencies.postgres.upstream=postgres:5432"
    assert known.text(f"{setting} store1 /reporting") == f"{setting} store1 /reporting"
    words = known.argument("--set=", "dependencies.postgres.upstream", "postgres:5432")
    assert words == f"--set={setting}"


@pytest.mark.parametrize(
    "name",
    [
        *("AUTH_REQUIRED", "TOKEN_LIMIT", "COOKIE_DOMAIN", "COOKIE_SECURE", "SECRETS_BACKEND"),
        *("TOKEN_BUCKET", "AUTH_SERVICE", "TOKEN_RATE", "COOKIE_SAMESITE", "AUTH_MODE"),
    ],
)
def test_what_is_said_about_a_secret_is_none(name: str) -> None:
    assert not Masking().hides(name)
    assert Masking().text(f"{name}=something1") == f"{name}=something1"


def test_a_secret_of_an_option_or_a_pair_is_masked_in_lists_as_well() -> None:
    record = {
        "command": ["x", "--password", "a", "--token", "--v", "token", "b"],
        "headers": [["Authorization", "c"], ["d", "e"]],
        "pairs": [["auth-key", "Outage"], ["token", "f"]],
        "option": "--token",
        "token": "g",
    }
    wanted = record | {
        "command": ["x", "--password", "***", "--token", "--v", "token", "b"],
        "headers": [["Authorization", "***"], ["d", "e"]],
        "token": "***",
    }
    assert clean(record, KNOWN) == wanted
    assert json.loads(f"{clean_document(json.dumps(record), KNOWN)}") == wanted
    assert clean(("x", "--password", "a"), KNOWN) == ("x", "--password", "***")


def test_a_pytest_report_shows_no_secret_argument_of_a_function() -> None:
    shown = {"args": [("api_key", "'a'"), ("x", "1")]}
    assert clean(shown, KNOWN) == {"args": [("api_key", "***"), ("x", "1")]}
