"""As whom the target asks each of its dependencies, read from the URLs that it is given."""

from collections.abc import Iterable
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
) -> ServerAccount:
    """Return the account in the first URL that leads to a dependency and has one.

    Such as DATABASE_URL = "postgresql://app:secret@{address}/orders". `urls` are further ones,
    in which the dependency's host has one of `names`.
    """
    settings = configuration.dependencies[dependency]
    texts = [_led(text, "") for text in settings.environment.values()]
    texts += [_led(text, f"{dependency}.") for text in configuration.environment.values()]
    hosts = {_HOST, *(name.lower() for name in names)}
    found = ServerAccount()
    for text in (*texts, *urls):
        account = _account(text, hosts)
        if account.password or account.user:
            return account
        if account.database and not found.database:
            found = account
    return found


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
