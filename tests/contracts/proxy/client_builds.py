"""Builds what uses Toxiproxy's further clients, outside the tree, once for each state of it.

`python -m tests.contracts.proxy.client_builds` builds all whose tools are found here.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
CACHE = Path(
    os.environ.get("WINDTUNNEL_CLIENTS_CACHE")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "windtunnel-clients"
)
BUILD_SECONDS = 900
DONE = ".built"
EXPECTED = "expected.json"
"""What a witness sees of the real server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientWitness:
    """A program that uses the whole of one client, and prints what came of it as JSON."""

    folder: str
    """Below this one."""
    tools: tuple[str, ...]
    build: tuple[str, ...]
    command: str
    """What runs it, in the folder of its build; the server and an upstream follow."""


WITNESSES = (
    ClientWitness(
        folder="node",
        tools=("node", "npm"),
        build=("npm ci --no-audit --no-fund --prefer-offline",),
        command="node witness.js",
    ),
    ClientWitness(
        folder="java",
        tools=("java", "mvn"),
        build=(
            "mvn -q -B package",
            "mvn -q -B dependency:copy-dependencies -DoutputDirectory=target/lib",
        ),
        command="java -XX:TieredStopAtLevel=1 -cp target/classes:target/lib/* Witness",
    ),
    ClientWitness(
        folder="rust",
        tools=("cargo", "pkg-config"),
        build=("cargo build --quiet",),
        command="target/debug/witness",
    ),
    ClientWitness(
        folder="chaostoolkit",
        tools=(),
        build=(
            "{python} -m venv env",
            "env/bin/python -m pip install --quiet --requirement requirements.txt",
        ),
        command="env/bin/python witness.py",
    ),
)


def missing(witness: ClientWitness) -> list[str]:
    """Return the tools that are not to be found here."""
    return [tool for tool in witness.tools if shutil.which(tool) is None]


def place(witness: ClientWitness) -> Path:
    """Return the folder of its build, whether it is there or not."""
    source = HERE / witness.folder
    digest = hashlib.sha256("\n".join(witness.build).encode())
    for each in sorted(source.rglob("*")):
        if each.is_file() and each.name != EXPECTED and "__pycache__" not in each.parts:
            digest.update(str(each.relative_to(source)).encode() + each.read_bytes())
    return CACHE / f"{witness.folder}-{digest.hexdigest()[:12]}"


def is_built(witness: ClientWitness) -> bool:
    """Whether it can be run."""
    return (place(witness) / DONE).exists()


def built(witness: ClientWitness) -> Path:
    """Build it where it is not yet; return its folder. RuntimeError where that failed."""
    folder = place(witness)
    if not is_built(witness):
        _build(witness, folder)
    return folder


def _build(witness: ClientWitness, folder: Path) -> None:
    source = HERE / witness.folder
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for command in witness.build:
        done = subprocess.run(
            command.replace("{python}", sys.executable).split(),
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=BUILD_SECONDS,
            check=False,
        )
        if done.returncode:
            said = (done.stdout + done.stderr)[-2000:]
            raise RuntimeError(f"{witness.folder}: {command} failed in {folder}:\n{said}")
    (folder / DONE).touch()


if __name__ == "__main__":
    for each in WITNESSES:
        lacking = missing(each)
        print(f"{each.folder}: no {', '.join(lacking)}" if lacking else built(each))
