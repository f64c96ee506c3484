"""How one service is made of what several compose files say of it."""

from typing import Any

from windtunnel.discovery.compose_yaml import OverrideTag, Reset

Definition = dict[str, Any]
"""A service as a file has it."""
_KEYED = ("environment", "labels", "depends_on", "networks", "volumes_from")
"""What may be written as a list or as a table, and is merged as a table."""
_REPLACED = frozenset({"command", "entrypoint", "healthcheck"})
"""Of these the later file's is taken, not both."""


def table(value: object) -> dict[str, Any]:
    """Return as a table what may be a list of NAME=value or of names."""
    if isinstance(value, list):
        pairs = (str(each).partition("=") for each in value if not isinstance(each, dict | list))
        return {name: text if mark else None for name, mark, text in pairs}
    return {str(k): v for k, v in value.items()} if isinstance(value, dict) else {}


def merge_services(into: dict[str, Definition], more: dict[str, Definition]) -> None:
    """Add the services of a later file."""
    for name, service in more.items():
        into[name] = merged(into.get(name, {}), service)


def merged(base: Definition, more: Definition) -> Definition:
    """Return one service as two files have it, as Compose merges them. Its marks stay on it."""
    found = dict(base)
    for key, value in more.items():
        before = plain(found.get(key))
        if isinstance(value, Reset | OverrideTag):
            found[key] = value
        elif key in _KEYED:
            found[key] = table(before) | table(value)
        elif isinstance(value, list) and key not in _REPLACED:
            found[key] = [*before, *value] if isinstance(before, list) else value
        elif isinstance(value, dict) and isinstance(before, dict):
            found[key] = before | value
        else:
            found[key] = value
    return found


def plain(value: object, depth: int = 2) -> Any:  # noqa: ANN401 - any YAML
    """Return a value without the marks of overriding files; None where it was reset.

    Marks are looked for as deep as they mean something: tables of aliases may have no end.
    """
    if isinstance(value, Reset):
        return None
    if isinstance(value, OverrideTag):
        return value.value
    if isinstance(value, dict) and depth:
        return {k: plain(v, depth - 1) for k, v in value.items() if not isinstance(v, Reset)}
    return value
