"""Paths in compose files, in whichever of their forms."""

from pathlib import Path
from typing import TypeGuard


def rebased(build: object, base: Path) -> object:
    """Return what builds a service, with its folder as seen from the project."""
    if isinstance(build, str) and "://" not in build:
        return str(base / build)
    if isinstance(build, dict) and isinstance(build.get("context", "."), str):
        return build | {"context": rebased(build.get("context", "."), base)}
    return build


def listed(value: object) -> list[object]:
    """Return as a list what may be one or several."""
    return value if isinstance(value, list) else [value]


def paths(value: object) -> list[str]:
    """Return the paths of an `include` or `env_file`, in whichever of their forms."""
    found: list[str] = []
    for each in listed(value):
        path = each.get("path") if isinstance(each, dict) else each
        found += filter(is_path, listed(path))
    return found


def is_path(value: object) -> TypeGuard[str]:
    """Return whether it can be a path at all."""
    return isinstance(value, str) and bool(value) and "\0" not in value
