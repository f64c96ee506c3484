"""What a project's compose files say: which service is the target, and what it is given."""

import re
from pathlib import Path

from windtunnel.discovery.compose_documents import ComposeDocuments, compose_documents
from windtunnel.discovery.findings import Seen, Variable


class ProjectComposeFile:
    """A project's compose file."""

    def __init__(self, documents: ComposeDocuments) -> None:
        self.name = documents.texts[0].name if documents.texts else ""
        self.services = documents.services
        self.unread = tuple(documents.unread)
        """What could not be followed, each with its place."""
        self._texts = documents.texts

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
        pattern = re.compile(rf"(?m)(?:^\s*-?\s*|[{{,]\s*)[\"']?{re.escape(word)}[\"']?\s*[:=]")
        for text in self._texts:
            if found := pattern.search(text.text):
                return text.place(found.end() - 1)
        return self.name

    def variables(self, service: str) -> list[Variable]:
        """Return what a service is given."""
        given = self.services[service].get("environment") or {}
        return [Variable(name, value, self.place(name)) for name, value in given.items()]

    def needed(self, service: str) -> list[str]:
        """Return the services that another one depends on or links to."""
        found = self.services[service]
        links = found.get("links")
        named = [*found.get("depends_on", ()), *(links if isinstance(links, list) else ())]
        names = [each.partition(":")[0] for each in named if isinstance(each, str)]
        return [name for name in names if name in self.services]

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


def compose_file(folder: Path, chosen: str = "") -> ProjectComposeFile | None:
    """Return the project's compose files as one; None where there are none.

    `chosen` are their names as COMPOSE_FILE has them.
    """
    documents = compose_documents(folder, chosen)
    return ProjectComposeFile(documents) if documents else None
