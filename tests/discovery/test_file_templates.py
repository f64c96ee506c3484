"""A service that reads addresses from a file gets one that is written for it."""

from pathlib import Path

import pytest

from windtunnel.configuration import Configuration, load
from windtunnel.discovery import Findings, look, written
from windtunnel.discovery.file_values import values_of
from windtunnel.discovery.files import Text

INI = """\
; settings of {asctime}
[server]
host = 0.0.0.0
port = 8080

[prices]
url = http://localhost:9000/v1 ; where they are
[redis]
host=localhost
port = 6379
[log]
file = /var/log/shop.log
"""
TOML = """\
title = "shop"
[prices]
url = "http://localhost:9000/v1"  # where they are
[redis]
host = 'localhost'
port = 6379
"""
YAML = """\
prices: {url: 'http://localhost:9000/v1'}
redis:
    host: localhost
    port: 6379   # the usual one
loggers: [a, b]
"""
PROPERTIES = """\
prices.url = http://localhost:9000/v1
redis.host: localhost
redis.port=6379
"""
JSON = """\
{"prices": {"url": "http://localhost:9000/v1"}, "redis": {"host": "localhost", "port": 6379}}
"""
APP = "import os, sys\nfrom flask import Flask\napp = Flask(__name__)\nread({})\n"


def seen(folder: Path, files: dict[str, str]) -> tuple[Findings, Configuration]:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    findings = look(folder)
    (folder / "windtunnel.toml").write_text(written(findings))
    return findings, load(folder)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("shop.ini", INI),
        ("shop.toml", TOML),
        ("shop.yaml", YAML),
        ("shop.properties", PROPERTIES),
        ("shop.json", JSON),
    ],
)
def test_the_file_is_written_with_the_proxies_addresses(
    tmp_path: Path, name: str, text: str
) -> None:
    app = APP.format(f"os.environ.get('SHOP_CONFIG', 'etc/{name}')")
    findings, found = seen(tmp_path, {"app.py": app, f"etc/{name}": text})
    assert found.environment == {"SHOP_CONFIG": f"{{files}}/{name}"}
    assert found.files[name].text == text.replace(
        "http://localhost:9000/v1", "http://{prices.address}/v1"
    ).replace("localhost", "{redis.host}").replace("6379", "{redis.port}")
    assert found.dependencies["prices"].upstream == "localhost:9000"
    assert found.dependencies["redis"].protocol == "redis"
    assert set(found.dependencies) == {"prices", "redis"}
    assert not [note for note in findings.notes if "read another" in note]


def test_an_argument_of_the_command_leads_to_it_too(tmp_path: Path) -> None:
    files = {"Procfile": "web: ./shop --config=etc/shop.ini --port $PORT\n", "etc/shop.ini": INI}
    _, found = seen(tmp_path, files)
    assert found.command == ("./shop", "--config={files}/shop.ini", "--port", "{port}")
    assert "{prices.address}" in found.files["shop.ini"].text


def test_what_is_opened_by_a_fixed_name_is_named(tmp_path: Path) -> None:
    findings, found = seen(tmp_path, {"app.py": APP.format("'shop.ini'"), "shop.ini": INI})
    assert found.files == {}
    assert found.dependencies == {}
    (note,) = [each for each in findings.notes if "shop.ini" in each]
    assert "app.py:4 names it" in note
    assert "localhost:9000, localhost:6379" in note


def test_a_file_and_a_variable_that_lead_to_one_place_are_one_dependency(tmp_path: Path) -> None:
    app = APP.format("os.environ['REDIS_URL'], os.environ.get('CONFIG', 'shop.ini')")
    files = {"app.py": app, "shop.ini": INI, ".env": "REDIS_URL=redis://localhost:6379/3\n"}
    _, found = seen(tmp_path, files)
    assert set(found.dependencies) == {"redis", "prices"}
    assert found.dependencies["redis"].environment == {"REDIS_URL": "redis://{address}/3"}
    assert "host={redis.host}" in found.files["shop.ini"].text


def test_files_that_nobody_names_are_left_alone(tmp_path: Path) -> None:
    _, found = seen(tmp_path, {"app.py": APP.format(""), "shop.ini": INI})
    assert (found.files, found.dependencies) == ({}, {})


def test_odd_texts_are_written_as_they_are(tmp_path: Path) -> None:
    text = INI + "a = '''\\\x07\u2028\n"
    files = {"app.py": APP.format("os.environ.get('CONFIG', 'shop.ini')"), "shop.ini": text}
    _, found = seen(tmp_path, files)
    assert found.files["shop.ini"].text.startswith("; settings of {asctime}\n")
    assert "a = '''\\" in found.files["shop.ini"].text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", "a: [" + "[" * 5000),
        ("a.yaml", "a: &a [*a]\nb: *a\n"),
        ("a.yaml", "- " * 3000),
        ("a.yaml", "\x00"),
        ("a.ini", "[a\n=b\nc"),
        ("a.ini", "a=" + "b" * 100_000),
        ("a.txt", "a=b"),
    ],
)
def test_files_that_are_not_understood_have_no_values(name: str, text: str) -> None:
    assert [each for each in values_of(Text(name, text)) if each.path == ("a",)] == []


def test_values_know_where_they_stand() -> None:
    for name, text in (("a.ini", INI), ("a.toml", TOML), ("a.yaml", YAML), ("a.json", JSON)):
        values = values_of(Text(name, text))
        assert all(text[each.start : each.end] == each.value for each in values)
        assert {each.name for each in values} >= {"PRICES_URL", "REDIS_HOST", "REDIS_PORT"}
