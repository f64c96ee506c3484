"""A Procfile: what starts the service, and what else runs beside it."""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from windtunnel.discovery.files import read

NAMES = ("Procfile", "Procfile.dev")
_LINE = re.compile(r"^(?P<name>[A-Za-z0-9_-]+):[ \t]*(?P<command>\S[^\n]*)", re.MULTILINE)
_PORT = re.compile(r"\$(?:PORT\b|\{PORT(?::?-\d+)?\})")
_ANY = re.compile(r"(?:0\.0\.0\.0|\[::\]|127\.0\.0\.1|localhost)(?=:\{port\})")
_WORKER = re.compile(
    r"worker|celery|sidekiq|resque|consumer|\brq\b|dramatiq|huey|beat|scheduler|clock|cron|jobs?\b"
    r"|queue|delayed"
)
_OF_A_SHELL = frozenset("&|;$<>`*()")


@dataclass(frozen=True, slots=True)
class Process:
    """One line."""

    name: str
    command: tuple[str, ...]
    place: str
    takes_port: bool
    """Whether its port is in the command; otherwise it reads PORT."""

    @property
    def is_worker(self) -> bool:
        """Whether it works for the service, as far as its name and command say."""
        return bool(_WORKER.search(f"{self.name} {' '.join(self.command)}".lower()))


def processes(folder: Path) -> tuple[Process, ...]:
    """Return what a project's Procfile starts; nothing where there is none."""
    for name in NAMES:
        if text := read(folder, folder / name):
            return tuple(
                _process(folder, line["name"], line["command"].strip(), text.place(line.start()))
                for line in _LINE.finditer(text.text)
            )
    return ()


def _process(folder: Path, name: str, text: str, place: str) -> Process:
    filled = _ANY.sub("{host}", _PORT.sub("{port}", text))
    command: Sequence[str]
    try:
        words = shlex.split(filled)
    except ValueError:  # a quote that is never closed
        words = []
    if not words or set(filled) & _OF_A_SHELL or "=" in words[0]:
        command = ("sh", "-c", _in_shell(filled))
    else:
        command = (_program(folder, words[0]), *words[1:])
    return Process(name, tuple(command), place, "{port}" in filled)


def _in_shell(text: str) -> str:
    """Return the line for a shell, which gives its place to the program where it is one alone."""
    if set(text) & set("&|;"):
        return text
    return f"exec env {text}" if re.match(r"\w+=", text) else f"exec {text}"


def _program(folder: Path, word: str) -> str:
    """Return a program of the project's own environment where it has it."""
    for environment in (".venv", "venv", "env"):
        if "/" not in word and (folder / environment / "bin" / word).exists():
            return f"{environment}/bin/{word}"
    return "{python}" if word in {"python", "python3"} else word
