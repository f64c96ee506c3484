"""A value that a schema takes: its own examples first, else the least that it demands."""

from collections.abc import Iterator, Mapping
from typing import Any

from windtunnel.discovery.openapi.example_secrets import without_secrets
from windtunnel.discovery.openapi.number_example import number_example
from windtunnel.discovery.openapi.references import NotFollowed, References
from windtunnel.discovery.openapi.text_example import text_example
from windtunnel.errors import shown

_DEEPEST = 24
_MOST_ITEMS = 50
_MOST_SCHEMAS = 5000
"""Schemas that are looked at for one value: those that refer to others may be without end."""
Schema = Mapping[str, Any]


class NoExample(Exception):
    """No value of a schema can be made; the text says why."""


class SchemaExamples:
    """Makes values that the schemas of a document take."""

    def __init__(self, references: References) -> None:
        self._references = references
        self._left = _MOST_SCHEMAS

    def __repr__(self) -> str:
        return f"<SchemaExamples of {self._references!r}>"

    def of(self, schema: object, name: str = "") -> Any:  # noqa: ANN401 - any JSON
        """Return a value; `name` is what it is for. NoExample where none can be made."""
        self._left = _MOST_SCHEMAS
        return self._made(schema, name, (), 0)

    def merged(self, schema: object) -> dict[str, Any]:
        """Return a schema as one table: references followed, and `allOf` put together."""
        self._left = _MOST_SCHEMAS
        return self._flat(schema, ())[0]

    def _flat(
        self, schema: object, inside: tuple[str, ...]
    ) -> tuple[dict[str, Any], tuple[str, ...]]:
        self._left -= 1
        if self._left < 0:
            raise NoExample(f"over {_MOST_SCHEMAS} schemas in one")
        if schema is True:
            return {}, inside
        if not isinstance(schema, dict):
            raise NoExample(f"{shown(schema)} takes no value")
        reference = schema.get("$ref")
        if isinstance(reference, str):
            if reference in inside:
                raise NoExample(f"{shown(reference)} contains itself")
            inside = (*inside, reference)
        if len(inside) > _DEEPEST:
            raise NoExample(f"nested more than {_DEEPEST} deep")
        try:
            found = self._references.followed(schema)
        except NotFollowed as error:
            raise NoExample(str(error)) from None
        parts = found.get("allOf")
        if not isinstance(parts, list):
            return found, inside
        whole: dict[str, Any] = {}
        within = inside
        for part in (*parts, {k: v for k, v in found.items() if k != "allOf"}):
            one, below = self._flat(part, inside)
            whole = _both(whole, one)
            within = tuple(dict.fromkeys([*within, *below]))
        return whole, within

    def _made(
        self, schema: object, name: str, inside: tuple[str, ...], depth: int, index: int = 0
    ) -> Any:  # noqa: ANN401 - any JSON
        if depth > _DEEPEST:
            raise NoExample(f"nested more than {_DEEPEST} deep")
        found, inside = self._flat(schema, inside)
        for value in _own(found, name, index):
            return value
        for key in ("oneOf", "anyOf"):
            if isinstance(found.get(key), list):
                return self._one_of(found, key, name, inside, depth)
        kind = _kind(found)
        if kind == "object":
            return self._table(found, inside, depth)
        if kind == "array":
            return self._list(found, name, inside, depth)
        return _scalar(found, kind, name, index)

    def _one_of(
        self, found: dict[str, Any], key: str, name: str, inside: tuple[str, ...], depth: int
    ) -> Any:  # noqa: ANN401 - any JSON
        rest = {k: v for k, v in found.items() if k not in {key, "discriminator"}}
        why = NoExample(f"{key} has no schema")
        for choice in found[key]:
            if isinstance(choice, dict) and _kind(choice) == "null":
                continue
            try:
                one, within = self._flat(choice, inside)
                value = self._made(_both(one, rest), name, within, depth + 1)
            except NoExample as error:
                why = error
                continue
            return _marked(value, choice, found.get("discriminator"))
        raise why

    def _table(self, found: Schema, inside: tuple[str, ...], depth: int) -> dict[str, Any]:
        properties = found.get("properties")
        properties = properties if isinstance(properties, dict) else {}
        required = [each for each in _listed(found.get("required")) if isinstance(each, str)]
        value: dict[str, Any] = {}
        for name in dict.fromkeys([*required, *properties]):
            schema = properties.get(name, found.get("additionalProperties", True))
            if isinstance(schema, dict) and schema.get("readOnly") is True:
                continue
            # Where nothing is demanded, an empty body is seldom what a service wants.
            if required and name not in required:
                continue
            try:
                value[name] = self._made(schema, name, inside, depth + 1)
            except NoExample as error:
                if name in required:
                    raise NoExample(f"{name}: {error}") from None
        least = found.get("minProperties")
        more = found.get("additionalProperties", True)
        while isinstance(least, int) and len(value) < min(least, _MOST_ITEMS) and more is not False:
            value[f"key{len(value) + 1}"] = self._made(more, "", inside, depth + 1)
        return value

    def _list(self, found: Schema, name: str, inside: tuple[str, ...], depth: int) -> list[Any]:
        least, most = found.get("minItems"), found.get("maxItems")
        least = least if isinstance(least, int) else 0
        first = _listed(found.get("prefixItems"))
        rest = found.get("items", True)
        number = max(least, 1 if "items" in found and most != 0 else 0, len(first))
        if number > _MOST_ITEMS:
            raise NoExample(f"it takes no fewer than {number} items")
        unique = found.get("uniqueItems") is True
        try:
            value = [
                self._made(
                    first[at] if at < len(first) else rest,
                    name.removesuffix("s"),
                    inside,
                    depth + 1,
                    at if unique else 0,
                )
                for at in range(number)
            ]
        except NoExample:
            if least:
                raise
            return []
        if unique and any(each in value[:at] for at, each in enumerate(value)):
            raise NoExample(f"no {number} items that differ")
        return value


def _scalar(found: Schema, kind: str, name: str, index: int) -> str | float | bool:
    if kind == "boolean":
        return True
    if kind == "null":
        raise NoExample("it takes nothing but null")
    if kind in {"integer", "number"}:
        number = number_example(found, index, whole=kind == "integer")
        if number is None:
            raise NoExample("no number between its bounds")
        return number
    text = text_example(found, name, index)
    if text is None:
        raise NoExample(f"no text for {shown(found.get('pattern') or found.get('format'))}")
    return text


def _own(found: Schema, name: str, index: int) -> Iterator[Any]:
    """Yield the values that a schema itself names, the best first; none where it names none.

    Those that are examples without the secrets in them.
    """
    if "const" in found:
        yield found["const"]
    for key in ("enum", "examples"):
        listed = [each for each in _listed(found.get(key)) if each is not None]
        if key == "enum" and listed:
            default = found.get("example", found.get("default"))
            yield default if default in listed and not index else listed[index % len(listed)]
        elif listed and not index:
            yield without_secrets(listed[0], name)
    for key in ("example", "default"):
        if found.get(key) is not None and not index:
            yield without_secrets(found[key], name)


def _kind(found: Schema) -> str:
    """Return the type of a schema's values; of several the first that is not null."""
    kind = found.get("type")
    if isinstance(kind, list):
        kind = next((each for each in kind if each != "null"), "null")
    if isinstance(kind, str):
        return kind
    for key, meant in _SIGNS:
        if key in found:
            return meant
    return "string"


_SIGNS = (
    ("properties", "object"), ("additionalProperties", "object"), ("required", "object"),
    ("items", "array"), ("prefixItems", "array"), ("minItems", "array"), ("minimum", "number"),
    ("maximum", "number"), ("multipleOf", "number"),
)  # fmt: skip
"""What shows the type of a schema that does not name it."""


def _both(one: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Return what takes only what both take, as far as tables show it."""
    whole = {**one, **more}
    for key in ("properties",):
        if isinstance(one.get(key), dict) and isinstance(more.get(key), dict):
            whole[key] = one[key] | more[key]
    if "required" in one and "required" in more:
        whole["required"] = [*_listed(one["required"]), *_listed(more["required"])]
    return whole


def _marked(value: Any, choice: object, discriminator: object) -> Any:  # noqa: ANN401 - any JSON
    """Return a value with the mark that says which of several schemas it is of."""
    name = discriminator.get("propertyName") if isinstance(discriminator, dict) else None
    reference = choice.get("$ref") if isinstance(choice, dict) else None
    if not isinstance(value, dict) or not isinstance(name, str) or not isinstance(reference, str):
        return value
    mapping = discriminator.get("mapping") if isinstance(discriminator, dict) else None
    known = mapping.items() if isinstance(mapping, dict) else ()
    mark = next((key for key, each in known if each == reference), reference.rpartition("/")[2])
    is_marked = any(value.get(name) == key for key, _ in known)
    return value if is_marked else value | {name: mark}


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
