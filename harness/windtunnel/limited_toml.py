"""Reads TOML that somebody wrote: every way in which it can be wrong is one message."""

import re
import tomllib
from pathlib import Path
from typing import Any

from windtunnel.errors import ConfigurationError
from windtunnel.limited_files import read_limited

DEEPEST = 32
"""Tables and arrays within each other, at most. Nothing that is read here has ten."""
_LONG_STRING = r'"{3}(?:[^"\\]++|\\.|"(?!""))*+"{3}|' + r"'{3}(?:[^']++|'(?!''))*+'{3}"
_PART = r'(?:[\w-]++|"(?:[^"\\\n]++|\\[^\n])*+"|' + r"'[^'\n]*+')"
_TOKEN = re.compile(
    rf"{_LONG_STRING}|#[^\n]*+|(?P<key>{_PART}(?:[ \t]*+\.[ \t]*+{_PART})*+)", re.DOTALL
)
"""What may hold dots: strings of several lines, comments, and keys or what looks like one."""


def read_toml(path: Path) -> tuple[str, dict[str, Any]]:
    """Return a file's text and what it says; ConfigurationError names the file and the reason."""
    try:
        text = read_limited(path)
        if _has_long_key(text):
            raise ConfigurationError(f"{path}: {_too_deep()}")
        table = tomllib.loads(text)
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from None
    except RecursionError:
        raise ConfigurationError(f"{path}: {_too_deep()}") from None
    except ValueError as error:  # TOMLDecodeError and UnicodeDecodeError are such too
        raise ConfigurationError(f"{path}: not valid TOML: {_reason(error)}") from None
    if _is_too_deep(table):
        raise ConfigurationError(f"{path}: {_too_deep()}")
    return text, table


def _reason(error: ValueError) -> str:
    if isinstance(error, tomllib.TOMLDecodeError | UnicodeDecodeError):
        return str(error)
    return "a number has too many digits"  # Python's own advice says how to lift its limit


def _too_deep() -> str:
    return f"expected tables and arrays no more than {DEEPEST} deep in each other"


def _has_long_key(text: str) -> bool:
    """Whether a dotted key has more parts than allowed.

    The parser's time grows with the square of them: it would not come back.
    """
    return any(
        key.count(".") >= DEEPEST and len(re.findall(_PART, key)) > DEEPEST
        for each in _TOKEN.finditer(text)
        if (key := each["key"])
    )


def _is_too_deep(table: dict[str, Any]) -> bool:
    """Whether tables are deeper than allowed; found without a recursion, which would fail too."""
    level: list[Any] = [table]
    for _ in range(DEEPEST + 1):
        if not level:
            return False
        level = [
            inner
            for each in level
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, dict | list)
        ]
    return bool(level)
