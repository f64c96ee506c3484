"""The environment variables that a service reads, in its source and its .env files."""

import re
from collections.abc import Iterator
from pathlib import Path

from windtunnel.discovery.env_files import assignments
from windtunnel.discovery.files import Text, read
from windtunnel.discovery.findings import Variable

QUOTED = r"[\"'`](?P<value>[^\"'`\n]*)[\"'`]"
PATTERNS = (
    # Python: os.environ["X"], os.environ.get("X", "default"), os.getenv("X", "default")
    re.compile(rf"environ\[[\"'](?P<name>\w+)[\"']\](?:\s*or\s*{QUOTED})?"),
    re.compile(rf"(?:environ\.get|getenv)\(\s*[\"'](?P<name>\w+)[\"'](?:\s*,\s*{QUOTED})?"),
    # Node: process.env.X || "default", process.env.X ?? "default"
    re.compile(rf"process\.env\.(?P<name>\w+)(?:\s*(?:\|\||\?\?)\s*{QUOTED})?"),
    re.compile(rf"process\.env\[[\"'](?P<name>\w+)[\"']\](?:\s*(?:\|\||\?\?)\s*{QUOTED})?"),
    # Go: os.Getenv("X"); and helpers, such as env("X", "default")
    re.compile(r"Getenv\(\"(?P<name>\w+)\"\)(?P<value>)"),
    re.compile(rf"\b\w*[eE]nv\w*\(\s*[\"'](?P<name>[A-Z][A-Z0-9_]+)[\"']\s*,\s*{QUOTED}"),
)
SETTINGS = re.compile(
    r"^class \w+\([^)]*BaseSettings[^)]*\):\n(?P<body>(?:[ \t]+[^\n]*\n|\n)*)", re.MULTILINE
)
FIELD = re.compile(
    rf"^[ \t]+(?P<name>[a-z]\w*)\s*:\s*[\w\[\], |.]+(?:\s*=\s*{QUOTED})?", re.MULTILINE
)
PREFIX = re.compile(r"env_prefix\s*=\s*[\"'](?P<prefix>\w*)[\"']")
DOTENV = (".env", ".env.local", ".env.example", ".env.sample", ".env.template", "example.env")


def variables(folder: Path, sources: tuple[Text, ...]) -> list[Variable]:
    """Return the variables by name; the value of a .env file comes before a default."""
    found: dict[str, Variable] = {}
    for variable in (*_dotenv(folder), *_in_sources(sources)):
        known = found.get(variable.name)
        if known is None or (variable.value and not known.value):
            found[variable.name] = variable
    return list(found.values())


def _dotenv(folder: Path) -> Iterator[Variable]:
    for name in DOTENV:
        if text := read(folder, folder / name):
            for each in assignments(text.text):
                yield Variable(each.name, each.value, text.place(each.at))


def _in_sources(sources: tuple[Text, ...]) -> Iterator[Variable]:
    for text in sources:
        for pattern in PATTERNS:
            for hit in pattern.finditer(text.text):
                yield Variable(hit["name"], hit["value"] or "", text.place(hit.start()))
        for settings in SETTINGS.finditer(text.text):
            prefix = PREFIX.search(settings["body"])
            for hit in FIELD.finditer(settings["body"]):
                name = f"{prefix['prefix'] if prefix else ''}{hit['name']}".upper()
                at = settings.start("body") + hit.start("name")
                yield Variable(name, hit["value"] or "", text.place(at))
