"""A Ruby service: how it is started, and what Rails reads without naming it."""

import re
from collections.abc import Iterator
from pathlib import Path

from windtunnel.discovery.file_values import values_of
from windtunnel.discovery.files import Text, read
from windtunnel.discovery.findings import Seen, ServiceStart, Variable

CONFIGURED = ("config/database.yml", "config/cable.yml", "config/cache.yml", "config/storage.yml",
              "config/queue.yml", "config/sidekiq.yml", "config/redis.yml")  # fmt: skip
"""What Rails reads, with Ruby in it."""
_DATABASE = "config/database.yml"
_GEM = re.compile(r"(?m)^\s*gem\s+[\"'](?P<name>rails|sinatra|hanami|roda|grape)[\"']")
_SCHEMES = {
    "postgresql": "postgresql",
    "postgis": "postgresql",
    "mysql2": "mysql2",
    "trilogy": "mysql",
}
_RUBY = re.compile(r"<%.*?%>", re.DOTALL)
_SECTIONS = ("development", "default", "test")


def target(folder: Path, _: tuple[Text, ...]) -> ServiceStart | None:
    """Return how the service is started; None where no known framework is used."""
    text = read(folder, folder / "Gemfile")
    found = _GEM.search(text.text) if text else None
    if text is None or found is None:
        return None
    framework = Seen(found["name"].capitalize(), text.place(found.start("name")))
    if found["name"] == "rails":
        command = ("bin/rails", "server", "-b", "{host}", "-p", "{port}")
        return ServiceStart(framework, command, Seen("", "Gemfile"))
    rack = ("bundle", "exec", "rackup", "-o", "{host}", "-p", "{port}")
    return ServiceStart(framework, rack, Seen("", "config.ru"))


def configured(folder: Path) -> tuple[Text, ...]:
    """Return the files in which Rails has Ruby."""
    return tuple(text for name in CONFIGURED if (text := read(folder, folder / name)))


def variables(folder: Path) -> Iterator[Variable]:
    """Yield DATABASE_URL, which comes before config/database.yml whether that names it or not."""
    text = read(folder, folder / _DATABASE)
    if text is None or not (folder / "Gemfile").is_file():
        return
    plain = _RUBY.sub(lambda ruby: " " * len(ruby[0]), text.text)
    known = {each.path: each for each in values_of(Text(text.name, plain))}
    adapter = next((each for path, each in known.items() if path[-1] == "adapter"), None)
    scheme = _SCHEMES.get(adapter.value) if adapter else None
    if adapter is None or scheme is None:
        return

    def value(name: str) -> str:
        for section in _SECTIONS:
            if each := known.get((section, name)) or known.get((section, "primary", name)):
                return each.value
        return ""

    user = f"{value('username')}@" if value("username") else ""
    port = f":{value('port')}" if value("port").isdigit() else ""
    host = value("host") or "localhost"
    url = f"{scheme}://{user}{host}{port}/{value('database')}"
    yield Variable("DATABASE_URL", url, text.place(adapter.start))
