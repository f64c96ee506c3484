"""As whom the target asks each of its dependencies, read from the URLs that it is given."""

from collections.abc import Iterable, Mapping
from urllib.parse import unquote, urlsplit

from windtunnel.configuration.models import Configuration
from windtunnel.configuration.placeholders import PARTS
from windtunnel.protocols.server_account import ServerAccount

_HOST = "windtunnel.invalid"
"""Stands for the dependency in a URL with a placeholder."""


def account_of(
    configuration: Configuration,
    dependency: str,
    *,
    names: Iterable[str] = (),
    urls: Iterable[str] = (),
    own: Mapping[str, str] | None = None,
) -> ServerAccount:
    """Return the account in the first URL that leads to a dependency and has one.

    Such as DATABASE_URL = "postgresql://app:secret@{address}/orders". `urls` are further ones,
    in which the dependency's host has one of `names`. What no URL says may a variable that clients
    or images of PostgreSQL know (PGUSER, POSTGRES_USER), also among the server's own variables.
    """
    settings = configuration.dependencies[dependency]
    texts = [_led(text, "") for text in settings.environment.values()]
    texts += [_led(text, f"{dependency}.") for text in configuration.environment.values()]
    hosts = {_HOST, *(name.lower() for name in names)}
    accounts = [_account(text, hosts) for text in (*texts, *urls)]
    known = [each for each in accounts if each != ServerAccount()]
    # One with a name or a password before one that has a database alone.
    found = max(known, key=lambda each: bool(each.user or each.password), default=ServerAccount())
    if settings.speaks.name != "postgresql":
        return found
    given = {**(own or {}), **configuration.environment, **settings.environment}
    user = found.user or _given(given, "USER")
    return ServerAccount(
        user=user,
        password=found.password or _given(given, "PASSWORD"),
        # As clients and images have it where none is said.
        database=found.database or _given(given, "DATABASE", "DB") or user,
    )


def _given(variables: Mapping[str, str], *endings: str) -> str:
    names = [f"{prefix}{ending}" for prefix in ("PG", "POSTGRES_") for ending in endings]
    return next((variables[name] for name in names if variables.get(name)), "")


def _led(text: str, prefix: str) -> str:
    values = (f"{_HOST}:1", _HOST, "1")
    for part, value in zip(PARTS, values, strict=True):
        text = text.replace("{" + prefix + part + "}", value)
    return text


def _account(url: str, hosts: set[str]) -> ServerAccount:
    try:
        parts = urlsplit(url)
        if not parts.scheme or parts.hostname not in hosts:
            return ServerAccount()
        return ServerAccount(
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            database=unquote(parts.path.removeprefix("/")),
        )
    except ValueError:  # no URL at all
        return ServerAccount()
