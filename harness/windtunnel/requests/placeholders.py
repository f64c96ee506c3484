"""Placeholders in the texts of a request, such as {uuid}: checked once, filled for each request.

`{{` and `}}` are single braces. An unknown name is an error. Errors name the place of a text and
the placeholder, never the text: it may be a password.
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
OF_AN_ANSWER = ("json", "header", "cookie")
"""Kinds of what a login's answer has, such as {json.token}."""


@dataclass(frozen=True, slots=True)
class Filling:
    """What one request's placeholders stand for. Equal ones give equal requests."""

    number: int
    """The request's number in its run, from 1."""
    seed: str = ""
    """Of what two targets that are compared are both asked."""
    identity: str = ""
    """Of what must be each target's own, such as a key that a shared database knows."""
    row: Mapping[str, str] = field(default_factory=dict)
    """The fields of the request's own data."""
    found: Callable[[str, str], str] | None = None
    """Looks up what a login's answer has, by its kind and name."""


class Chance:
    """One request's own source of chance, whatever other requests draw; made when it is needed."""

    def __init__(self, filling: Filling) -> None:
        self._filling = filling
        self._shared: random.Random | None = None
        self._own: random.Random | None = None

    @property
    def shared(self) -> random.Random:
        """What is the same for two targets that are compared."""
        if self._shared is None:
            text = f"{self._filling.seed} {self._filling.number}"
            self._shared = random.Random(text)  # noqa: S311 - replayable, not secret
        return self._shared

    @property
    def own(self) -> random.Random:
        """What is each target's own."""
        if self._own is None:
            filling = self._filling
            text = f"{filling.seed} {filling.identity} {filling.number}"
            self._own = random.Random(text)  # noqa: S311 - the same
        return self._own


Value = Callable[[Filling, Chance], str | int]


@dataclass(frozen=True, slots=True)
class Field:
    """Stands for a field of the request's own data."""

    name: str

    def __call__(self, filling: Filling, _: Chance) -> str:
        """Return what the row has there."""
        return filling.row[self.name]


@dataclass(frozen=True, slots=True)
class Template:
    """A text with placeholders."""

    parts: tuple[str | Value, ...] = field(repr=False)

    @property
    def is_fixed(self) -> bool:
        """Whether every request of the same data gets the same text."""
        return all(isinstance(part, str | Field) for part in self.parts)

    def fill(self, filling: Filling, chance: Chance, *, quoted: bool = False) -> str:
        """Return the text. Where `quoted`, each value is percent-encoded, as a path needs it."""
        return "".join(
            part if isinstance(part, str) else _text(part(filling, chance), quoted=quoted)
            for part in self.parts
        )

    def value(self, filling: Filling, chance: Chance) -> str | int:
        """Return the text; a number where the whole of it is one placeholder of a number."""
        if len(self.parts) == 1 and not isinstance(self.parts[0], str):
            return self.parts[0](filling, chance)
        return self.fill(filling, chance)


def template(
    text: str, place: str, fields: frozenset[str] = frozenset(), *, of_answer: bool = False
) -> Template:
    """Return a text's template; ConfigurationError, which names the place, where it can't be.

    `fields` are the names that the request's own data has; `of_answer` says whether a login's
    answer may be named.
    """
    return Template(tuple(_parts(text, place, fields, of_answer=of_answer)))


def variables(text: str) -> Iterator[str]:
    """Yield the environment's variables that a text's placeholders name."""
    for found in PART.finditer(text):
        kind, colon, name = (found[1] or "").partition(":")
        if kind == "env" and colon:
            yield name


def _parts(
    text: str, place: str, fields: frozenset[str], *, of_answer: bool
) -> Iterator[str | Value]:
    plain, at = "", 0
    for found in PART.finditer(text):
        plain += text[at : found.start()]
        at = found.end()
        if found[0] in {"{{", "}}"}:
            plain += found[0][0]
        elif found[1] is None:
            raise ConfigurationError(
                f"{place}: a single {found[0]!r}; expected {found[0] * 2!r} for the character"
            )
        else:
            if plain:
                yield plain
            plain = ""
            yield _value(found[1], place, fields, of_answer=of_answer)
    plain += text[at:]
    if plain:
        yield plain


def _value(name: str, place: str, fields: frozenset[str], *, of_answer: bool) -> Value:
    if name in fields:
        return Field(name)
    if name == "n":
        return lambda filling, _: filling.number
    if name == "uuid":
        return lambda _, chance: str(uuid.UUID(int=chance.own.getrandbits(128), version=4))
    kind, _, rest = name.partition(":")
    if kind == "int" and (span := SPAN.fullmatch(rest)) and int(span[1]) <= int(span[2]):
        low, high = int(span[1]), int(span[2])
        return lambda _, chance: chance.shared.randint(low, high)
    if kind == "env" and rest:
        return lambda _, __: _variable(rest, place)
    source, dot, key = name.partition(".")
    if of_answer and source in OF_AN_ANSWER and dot and key:
        return lambda filling, _: filling.found(source, key) if filling.found else ""
    raise ConfigurationError(_unknown(name, place, fields, of_answer=of_answer))


def _unknown(name: str, place: str, fields: frozenset[str], *, of_answer: bool) -> str:
    found = f"{place}: unknown placeholder {shown('{' + name + '}')}"
    wanted = {"int": "{int:LOW..HIGH}", "env": "{env:NAME}"}.get(name.partition(":")[0])
    if wanted:
        return f"{found}; expected {wanted}"
    known = [*KNOWN, *sorted(fields)]
    if of_answer:
        known += [f"{kind}.{name.partition('.')[2] or 'NAME'}" for kind in OF_AN_ANSWER]
    if near := nearest(name, known, likeness=0.7):
        return f"{found}{did_you_mean(near)}"
    listed = ", ".join(f"{{{each}}}" for each in known)
    return f"{found}; expected one of {listed}, or {{{{ for a brace"


def _variable(name: str, place: str) -> str:
    if name not in os.environ:
        raise ConfigurationError(f"{place}: the variable {name} of {{env:{name}}} is not set")
    return os.environ[name]


def _text(value: str | int, *, quoted: bool) -> str:
    return quote(str(value), safe="") if quoted else str(value)
