"""The live line of a load: on a terminal only, and gone at the end."""

import io

import pytest

from windtunnel.reports.load_progress import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_each_report_takes_the_place_of_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("COLUMNS", "20")
    with progress(10) as update:
        update((), 1)
        update((), 2)
    assert terminal.getvalue() == "".join(
        f"\r\x1b[K{text}" for text in ("  1.0 of 10 s  0 req", "  2.0 of 10 s  0 req", "")
    ).replace("req", "re")


def test_elsewhere_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.StringIO()
    monkeypatch.setattr("sys.stderr", file)
    with progress(10) as update:
        update((), 1)
    assert file.getvalue() == ""
