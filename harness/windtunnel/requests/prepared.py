"""What becomes of a request when it is sent: its templates, made once, and each one's bytes."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol
from urllib.parse import urlencode

from windtunnel.errors import ConfigurationError, suggestion
from windtunnel.requests.json_templates import JsonTemplate, json_template
from windtunnel.requests.placeholders import Chance, Filling, Template, template

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
_FIELD = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Prepared:
    """One request as it is sent."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)


class RequestParts(Protocol):
    """What is known of a request: see `windtunnel.requests.request_value.Request`."""

    @property
    def path(self) -> str:
        """Where it goes."""

    @property
    def method(self) -> str:
        """Its method."""

    @property
    def json(self) -> object:
        """Its body as JSON, or None."""

    @property
    def form(self) -> Mapping[str, str]:
        """Its body as a form."""

    @property
    def body(self) -> str:
        """Its body as text."""

    @property
    def content(self) -> bytes:
        """Its body as bytes."""

    @property
    def data(self) -> tuple[Mapping[str, str], ...]:
        """Rows that fill it."""

    @property
    def header_lines(self) -> tuple[tuple[str, str], ...]:
        """Its headers, a value each."""

    @property
    def label(self) -> str:
        """Its name in results."""


class Preparation:
    """A request's templates. ConfigurationError where they name what is not known.

    `extra` headers, such as a login's, are sent where the request has none of the same name; to
    cookies of its own theirs are added.
    """

    def __init__(self, request: RequestParts, extra: Mapping[str, str] | None = None) -> None:
        self.request = request
        fields = frozenset(request.data[0]) if request.data else frozenset()
        self._json: JsonTemplate | None = None
        try:
            self._path = template(request.path, "path", fields)
            self._headers = [
                (name, template(value, f"header {name}", fields))
                for name, value in request.header_lines
            ]
            self._form = [
                (name, template(text, f"form.{name}", fields))
                for name, text in request.form.items()
            ]
            if request.json is not None:
                self._json = json_template(request.json, fields)
        except ConfigurationError as error:
            raise ConfigurationError(f"{request.label}: {error}") from None
        given = {name.lower() for name, _ in request.header_lines}
        added = {name.lower(): value for name, value in (extra or {}).items()}
        self._cookies = added.get("cookie", "") if "cookie" in given else ""
        self._added = [(name, value) for name, value in added.items() if name not in given]
        self.takes_extra = bool(self._added or self._cookies)
        """Whether what is sent depends on `extra`."""
        kind = JSON if self._json else FORM if self._form else ""
        if kind and "content-type" not in given:
            self._added.append(("content-type", kind))
        self._check_length()

    def __repr__(self) -> str:
        return f"<Preparation of {self.request.label}>"

    @property
    def is_fixed(self) -> bool:
        """Whether every request of the same data is the same."""
        texts: list[Template] = [self._path]
        texts += [each for _, each in self._headers]
        return all(each.is_fixed for each in texts) and self._has_fixed_body()

    def _has_fixed_body(self) -> bool:
        return all(each.is_fixed for _, each in self._form) and (
            self._json is None or self._json.is_fixed
        )

    def of(self, filling: Filling) -> Prepared:
        """Return one request, whatever else was prepared. ConfigurationError where it can't be."""
        chance = Chance(filling)
        if self.request.data and not filling.row:
            filling = replace(filling, row=chance.shared.choice(self.request.data))
        return self._filled(filling, chance)

    def of_rows(self, filling: Filling) -> Iterator[Prepared]:
        """Yield the request of each row of its data; where there is none, just one."""
        for row in self.request.data or ({},):
            yield self._filled(replace(filling, row=row), Chance(filling))

    def _filled(self, filling: Filling, chance: Chance) -> Prepared:
        try:
            return self._made(filling, chance)
        except ConfigurationError as error:
            raise ConfigurationError(f"{self.request.label}: {error}") from None
        except ValueError:  # half of a surrogate pair; a number of thousands of digits
            raise ConfigurationError(
                f"{self.request.label}: cannot be written: expected text in UTF-8, and numbers of"
                " up to 4,300 digits"
            ) from None

    def _made(self, filling: Filling, chance: Chance) -> Prepared:
        headers = [(name, each.fill(filling, chance)) for name, each in self._headers]
        for name, value in headers:
            if not is_field_value(value):
                raise ConfigurationError(f"header {name}: expected one line of Latin-1 characters")
        if self._cookies:
            headers = [
                (name, f"{value}; {self._cookies}" if name.lower() == "cookie" else value)
                for name, value in headers
            ]
        return Prepared(
            self.request.method,
            self._path.fill(filling, chance, quoted=True),
            (*headers, *self._added),
            self._body(filling, chance),
        )

    def _body(self, filling: Filling, chance: Chance) -> bytes:
        if self._json is not None:
            made = self._json.make(filling, chance)
            return json.dumps(made, separators=(",", ":")).encode()
        if self._form:
            filled = [(name, each.fill(filling, chance)) for name, each in self._form]
            return urlencode(filled).encode("ascii")
        if self.request.content:
            return self.request.content
        return _with_fields(self.request, filling.row).encode()

    def _check_length(self) -> None:
        """Refuse a Content-Length that is not the body's: the server would wait, or misread."""
        lines = self.request.header_lines
        given = [value for name, value in lines if name.lower() == "content-length"]
        place = f"{self.request.path}: header Content-Length"
        if given and not self._has_fixed_body():
            raise ConfigurationError(f"{place}: expected none, as the body's placeholders vary")
        for made in self.of_rows(Filling(1)) if given else ():
            if given != [f"{len(made.body)}"]:
                raise ConfigurationError(
                    f"{place}: {', '.join(given)}: expected {len(made.body)}, the body's, or none"
                )


def is_field_value(text: str) -> bool:
    """Return whether a header can have this value: one line of Latin-1."""
    return all(c <= "\xff" and c not in "\r\n\0" for c in text)


def _with_fields(request: RequestParts, row: Mapping[str, str]) -> str:
    """Put a row's fields where the body names them; other braces, as JSON's, stay."""
    if not row:
        return request.body

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name in row:
            return row[name]
        if not name.isidentifier():
            return match[0]
        raise ConfigurationError(
            f"{request.path}: the data has no field {name!r}{suggestion(name, row)}"
        )

    return _FIELD.sub(value, request.body)
