"""The operations of an OpenAPI document, of version 2 or 3, as typed records."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from windtunnel.discovery.openapi.references import NotFollowed, References

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
_VARIABLE = re.compile(r"\{(\w+)\}")
_SCHEMA_KEYS = frozenset(
    {"type", "format", "enum", "default", "items", "minimum", "maximum", "exclusiveMinimum",
     "exclusiveMaximum", "minLength", "maxLength", "pattern", "minItems", "maxItems", "multipleOf",
     "uniqueItems"}
)  # fmt: skip
"""What Swagger 2 has beside a parameter's name, and version 3 in its schema."""


@dataclass(frozen=True, slots=True)
class Example:
    """A schema, and an example of its own beside it."""

    schema: object = True
    given: object = None
    """None where there is none."""


@dataclass(frozen=True, slots=True)
class ApiParameter:
    """One parameter."""

    name: str
    where: str
    """path, query, header or cookie."""
    example: Example
    is_required: bool


@dataclass(frozen=True, slots=True)
class Body:
    """A body, of the media type that can be sent best."""

    media: str
    example: Example


@dataclass(frozen=True, slots=True)
class ApiOperation:
    """One method of one path."""

    method: str
    path: str
    """With the path of the server before it, and {NAME} for each parameter."""
    own_path: str
    """As the document has it."""
    identity: str = ""
    parameters: tuple[ApiParameter, ...] = ()
    body: Body | None = None
    statuses: tuple[int, ...] = ()
    """The documented ones from 200 to 299."""
    answer: object = None
    """The schema of the first such answer in JSON; None where there is none."""
    schemes: tuple[str, ...] = ()
    """The security schemes that it demands; of several ways the first."""
    is_deprecated: bool = False


@dataclass(slots=True)
class Api:
    """A document's operations."""

    operations: list[ApiOperation] = field(default_factory=list)
    schemes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    """What could not be followed, each with its operation."""


def api(document: Mapping[str, Any], references: References) -> Api:
    """Return the operations of a document; what can't be followed is said."""
    found = Api(schemes=_schemes(document, references))
    base = _base(document)
    for path, value in document.get("paths", {}).items():
        try:
            item = references.followed(value)
        except NotFollowed as error:
            found.unread.append(f"{path}: {error}")
            continue
        for method in METHODS:
            if isinstance(item.get(method), dict):
                try:
                    operation = _operation(
                        document, references, item, base=base, path=path, method=method
                    )
                except (NotFollowed, TypeError, AttributeError, ValueError) as error:
                    found.unread.append(f"{method.upper()} {path}: {error}")
                    continue
                found.operations.append(operation)
    return found


def _operation(
    document: Mapping[str, Any],
    references: References,
    item: Mapping[str, Any],
    *,
    base: str,
    path: str,
    method: str,
) -> ApiOperation:
    found = item[method]
    given = [
        references.followed(each)
        for owner in (item, found)
        for each in _list(owner.get("parameters"))
    ]
    # An operation's own parameter stands for the path's of the same name and place.
    raw = {(str(each.get("name")), str(each.get("in"))): each for each in given}
    parameters = [
        ApiParameter(
            name, where, _of_parameter(each), where == "path" or each.get("required") is True
        )
        for (name, where), each in raw.items()
        if where in {"path", "query", "header", "cookie"}
    ]
    statuses, answer = _answers(found.get("responses"), references)
    demanded = found.get("security", document.get("security"))
    first = next((each for each in _list(demanded) if isinstance(each, dict)), {})
    # An empty way means that none is needed.
    needed = () if {} in _list(demanded) else tuple(map(str, first))
    return ApiOperation(
        method=method.upper(),
        path=base + path,
        own_path=path,
        identity=str(found.get("operationId") or ""),
        parameters=tuple(parameters),
        body=_body(found, list(raw.values()), document, references),
        statuses=statuses,
        answer=answer,
        schemes=needed,
        is_deprecated=found.get("deprecated") is True,
    )


def _of_parameter(found: Mapping[str, Any]) -> Example:
    schema = found.get("schema")
    if not isinstance(schema, dict):
        content = found.get("content")
        schema = _table(next(iter(_table(content).values()), None)).get("schema")
    if not isinstance(schema, dict):
        schema = {key: each for key, each in found.items() if key in _SCHEMA_KEYS}
    return Example(schema, _given(found))


def _given(found: Mapping[str, Any]) -> object:
    """Return the example beside a schema; None where there is none."""
    if found.get("example") is not None:
        return found["example"]
    examples = found.get("examples")
    for each in examples.values() if isinstance(examples, dict) else _list(examples):
        if isinstance(each, dict) and "value" in each:
            return each["value"]
    return None


def _body(
    found: Mapping[str, Any],
    parameters: list[dict[str, Any]],
    document: Mapping[str, Any],
    references: References,
) -> Body | None:
    if "requestBody" in found:
        content = _table(references.followed(found["requestBody"]).get("content"))
        media = _best(list(content))
        entry = _table(content.get(media))
        return Body(media, Example(entry.get("schema", True), _given(entry)))
    consumed = _list(found.get("consumes", document.get("consumes")))
    for each in parameters:
        if each.get("in") == "body":
            return Body(_best(list(map(str, consumed))) or JSON, Example(each.get("schema", True)))
    fields = [each for each in parameters if each.get("in") == "formData"]
    if not fields:
        return None
    is_file = any(each.get("type") == "file" for each in fields)
    schema = {
        "type": "object",
        "properties": {str(each.get("name")): dict(_schema(each)) for each in fields},
        "required": [str(each.get("name")) for each in fields if each.get("required") is True],
    }
    return Body("multipart/form-data" if is_file else FORM, Example(schema))


def _schema(parameter: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: each for key, each in parameter.items() if key in _SCHEMA_KEYS}


def _best(media: list[str]) -> str:
    """Return the media type that can be sent best, as it is written."""
    for wanted in (is_json, is_form):
        for each in media:
            if wanted(each):
                return each
    return media[0] if media else ""


def is_json(media: str) -> bool:
    """Return whether a media type is JSON; whatever may be sent may be JSON."""
    plain = media.partition(";")[0].strip().lower()
    return plain in {JSON, "*/*", "application/*"} or plain.endswith("+json")


def is_form(media: str) -> bool:
    """Return whether a media type is a form's."""
    return media.partition(";")[0].strip().lower() == FORM


def _answers(responses: object, references: References) -> tuple[tuple[int, ...], object]:
    if not isinstance(responses, dict):
        return (), None
    good = sorted(int(each) for each in responses if re.fullmatch(r"2\d\d", each))
    answer: object = None
    for status in (*map(str, good), "2XX", "default"):
        if status not in responses or answer is not None:
            continue
        found = references.followed(responses[status])
        content = found.get("content")
        media = _table(content)
        answer = next(
            (
                each.get("schema")
                for key, each in media.items()
                if is_json(key) and isinstance(each, dict)
            ),
            found.get("schema"),
        )
    return tuple(good), answer


def _base(document: Mapping[str, Any]) -> str:
    """Return the path of the first server, without a slash at its end."""
    path = document.get("basePath")
    servers = _list(document.get("servers"))
    if servers and isinstance(servers[0], dict):
        known = _table(servers[0].get("variables"))
        url = _VARIABLE.sub(
            lambda hit: str(_table(known.get(hit[1])).get("default", "")),
            str(servers[0].get("url")),
        )
        try:
            path = urlsplit(url).path
        except ValueError:
            path = ""
    path = path.rstrip("/") if isinstance(path, str) else ""
    return path if path.startswith("/") else f"/{path}" if path else ""


def _schemes(
    document: Mapping[str, Any], references: References
) -> Mapping[str, Mapping[str, Any]]:
    components = document.get("components")
    found = components.get("securitySchemes") if isinstance(components, dict) else None
    found = found if isinstance(found, dict) else document.get("securityDefinitions")
    schemes: dict[str, Mapping[str, Any]] = {}
    for name, each in found.items() if isinstance(found, dict) else ():
        try:
            schemes[name] = references.followed(each)
        except NotFollowed:
            continue
    return schemes


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
