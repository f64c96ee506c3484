"""The tutorial keeps its word: its files, saved as it says, and its commands do what it shows."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.documentation.pages import DOCS, Command, blocks, commands, matches, save

INSTALL = "pip install windtunnel"
"""What the environment of the tests has done already."""


def run(command: Command, folder: Path) -> str:
    """Run a command as the page's reader does, and return what it printed."""
    environment = {name: v for name, v in os.environ.items() if not name.startswith("PYTEST_")}
    # Without the plugins that a reader need not have; colours would be in the way.
    environment["PYTEST_ADDOPTS"] = "-p no:asyncio -p no:randomly -p no:xdist --color=no"
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(
        shlex.split(command.line),
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=100,
        check=False,
    )
    return done.stdout


@pytest.mark.slow
@pytest.mark.busy
def test_the_page_on_what_must_not_happen_twice_does_what_it_says(tmp_path: Path) -> None:
    ran = 0
    for block in blocks(DOCS / "howto" / "twice-or-lost.md"):
        if block.title:
            save(block, tmp_path)
        for command in commands(block) if block.language == "console" else ():
            output = run(command, tmp_path)
            assert matches(command.printed, output), f"{block} $ {command.line}\n{output}"
            ran += 1
    assert ran == 2


@pytest.mark.slow
@pytest.mark.busy
def test_the_tutorial_does_what_it_says(tmp_path: Path) -> None:
    ran = 0
    for block in blocks(DOCS / "tutorial.md"):
        if block.title:
            save(block, tmp_path)
            continue
        assert block.language == "console", f"{block} is neither a file nor commands"
        for command in commands(block):
            if command.line != INSTALL:
                output = run(command, tmp_path)
                assert matches(command.printed, output), f"{block} $ {command.line}\n{output}"
                ran += 1
    assert ran >= 4
