"""What a project's compose files say: which service is the target, and what it is given."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from windtunnel.discovery.compose_config import ask_compose
from windtunnel.discovery.compose_documents import ComposeDocuments, compose_documents
from windtunnel.discovery.compose_services import ComposeService
from windtunnel.discovery.files import paths, read
from windtunnel.discovery.findings import Seen, Variable
from windtunnel.discovery.images import Image, is_front, is_small, is_tool, known_image

_JOB = re.compile(
    r"(?:^|[^a-z])(?:workers?|celery|beat|cron|scheduler|triggerer|sidekiq|resque|dramatiq|rq|huey|"
    r"migrat\w*|init|cleanup|backup|setup|seed|consumer|flower|jobs?|queue|webpack|vite|"
    r"npm run (?:dev|watch))"
    r"(?:[^a-z]|$)"
)
"""What a service is called, or runs, that answers no requests."""
_OTHER_FILE = re.compile(r"(?:docker-)?compose(?:[._-][\w.-]+)?\.ya?ml|stack\.ya?ml")
_FROM = re.compile(r"(?im)^\s*FROM\s+(?:--\S+\s+)*(?P<image>\S+)")


class ProjectComposeFile:
    """A project's compose file."""

    def __init__(self, documents: ComposeDocuments) -> None:
        self.name = documents.texts[0].name if documents.texts else ""
        self.services = documents.services
        self.unread = tuple(documents.unread)
        """What could not be followed, each with its place."""
        self.files = frozenset(text.name for text in documents.texts)
        """What was read."""
        self._folder = documents.folder
        self._texts = documents.texts

    def __repr__(self) -> str:
        return f"<ProjectComposeFile {self.name}: {', '.join(self.services)}>"

    def image(self, service: str) -> Image | None:
        """Return what the image of a service is known as."""
        found = self.services[service]
        return known_image(self._base(found) if found.context else found.image)

    def target(self) -> Seen | None:
        """Return the service that answers requests and has dependencies, as far as it shows."""
        found = [each for each in self.services.values() if self._may_be_target(each)]
        if not found:
            return None
        first = max(found, key=self._likeness)
        return Seen(first.name, self.place(first.name))

    def _may_be_target(self, service: ComposeService) -> bool:
        if self.image(service.name):
            return False
        return not self.is_aside(service.name)

    def is_aside(self, service: str) -> bool:
        """Return whether a service stands in front of others, or is for people beside them."""
        found = self.services[service]
        if found.context:
            base = self._base(found)
            return is_front(base) or (is_tool(base) and not is_small(base))
        return is_front(found.image) or is_tool(found.image)

    def _likeness(self, service: ComposeService) -> tuple[object, ...]:
        """Return by how much a service is what is tested, to be compared with others'."""
        behind = [name for name in self.led(service.name) if self.image(name)]
        needed = {name for each in self.services.values() for name in each.needed}
        # What answers requests is published, or has something in front of it.
        fronts = [each for each in self.services.values() if self.is_aside(each.name)]
        asked = bool(service.ports) or any(service.name in each.needed for each in fronts)
        return (
            not self._is_job(service),
            asked,
            bool(service.context),
            len(behind),
            len(self.led(service.name)),
            service.name not in needed,
            bool(service.ports),
        )

    def _is_job(self, service: ComposeService) -> bool:
        return bool(_JOB.search(f"{service.name} {service.command}".lower()))

    def unclear(self, own: str) -> list[str]:
        """Return the services of which nothing says whether the target calls them."""
        led = {name for each in self.services if each != own for name in self.led(each)}
        return [
            name
            for name, service in self.services.items()
            if name != own
            and name not in led
            and own not in self._behind(name)
            and not (self.image(name) or self.is_aside(name) or self._is_job(service))
        ]

    def _behind(self, service: str) -> set[str]:
        """Return all services that one is led to, also by others."""
        found: set[str] = set()
        left = [service]
        while left:
            new = set(self.led(left.pop())) - found
            found |= new
            left += new
        return found

    def _base(self, service: ComposeService) -> str:
        """Return what the image of a service is built on, as its Dockerfile says."""
        path = self._folder / service.context / service.dockerfile
        text = read(self._folder, path) if path.is_relative_to(self._folder) else None
        stages = [hit["image"] for hit in _FROM.finditer(text.text)] if text else []
        return stages[-1] if stages else ""

    def led(self, service: str) -> list[str]:
        """Return the services that another one needs, or that its variables name as a host."""
        found = self.services[service]
        texts = " ".join(found.environment.values())
        hosts = set(re.findall(r"[A-Za-z0-9][\w.-]*", texts))
        named = [
            other.name
            for other in self.services.values()
            if other.name != service and hosts & {*other.names}
        ]
        needed = [name for name in found.needed if name in self.services]
        return list(dict.fromkeys([*needed, *[each for each in named if self.image(each)]]))

    def unneeded(self) -> list[str]:
        """Return the services of a known image that no other one is led to, without profiles'."""
        led = {name for each in self.services for name in self.led(each)}
        return [
            name
            for name, service in self.services.items()
            if self.image(name) and name not in led and not service.profiles
        ]

    def service_at(self, host: str) -> str:
        """Return the service that others reach by this name; "" where there is none."""
        if host in self.services:
            return host
        return next((each.name for each in self.services.values() if host in each.names), "")

    def of_kind(self, protocol: str, port: int) -> str:
        """Return the only service whose image speaks this on this port; "" for none or several."""
        found = [
            name
            for name in self.services
            if (image := self.image(name)) and (image.protocol, image.port) == (protocol, port)
        ]
        return found[0] if len(found) == 1 else ""

    def published_on(self, here: int) -> tuple[str, int]:
        """Return the service, and its port, that is published on a port of this machine."""
        for service in self.services.values():
            for port in service.ports:
                if here and port.here == here:
                    return service.name, port.target
        return "", 0

    def place(self, word: str) -> str:
        """Return where a service or a variable is first named."""
        pattern = re.compile(rf"(?m)(?:^\s*-?\s*|[{{,]\s*)[\"']?{re.escape(word)}[\"']?\s*[:=]")
        for text in self._texts:
            if found := pattern.search(text.text):
                return text.place(found.end() - 1)
        return self.name

    def variables(self, service: str) -> list[Variable]:
        """Return what a service is given."""
        given = self.services[service].environment
        return [Variable(name, value, self.place(name)) for name, value in given.items()]

    def needed(self, service: str) -> list[str]:
        """Return the services that another one depends on or links to."""
        return [name for name in self.services[service].needed if name in self.services]


def compose_file(folder: Path, chosen: str = "") -> ProjectComposeFile | None:
    """Return the project's compose files as one; None where there are none.

    `chosen` are their names as COMPOSE_FILE has them. Compose itself is asked where it is there;
    what it cannot read is read here.
    """
    documents = compose_documents(folder, chosen)
    if documents is None:
        return None
    answer = ask_compose(folder, documents.names, documents.env_file)
    if answer is not None and answer.refusal:
        documents.unread.append(f"by docker compose, so windtunnel read them: {answer.refusal}")
    elif answer is not None:
        documents.services = dict(answer.services)
        documents.unread = []
    if documents.env_file:
        documents.unread.append(f".env, which is not there; {documents.env_file} was read instead")
    return ProjectComposeFile(documents)


def other_files(folder: Path) -> Iterator[str]:
    """Yield the names of all files of a project that are named like compose files."""
    for path in paths(folder, tests=False):
        if _OTHER_FILE.fullmatch(path.name):
            yield os.path.relpath(path, folder)
