"""A mix in a TOML file: validated, each mistake one line that names its place."""

import csv
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from windtunnel.errors import LINES, ConfigurationError, listed, shown, suggestion
from windtunnel.limited_files import LARGE, read_limited
from windtunnel.limited_toml import read_toml
from windtunnel.load.mix import Mix
from windtunnel.requests.request_value import Request


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Entry(_Strict):
    """One `[[request]]`; see `windtunnel.requests.request_value.Request`."""

    path: str = "/"
    method: str = "GET"
    headers: Mapping[str, str | tuple[str, ...]] = Field(default_factory=dict)
    """A name with a list of values is sent once for each."""
    json_: Any = Field(default=None, alias="json")
    form: Mapping[str, str] = Field(default_factory=dict)
    body: str = ""
    weight: float = 1.0
    expect: tuple[int, ...] = ()
    timeout: float = 10.0
    name: str = ""
    data: str = ""
    """A CSV file with a header line, beside the TOML file."""


class _File(_Strict):
    request: tuple[_Entry, ...] = Field(min_length=1)


def read(path: Path) -> Mix:
    """Return the mix in a file; ConfigurationError lists every mistake."""
    _, table = read_toml(path)
    try:
        file = _File.model_validate(table)
    except ValidationError as error:
        found = error.errors(include_url=False)
        mistakes = [f"{path}: {_mistake(dict(detail))}" for detail in found[:LINES]]
        raise ConfigurationError(listed(mistakes, len(found))) from None
    try:
        return Mix(tuple(_request(entry, path.parent) for entry in file.request))
    except ConfigurationError as error:
        raise ConfigurationError(f"{path}: {error}") from None


def _request(entry: _Entry, folder: Path) -> Request:
    fields = entry.model_dump(by_alias=True)
    fields["headers"] = tuple(
        (name, value)
        for name, values in entry.headers.items()
        for value in ((values,) if isinstance(values, str) else values)
    )
    fields["data"] = _rows(folder / entry.data) if entry.data else ()
    return Request(**fields)


def _rows(path: Path) -> tuple[Mapping[str, str], ...]:
    try:
        rows = tuple(csv.DictReader(StringIO(read_limited(path, LARGE), newline=""), strict=True))
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from None
    except (csv.Error, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: not valid CSV: {error}") from None
    if not rows:
        raise ConfigurationError(f"{path}: expected a header line and one row at least")
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise ConfigurationError(f"{path}: line {number}: expected {len(rows[0])} fields")
    return rows


def _mistake(detail: dict[str, Any]) -> str:
    location = detail["loc"]
    place = ".".join(str(part) for part in location)
    if detail["type"] == "extra_forbidden":
        known = _File.model_fields if len(location) == 1 else _Entry.model_fields
        return f"unknown key {place!r}{suggestion(str(location[-1]), known)}"
    if detail["type"] == "missing":
        return f"missing [[{place}]]"
    return f"{place} = {shown(detail['input'])}: {detail['msg']}"
