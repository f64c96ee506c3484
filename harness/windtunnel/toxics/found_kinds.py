"""Finds the kinds of toxics in a package: each of its modules makes one, named KIND."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

from windtunnel.toxics.toxic_kind import ToxicKind


def kinds_in(package: ModuleType) -> Iterator[ToxicKind]:
    """Give the kind of each module of a package; TypeError names a module without one."""
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        kind = getattr(importlib.import_module(found.name), "KIND", None)
        if not isinstance(kind, ToxicKind):
            raise TypeError(f"{found.name}: expected KIND, a ToxicKind; found {kind!r}")
        yield kind
