"""Odd surroundings: a full or closed terminal, no folder, few open files: one message each."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from windtunnel.cli import main

CONFIGURATION = 'command = ["x"]\nendpoints = ["/x"]\n'


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line in which WT stands for the command."""
    code = "import sys; from windtunnel.cli import main; sys.exit(main())"
    return subprocess.run(
        ["bash", "-c", f'WT() {{ "{sys.executable}" -c "{code}" "$@"; }}; set -o pipefail; {line}'],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("WT config > /dev/full", "what was to be printed is lost: No space left on device"),
        ("WT config >&-", "what was to be printed is lost: Bad file descriptor"),
        ("WT config | true", "what was to be printed is lost: Broken pipe"),
        ("WT config > /dev/full 2>&1", ""),
        ("mkdir g; cd g; rmdir ../g; WT config", "the working directory is gone"),
        ("ulimit -n 24; WT load http://127.0.0.1:1/", "Connection refused"),
        ("ulimit -n 8; WT up --port 0", "windtunnel"),
    ],
)
def test_it_is_one_message_and_a_status(line: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "windtunnel.toml").write_text(CONFIGURATION)
    done = shell(line, tmp_path)
    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert len(done.stderr.splitlines()) <= 2


@pytest.mark.parametrize(
    "command",
    [
        ("breaker", "--json"),
        ("breaker", "--svg"),
        ("breaking-point", "latency", "x", "--criterion=p99<1s", "--json"),
        ("load", "http://127.0.0.1:1/", "--plot"),
        ("compare", "--base-url=http://127.0.0.1:1", "--head-url=http://127.0.0.1:1", "--history"),
    ],
)
@pytest.mark.parametrize("place", ["none/out", "folder"])
def test_a_file_that_cannot_be_written_is_refused_before_the_run(
    command: tuple[str, ...],
    place: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "windtunnel.toml").write_text(CONFIGURATION)
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    assert main([*command, place]) in {1, 2}
    said = capsys.readouterr().err
    assert f"{command[-1]} {place}: expected a file in a folder" in said or "is a dir" in said
    assert "Traceback" not in said


def test_a_device_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "windtunnel.toml").write_text(CONFIGURATION)
    code = (
        "from pathlib import Path; from windtunnel.reports.files import write;"
        " write(Path('pipe'), 'whole')"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path) as writer:
        assert pipe.read_text() == "whole"
    assert writer.returncode == 0
    assert [each.name for each in tmp_path.iterdir() if "partial" in each.name] == []
