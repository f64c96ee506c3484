"""Fills placeholders such as {address}, by which the target learns where its proxies are."""

import re
from collections.abc import Mapping

from windtunnel.address import Address
from windtunnel.configuration.models import Configuration
from windtunnel.configuration.program_settings import ProgramSettings

PARTS = ("address", "host", "port")
PLACEHOLDER = re.compile(r"\{([A-Za-z0-9_.-]+)\}")


def fill(template: str, values: Mapping[str, str]) -> str:
    """Return a template with its known placeholders filled in; other braces stay as they are."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), template)


def values_of(address: Address, prefix: str = "") -> dict[str, str]:
    """Return what {address}, {host} and {port} stand for, their names after `prefix`."""
    texts = (str(address), address.host, str(address.port))
    return {f"{prefix}{part}": text for part, text in zip(PARTS, texts, strict=True)}


def named(proxies: Mapping[str, Address]) -> dict[str, str]:
    """Return what {NAME.address}, {NAME.host} and {NAME.port} stand for, for each dependency."""
    return {
        key: text
        for name, address in proxies.items()
        for key, text in values_of(address, f"{name}.").items()
    }


def variables(
    configuration: Configuration,
    settings: ProgramSettings,
    proxies: Mapping[str, Address],
    given: Mapping[str, str],
) -> dict[str, str]:
    """Return a program's variables that the configuration and its proxies' addresses give it.

    `proxies` are those of what it calls, `given` are {files} and {ca}. The program's own {host} and
    {port} stay: they are known when it starts.
    """
    known = {**named(proxies), **given}
    found = {name: fill(text, known) for name, text in settings.environment.items()}
    for name, address in proxies.items():
        led = configuration.dependencies.get(name)
        of_it = known | values_of(address)
        found |= {each: fill(text, of_it) for each, text in led.environment.items()} if led else {}
    return found
