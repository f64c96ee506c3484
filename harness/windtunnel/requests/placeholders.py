"""Placeholders in the texts of a request, such as {uuid}: checked once, filled for each request.

`{{` and `}}` are single braces. An unknown name is an error.
"""

import os
import random
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from windtunnel.errors import ConfigurationError, did_you_mean, nearest, shown

PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
SPAN = re.compile(r"(-?\d{1,15})\.\.(-?\d{1,15})")

KNOWN = ("n", "int:1..9", "uuid", "env:NAME")
"""What may stand between braces, beside the fields of a request's own data."""


@dataclass(frozen=True, slots=True)
class Filling:
    """What one request's placeholders stand for. The same seed and number give the same."""

    number: int
    """The request's number in its run, from 1."""
    seed: int | str = 0
    row: Mapping[str, str] = field(default_factory=dict)
    """The fields of the request's own data."""

    def random(self) -> random.Random:
        """Return this request's own source of chance, whatever other requests draw."""
        return random.Random(f"{self.seed} {self.number}")  # noqa: S311 - replayable, not secret


Value = Callable[[Filling, random.Random], str | int]


@dataclass(frozen=True, slots=True)
class Field:
    """Stands for a field of the request's own data."""

    name: str

    def __call__(self, filling: Filling, _: random.Random) -> str:
        """Return what the row has there."""
        return filling.row[self.name]


@dataclass(frozen=True, slots=True)
class Template:
    """A text with placeholders."""

    text: str
    parts: tuple[str | Value, ...]

    @property
    def is_fixed(self) -> bool:
        """Whether every request of the same data gets the same text."""
        return all(isinstance(part, str | Field) for part in self.parts)

    def fill(self, filling: Filling, chance: random.Random, *, quoted: bool = False) -> str:
        """Return the text. Where `quoted`, each value is percent-encoded, as a path needs it."""
        return "".join(
            part if isinstance(part, str) else _text(part(filling, chance), quoted=quoted)
            for part in self.parts
        )

    def value(self, filling: Filling, chance: random.Random) -> str | int:
        """Return the text; a number where the whole of it is one placeholder of a number."""
        if len(self.parts) == 1 and not isinstance(self.parts[0], str):
            return self.parts[0](filling, chance)
        return self.fill(filling, chance)


def template(text: str, fields: frozenset[str] = frozenset()) -> Template:
    """Return a text's template; ConfigurationError where it names what is not known.

    `fields` are the names that the request's own data has.
    """
    return Template(text, tuple(_parts(text, fields)))


def variables(text: str) -> Iterator[str]:
    """Yield the environment's variables that a text's placeholders name."""
    for found in PART.finditer(text):
        kind, colon, name = (found[1] or "").partition(":")
        if kind == "env" and colon:
            yield name


def _parts(text: str, fields: frozenset[str]) -> Iterator[str | Value]:
    plain, at = "", 0
    for found in PART.finditer(text):
        plain += text[at : found.start()]
        at = found.end()
        if found[0] in {"{{", "}}"}:
            plain += found[0][0]
        elif found[1] is None:
            raise ConfigurationError(
                f"{shown(text)}: a single {found[0]!r}; expected {found[0] * 2!r} for the"
                " character itself"
            )
        else:
            if plain:
                yield plain
            plain = ""
            yield _value(found[1], text, fields)
    plain += text[at:]
    if plain:
        yield plain


def _value(name: str, text: str, fields: frozenset[str]) -> Value:
    if name in fields:
        return Field(name)
    if name == "n":
        return lambda filling, _: filling.number
    if name == "uuid":
        return lambda _, chance: str(uuid.UUID(int=chance.getrandbits(128), version=4))
    kind, _, rest = name.partition(":")
    if kind == "int" and (span := SPAN.fullmatch(rest)) and int(span[1]) <= int(span[2]):
        low, high = int(span[1]), int(span[2])
        return lambda _, chance: chance.randint(low, high)
    if kind == "env" and rest:
        return lambda _, __: _variable(rest)
    found = f"{shown(text)}: unknown placeholder {shown('{' + name + '}')}"
    near = nearest(name, [*KNOWN, *fields], likeness=0.7)
    wanted = {"int": "{int:LOW..HIGH}", "env": "{env:NAME}"}.get(kind)
    if wanted:
        raise ConfigurationError(f"{found}; expected {wanted}")
    if near:
        raise ConfigurationError(f"{found}{did_you_mean(near)}")
    also = f" or a field of its data, {', '.join(sorted(fields))}" if fields else ""
    raise ConfigurationError(f"{found}; expected {{n}}, {{int:1..9}}, {{uuid}}, {{env:NAME}}{also}")


def _variable(name: str) -> str:
    if name not in os.environ:
        raise ConfigurationError(f"the variable {name}, which {{env:{name}}} names, is not set")
    return os.environ[name]


def _text(value: str | int, *, quoted: bool) -> str:
    return quote(str(value), safe="") if quoted else str(value)
