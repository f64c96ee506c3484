"""The environment variables that a service reads, in its source and its .env files."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from windtunnel.discovery.env_files import assignments
from windtunnel.discovery.files import Text, read
from windtunnel.discovery.findings import Variable

QUOTED = r"[\"'`](?P<value>[^\"'`\n]*)[\"'`]"
OTHERWISE = QUOTED.replace("value", "other")
NAMED = r"[\"'](?P<name>[A-Z][A-Z0-9_]+)[\"']"
PATTERNS = (
    # Python: os.environ["X"], os.environ.get("X", "default"), os.getenv("X", "default")
    re.compile(rf"environ\[[\"'](?P<name>\w+)[\"']\](?:\s*or\s*{QUOTED})?"),
    re.compile(rf"(?:environ\.get|getenv)\(\s*[\"'](?P<name>\w+)[\"'](?:\s*,\s*{QUOTED})?"),
    # django-environ, environs, decouple: env.db("X"), env("X"), config("X", default="…")
    re.compile(
        rf"\b(?:env|ENV|config)(?:\.\w+)?\(\s*{NAMED}(?:\s*,\s*(?:default\s*=\s*)?{QUOTED})?"
    ),
    re.compile(rf"\bdj_database_url\.config\([^()]*\benv\s*=\s*{NAMED}"),
    # Node: process.env.X || "default", process.env.X ?? "default"
    re.compile(rf"process\.env\.(?P<name>\w+)(?:\s*(?:\|\||\?\?)\s*{QUOTED})?"),
    re.compile(rf"process\.env\[[\"'](?P<name>\w+)[\"']\](?:\s*(?:\|\||\?\?)\s*{QUOTED})?"),
    # Nest: config.get<string>('X', 'default'); zod and envalid: X: z.string(), X: url()
    re.compile(rf"\.get(?:OrThrow)?(?:<\w+>)?\(\s*{NAMED}(?:\s*,\s*{QUOTED})?"),
    re.compile(r"(?m)^\s*(?P<name>[A-Z][A-Z0-9_]+):\s*(?:z\.|Joi\.|url\(|host\()(?P<value>)"),
    # Go: os.Getenv("X"), tags such as `env:"X" envDefault:"…"`; and helpers: env("X", "default")
    re.compile(r"Getenv\(\"(?P<name>\w+)\"\)(?P<value>)"),
    re.compile(
        r"\b(?:env|envconfig):\"(?P<name>[A-Z][A-Z0-9_]+)[^\"\n]*\""
        r"(?:\s+(?:envDefault|default):\"(?P<value>[^\"\n]*)\")?"
    ),
    re.compile(rf"\b\w*[eE]nv\w*\(\s*[\"'](?P<name>[A-Z][A-Z0-9_]+)[\"']\s*,\s*{QUOTED}"),
    # Ruby: ENV["X"], ENV.fetch("X", "default"), ENV.fetch("X") { "default" }
    re.compile(rf"ENV\[{NAMED}\](?:\s*\|\|\s*{QUOTED})?"),
    re.compile(rf"ENV\.fetch\(\s*{NAMED}(?:\s*,\s*{QUOTED}|\)\s*(?:\{{|do)\s*{OTHERWISE})?"),
    # Java and Kotlin: System.getenv("X"), @Value("${{X:default}}")
    re.compile(r"@Value\(\"\$\{(?P<name>[A-Z][A-Z0-9_]+)(?::(?P<value>[^\"}\n]*))?\}\"\)"),
)
TAKEN_APART = re.compile(r"(?:const|let|var)\s*\{(?P<names>[^{}]*)\}\s*=\s*process\.env\b")
TAKEN = re.compile(rf"(?P<name>[A-Z][A-Z0-9_]+)\s*(?:=\s*{QUOTED})?")
IMPLIED = (
    (
        re.compile(
            rf"\bdj_database_url\.config\((?![^()]*\benv\s*=)(?:[^()]*\bdefault\s*=\s*{QUOTED})?"
        ),
        "DATABASE_URL",
    ),
    (re.compile(r"\benv\.(?:db|db_url|dj_db_url)\(\s*\)(?P<value>)"), "DATABASE_URL"),
    (re.compile(r"\benv\.(?:cache|cache_url)\(\s*\)(?P<value>)"), "CACHE_URL"),
    (re.compile(r"\benv\.(?:email|email_url)\(\s*\)(?P<value>)"), "EMAIL_URL"),
    (re.compile(r"\benv\.(?:search_url)\(\s*\)(?P<value>)"), "SEARCH_URL"),
    # Celery reads it before what the settings say.
    (re.compile(rf"(?m)^[ \t]*CELERY_BROKER_URL\s*=\s*{QUOTED}"), "CELERY_BROKER_URL"),
)
"""Variables that a library reads without being told their names."""
SETTINGS = re.compile(
    r"^class \w+\([^)]*BaseSettings[^)]*\):\n(?P<body>(?:[ \t]+[^\n]*\n|\n)*)", re.MULTILINE
)
FIELD = re.compile(
    rf"^[ \t]+(?P<name>[a-z]\w*)\s*:\s*[\w\[\], |.]+(?:\s*=\s*{QUOTED})?", re.MULTILINE
)
PREFIX = re.compile(r"env_prefix\s*=\s*[\"'](?P<prefix>\w*)[\"']")
DOTENV = (".env", ".env.local", ".env.example", ".env.sample", ".env.template", "example.env")


def variables(
    folder: Path, sources: tuple[Text, ...], implied: Iterable[Variable] = ()
) -> list[Variable]:
    """Return the variables by name; the value of a .env file comes before a default.

    `implied` are those that come before a framework's own files.
    """
    found: dict[str, Variable] = {}
    for variable in (*_dotenv(folder), *_in_sources(sources), *implied):
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
                groups = hit.groupdict()
                value = groups.get("value") or groups.get("other") or ""
                yield Variable(hit["name"], value, text.place(hit.start()))
        for apart in TAKEN_APART.finditer(text.text):
            for hit in TAKEN.finditer(apart["names"]):
                at = apart.start("names") + hit.start()
                yield Variable(hit["name"], hit["value"] or "", text.place(at))
        for implied, name in IMPLIED:
            for hit in implied.finditer(text.text):
                yield Variable(name, hit["value"] or "", text.place(hit.start()))
        for settings in SETTINGS.finditer(text.text):
            prefix = PREFIX.search(settings["body"])
            for hit in FIELD.finditer(settings["body"]):
                name = f"{prefix['prefix'] if prefix else ''}{hit['name']}".upper()
                at = settings.start("body") + hit.start("name")
                yield Variable(name, hit["value"] or "", text.place(at))
