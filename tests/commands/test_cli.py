"""The command's promise: help, versions, suggestions, exit statuses; never a traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

from windtunnel import __version__
from windtunnel.cli import COMMANDS, command_named, main


def test_an_unknown_command_gets_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claen"]) == 2
    assert "No such command 'claen'. Did you mean 'clean'?" in capsys.readouterr().err


def test_an_unknown_option_gets_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clean", "--dyr-run"]) == 2
    assert "Did you mean '--dry-run'?" in capsys.readouterr().err


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_summary_of_a_command_is_its_own_first_sentence(command: str) -> None:
    """The help of all is written without loading them."""
    assert command_named(command).get_short_help_str(200) == COMMANDS[command]


def test_the_help_of_all_loads_none_of_them() -> None:
    code = (
        "import sys, windtunnel.cli; windtunnel.cli.main(['--help']);"
        " print([name for name in sys.modules if name.startswith('windtunnel.commands')])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert f"Usage: windtunnel {command}" in capsys.readouterr().out


def test_the_command_is_installed() -> None:
    installed = Path(sys.executable).with_name("windtunnel")
    done = subprocess.run([installed, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"windtunnel {__version__}\n"
