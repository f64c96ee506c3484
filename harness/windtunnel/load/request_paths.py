"""What may be asked for: a path that a request line can have."""

from collections.abc import Iterable
from typing import Any

from windtunnel.errors import ConfigurationError, shown


def check_path(path: object) -> None:
    """Refuse what no request line can have as its path; ConfigurationError."""
    if not isinstance(path, str) or not path.startswith("/"):
        raise ConfigurationError(f"path {shown(path)}: expected one that starts with '/'")
    if any(character <= " " or character > "~" for character in path):
        raise ConfigurationError(f"path {shown(path)}: expected ASCII without spaces")


def checked_paths(given: Any, *others: type) -> list[Any]:  # noqa: ANN401 - whatever is given
    """Return a list of paths, or of objects of these other kinds; ConfigurationError for others."""
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise ConfigurationError(f"paths {shown(given)}: expected a list of paths")
    listed = list(given)
    for each in listed:
        if not isinstance(each, others):
            check_path(each)
    return listed
