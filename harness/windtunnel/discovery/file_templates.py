"""Files by which a service learns addresses: what `[files]` is to write for it instead."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from windtunnel.discovery.addresses import AddressLead, lead, port_variable
from windtunnel.discovery.file_values import LINES, YAML, FileValue, values_of
from windtunnel.discovery.files import Text, paths, read
from windtunnel.discovery.findings import Found, FoundFile, ServiceStart, Variable

_NO_SETTINGS = re.compile(
    r"(?:.*compose.*|.*openapi.*|.*swagger.*|pyproject|package|package-lock|tsconfig.*|jsconfig"
    r"|cargo|poetry|mkdocs|setup|tox|pytest|mypy|alembic|windtunnel|composer|angular|lerna|nx"
    r"|application.*|database|cable|.*eslint.*|.*prettier.*|nginx|supervisord?|uwsgi|logging"
    r"|codecov|renovate|netlify|vercel|fly|render|skaffold|chart|values|pnpm-.*|turbo|deno)"
)
"""Stems of files that are no settings of the service, or that are read otherwise."""
_MOST_FILES = 10


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    template: str
    """With {address}, {host} and {port}."""


@dataclass(frozen=True, slots=True)
class FileLead:
    """A dependency's address as a file gives it."""

    name: str
    """As a variable of this name would be called."""
    lead: AddressLead
    place: str
    edits: tuple[_Edit, ...]


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """A file that the service reads, with addresses in it."""

    text: Text
    leads: tuple[FileLead, ...]
    mention: str
    """Where the service names it."""

    @property
    def name(self) -> str:
        """Its name without its folder."""
        return PurePosixPath(self.text.name).name

    def written(self, found: list[tuple[FileLead, Found]]) -> FoundFile:
        """Return the file with placeholders of the dependencies in place of addresses."""
        edits = [(edit, each.name) for one, each in found for edit in one.edits]
        text = self.text.text
        for edit, name in sorted(edits, key=lambda pair: -pair[0].start):
            filled = re.sub(r"\{(address|host|port)\}", rf"{{{name}.\1}}", edit.template)
            text = text[: edit.start] + filled + text[edit.end :]
        return FoundFile(self.name, text, self.text.name)


def settings_files(
    folder: Path, sources: tuple[Text, ...], target: ServiceStart | None
) -> list[SettingsFile]:
    """Return the files with addresses that the sources or the command name."""
    found: list[SettingsFile] = []
    for path in paths(folder, tests=False):
        if path.suffix not in (*YAML, *LINES) or _NO_SETTINGS.fullmatch(path.stem.lower()):
            continue
        mention = _mention(path.name, sources, target)
        text = read(folder, path) if mention else None
        leads = tuple(_leads(text)) if text else ()
        if text and leads:
            found.append(SettingsFile(text, leads, mention))
        if len(found) >= _MOST_FILES:
            break
    return found


def _mention(name: str, sources: tuple[Text, ...], target: ServiceStart | None) -> str:
    named = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-])")
    if target and any(named.search(each) for each in target.command):
        return target.source.place or "its command"
    for text in sources:
        if hit := named.search(text.text):
            return text.place(hit.start())
    return ""


def _leads(text: Text) -> Iterator[FileLead]:
    values = {each.name: each for each in values_of(text)}
    known = {
        name: Variable(name, each.value, text.place(each.start)) for name, each in values.items()
    }
    for name, each in values.items():
        there = lead(known[name], known) if each.value else None
        # A host alone leads to no proxy, whose port is another one.
        if there is None or not there.host or there.is_bare_host or not there.port:
            continue
        yield FileLead(name, there, known[name].place, tuple(_edits(each, there, values)))


def _edits(value: FileValue, there: AddressLead, values: dict[str, FileValue]) -> Iterator[_Edit]:
    yield _Edit(value.start, value.end, there.template)
    if there.template == "{host}" and (port := values.get(port_variable(value.name))):
        yield _Edit(port.start, port.end, "{port}")


def lead_to(target: ServiceStart, file: SettingsFile, known: list[Variable]) -> bool:
    """Let the target read the file that is written for it; False where nothing says which one."""
    named = re.compile(rf"[\w./-]*(?<![\w.-]){re.escape(file.name)}$")
    there = f"{{files}}/{file.name}"
    command = tuple(named.sub(lambda _: there, each) for each in target.command)
    if command != target.command:
        target.command = command
        return True
    for variable in known:
        if named.fullmatch(variable.value):
            target.environment = {**target.environment, variable.name: there}
            return True
    return False
