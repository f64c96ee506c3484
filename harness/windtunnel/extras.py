"""The optional parts of windtunnel: which packages each needs, and how they are installed."""

import re
from importlib import metadata

from windtunnel.errors import MissingExtra

DISTRIBUTION = "windtunnel"


def install_command(*extras: str) -> str:
    """Return the command that installs windtunnel with these extras."""
    return f"pip install '{DISTRIBUTION}[{','.join(extras)}]'"


def missing(extra: str) -> tuple[str, ...]:
    """Return the packages of an extra that are not installed."""
    try:
        requirements = metadata.requires(DISTRIBUTION) or ()
    except metadata.PackageNotFoundError:
        return ()  # used from a source tree: nothing says what there should be
    condition = re.compile(rf"""extra\s*==\s*["']{re.escape(extra)}["']""")
    names = (_name(each) for each in requirements if condition.search(each))
    return tuple(name for name in names if not _is_installed(name))


def require(extra: str, purpose: str) -> None:
    """Raise MissingExtra, which names the extra, where one of its packages is not installed."""
    if names := missing(extra):
        text = f"{purpose} needs {', '.join(names)}: {install_command(extra)}"
        raise MissingExtra(text)


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True
