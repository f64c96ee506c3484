"""Finds protocols by name: each folder of this package has one, made in its `protocol.py`."""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from windtunnel import protocols as package
from windtunnel.errors import ConfigurationError, suggestion
from windtunnel.protocols.wire_protocol import WireProtocol


@cache
def protocols() -> Mapping[str, WireProtocol]:
    """Return every protocol by its name."""
    found: dict[str, WireProtocol] = {}
    for each in pkgutil.iter_modules(package.__path__):
        if each.ispkg:
            module = importlib.import_module(f"{package.__name__}.{each.name}.protocol")
            made: WireProtocol = module.PROTOCOL
            found[made.name] = made
    return found


def protocol_named(name: str) -> WireProtocol:
    """Return the protocol of this name; ConfigurationError where there is none."""
    known = protocols()
    if name not in known:
        raise ConfigurationError(f"no protocol is named {name!r}{suggestion(name, known)}")
    return known[name]
