"""Django's settings: what they say of a database that no variable names."""

import re
from collections.abc import Collection, Iterator

from windtunnel.discovery.files import Text

_ENGINE = re.compile(r"[\"']ENGINE[\"']\s*:\s*[\"'](?P<engine>[\w.]+)[\"']")
_LONGEST = 1000
"""Characters of a database's table that are looked at."""
_HOST = re.compile(r"[\"']HOST[\"']\s*:\s*[\"'](?P<host>[^\"'\n/]+)[\"']")
_CACHE = re.compile(
    r"[\"']LOCATION[\"']\s*:\s*\[?\s*[\"'](?P<where>\w+://[^\"'\n]+|[\w.-]+:\d+)[\"']"
)
_TYPED = (
    (re.compile(r"\benv\.(?:db|db_url|dj_db_url)\(\s*[\"'](?P<name>\w+)[\"']"), "postgresql"),
    (re.compile(r"\bdj_database_url\.config\([^()]*\benv\s*=\s*[\"'](?P<name>\w+)"), "postgresql"),
    (re.compile(r"\benv\.(?:cache|cache_url)\(\s*[\"'](?P<name>\w+)[\"']"), "redis"),
)
"""What is read as the address of a database or a cache, and what that mostly is."""
_PROTOCOLS = {"postgresql": "postgresql", "postgis": "postgresql", "mysql": "tcp", "oracle": "tcp"}


def unled(sources: tuple[Text, ...], hosts: Collection[str] = ()) -> Iterator[str]:
    """Name the databases and caches that settings lead to by themselves, without a variable.

    Of `hosts`, those of a compose file, this is known.
    """
    for text in sources:
        for engine in _ENGINE.finditer(text.text):
            end = text.text.find("}", engine.end(), engine.end() + _LONGEST)
            host = _HOST.search(
                text.text, engine.start(), end if end > 0 else engine.end() + _LONGEST
            )
            if host and host["host"] not in hosts:
                yield _said(text, host.start(), f"DATABASES names {host['host']}")
        for cache in _CACHE.finditer(text.text):
            if (
                re.split(r"://|[:/]", cache["where"].partition("://")[2] or cache["where"])[0]
                in hosts
            ):
                continue
            yield _said(text, cache.start(), f"CACHES names {cache['where']}")


def protocols(sources: tuple[Text, ...]) -> dict[str, str]:
    """Return what a database speaks whose host is in a variable, by the variable's name."""
    found: dict[str, str] = {}
    for text in sources:
        for typed, protocol in _TYPED:
            found |= dict.fromkeys((hit["name"] for hit in typed.finditer(text.text)), protocol)
        for engine in _ENGINE.finditer(text.text):
            spoken = _PROTOCOLS.get(engine["engine"].rpartition(".")[2])
            end = text.text.find("}", engine.end(), engine.end() + _LONGEST)
            block = text.text[engine.start() : end if end > 0 else engine.end() + _LONGEST]
            for name in re.findall(r"[\"']HOST[\"']\s*:[^\n]*?[\"']([A-Z][A-Z0-9_]+)[\"']", block):
                if spoken:
                    found[name] = spoken
    return found


def _said(text: Text, at: int, what: str) -> str:
    return (
        f"{what} ({text.place(at)}) and no variable does: read it from one, so that windtunnel can"
        " lead your service to its proxy"
    )
