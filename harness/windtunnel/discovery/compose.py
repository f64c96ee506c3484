"""The compose file as it is written: which service is the target, and its variables."""

import re
from pathlib import Path
from typing import Any

import yaml

from windtunnel.discovery.files import Text, read
from windtunnel.discovery.findings import Seen, Variable

NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
SUBSTITUTED = re.compile(r"\$\{\w+(?::?-(?P<default>[^}]*))?\}")


class ProjectComposeFile:
    """A project's compose file."""

    def __init__(self, text: Text, services: dict[str, dict[str, Any]]) -> None:
        self.name = text.name
        self.services = services
        self._text = text

    def __repr__(self) -> str:
        return f"<ProjectComposeFile {self.name}: {', '.join(self.services)}>"

    def target(self) -> Seen | None:
        """Return the service that no other one depends on: one that is built here, if there is."""
        built = [name for name, service in self.services.items() if service.get("build")]
        needed = {name for each in self.services.values() for name in each.get("depends_on") or ()}
        leading = [name for name, each in self.services.items() if each.get("depends_on")]
        first = [name for name in built if name not in needed] or built
        first = first or [name for name in leading if name not in needed]
        # The one that depends on most is what the others are there for.
        first.sort(key=lambda name: -len(self.services[name].get("depends_on") or ()))
        return Seen(first[0], self.place(first[0])) if first else None

    def place(self, word: str) -> str:
        """Return where a service or a variable is first named."""
        found = re.search(rf"(?m)^\s+-?\s*[\"']?{re.escape(word)}[\"']?\s*[:=]", self._text.text)
        return self._text.place(found.end() - 1) if found else self.name

    def variables(self, service: str) -> list[Variable]:
        """Return what a service is given, with defaults put in."""
        given = self.services[service].get("environment") or {}
        if isinstance(given, list):
            given = dict(str(each).partition("=")[::2] for each in given)
        return [
            Variable(str(name), _substituted(str(value or "")), self.place(str(name)))
            for name, value in given.items()
        ]

    def published(self, service: str, port: int) -> int:
        """Return the port of this machine on which a service's port is published; 0 for none."""
        for each in self.services[service].get("ports") or ():
            if isinstance(each, dict):
                pair = (str(each.get("published", "")), str(each.get("target", "")))
            else:
                host, _, container = str(each).partition("/")[0].rpartition(":")
                pair = (host.rpartition(":")[2], container)
            if pair[1] == str(port) and pair[0].isdigit():
                return int(pair[0])
        return 0


def compose_file(folder: Path) -> ProjectComposeFile | None:
    """Return the project's compose file; None where there is none that can be read."""
    for name in NAMES:
        text = read(folder, folder / name)
        if text is None:
            continue
        try:
            document = yaml.safe_load(text.text)
        except (yaml.YAMLError, ValueError, RecursionError):  # a date that is none, or too deep
            return None
        services = document.get("services") if isinstance(document, dict) else None
        if isinstance(services, dict):
            sound = {str(k): v for k, v in services.items() if isinstance(v, dict)}
            return ProjectComposeFile(text, sound)
    return None


def _substituted(value: str) -> str:
    return SUBSTITUTED.sub(lambda found: found["default"] or "", value)
