"""Any text in the place of any option's or argument's value ends in one message, in time.

The options are found by click's own parameters, so that a new one is tried too.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from windtunnel.cli import COMMANDS, command_named, main

TRIED = sorted(set(COMMANDS) - {"clean"})  # what it removes is not the test's own
SECONDS = 4.0
"""Of processor time: 2 s on a core of its own, of which others may take half."""
LONGEST = 2000
"""Characters of what it says."""

TEXTS = (
    *("", " ", "nan", "-inf", "inf", "-1", "0", "0.0", "1e400", "1e20", "1" * 5000, "0x10"),
    *(
        "a" * 5000,
        "\N{SNOWMAN}" * 300,
        "\udcff",
        "'unbalanced",
        "{",
        "%s%n",
        "..",
        "-",
        "--",
        "a=b",
    ),
    *("/dev/zero", "/", "[" * 10_000, "a..b:1", f"{'a' * 64}.b:1", "=", "a=b", "a\nb\x1b[31m"),
)
URLS = (
    *("http://a..b/", f"http://{'a' * 64}.b/", "http://[::1", "http://127.0.0.1:99999/"),
    *(
        f"http://127.0.0.1:{'1' * 5000}/",
        "http://127.0.0.1:1/\N{SNOWMAN}",
        "http://\udcff/",
        "ftp://x",
    ),
)
"""No name that somebody would have to be asked for."""
ARGUMENTS = {
    "breaking-point": ["latency", "catalog", "--criterion", "p99<1s"],
    "compare": ["HEAD"],
    "heal": ["1", "--port", "1"],
    "history": ["nowhere"],
    "inject": ["Outage", "catalog", "--port", "1"],
    "load": ["http://127.0.0.1:1/", "--requests", "1"],
    "proxy": ["--config", "nowhere"],
}
"""What a command needs, by which it is refused if all else is right."""


def cases(name: str) -> Iterator[list[str]]:
    """Yield each of a command's parameters with each text."""
    given = ARGUMENTS.get(name, [])
    for number, parameter in enumerate(command_named(name).params):
        # Every other text: together the parameters of a command meet them all.
        texts = TEXTS[number % 2 :: 2]
        if isinstance(parameter, click.Option):
            if parameter.is_flag or parameter.name in {"locust_worker", "locust_master"}:
                continue  # the last two wait for whom they name
            # `=` where there is a long name: a text may begin with a dash.
            for text in texts:
                yield [*given, f"{parameter.opts[-1]}={text}"]
        else:
            for text in URLS if parameter.name == "url" else texts:
                yield (
                    [*given[1:], "--", text, *given[:1]] if "-" in text[:1] else [text, *given[1:]]
                )


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, where no other run's dashboard is found either."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("name", TRIED)
def test_any_text_ends_in_one_message(
    name: str, nowhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in cases(name):
        begun = time.process_time()
        status = main([name, *arguments])
        said = capsys.readouterr().err
        shown = [each[:100] for each in arguments]
        assert status in {0, 1, 2, 3}, shown
        assert len(said) < LONGEST, (shown, said[:300])
        assert bool(said) or status in {0, 1}, shown
        assert time.process_time() - begun < SECONDS, shown
        (nowhere / "windtunnel.toml").unlink(missing_ok=True)
