"""One request of each operation, with values that the document shows or its schemas take."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from windtunnel.discovery.findings import FoundRequest
from windtunnel.discovery.openapi.example_secrets import is_login, without_secrets
from windtunnel.discovery.openapi.operations import (
    ApiOperation,
    ApiParameter,
    Example,
    is_form,
    is_json,
)
from windtunnel.discovery.openapi.schema_example import NoExample, SchemaExamples
from windtunnel.discovery.openapi.text_example import Placeholder
from windtunnel.errors import ConfigurationError
from windtunnel.requests.request_value import Request

_LONGEST = 20_000
"""Characters of a body at most: more is no example to read."""
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_IN_PATH = re.compile(r"\{([^{}]*)\}")
_OURS = re.compile(r"(\{uuid\}|\{int:-?\d+\.\.-?\d+\}|\{env:\w+\})")
_AS_INTEGER = 9
"""How many different numbers a path's parameter has."""


def example_request(operation: ApiOperation, examples: SchemaExamples, place: str) -> FoundRequest:
    """Return a request of an operation; NoExample says why there is none."""
    path, guess, made_up = _path(operation, examples)
    query = [
        f"{quote(each.name, safe='')}={_quoted(value)}"
        for each in operation.parameters
        if each.where == "query" and each.is_required
        for value in _flat(_value(each.example, each.name, examples, each.where))
    ]
    path += ("&" if "?" in path else "?") + "&".join(query) if query else ""
    headers = {
        each.name: _template(_value(each.example, each.name, examples, each.where))
        for each in operation.parameters
        if each.where == "header" and each.is_required and each.name.lower() not in _OF_OURS
    }
    cookies = [
        f"{each.name}={_template(_value(each.example, each.name, examples, each.where))}"
        for each in operation.parameters
        if each.where == "cookie" and each.is_required
    ]
    if cookies:
        headers["Cookie"] = "; ".join(cookies)
    found = FoundRequest(
        name=_name(operation),
        method=operation.method,
        path=path,
        template=operation.path,
        headers=headers,
        expect=operation.statuses,
        place=place,
        guess=guess,
        made_up=made_up,
    )
    if operation.body is not None and operation.method not in {"GET", "HEAD"}:
        _give_body(found, operation, examples)
    try:
        Request(
            path=found.path,
            method=found.method,
            headers=found.headers,
            json=found.json,
            form=found.form,
            expect=found.expect,
        )
    except ConfigurationError as error:
        raise NoExample(str(error)) from None
    if any(not _HEADER.fullmatch(name) for name in found.headers):
        raise NoExample("a header has no name that can be sent")
    return found


_OF_OURS = frozenset({"accept", "content-type", "authorization", "content-length", "host"})
"""Headers that are no parameters, as the specification has it."""


def _path(operation: ApiOperation, examples: SchemaExamples) -> tuple[str, str, tuple[str, ...]]:
    """Return the path, what of it is guessed, and the parameters whose values are made up."""
    known = {each.name: each for each in operation.parameters if each.where == "path"}
    guessed: list[str] = []
    made_up: list[str] = []

    def filled(hit: re.Match[str]) -> str:
        name = hit[1]
        parameter = known.get(name, ApiParameter(name, "path", Example(), is_required=True))
        value = _in_path(parameter, examples)
        if parameter.example.given is None:
            guessed.append(f"{name} is {value}")
            if not _is_counted(value) and not _own_values(parameter, examples):
                made_up.append(name)
        return value

    # What stands between parameters is of the document, and is quoted as it is needed.
    parts = _IN_PATH.split(operation.path)
    path = ""
    for at, part in enumerate(parts):
        if at % 2:
            match = _IN_PATH.fullmatch(f"{{{part}}}")
            path += filled(match) if match else ""
        else:
            path += quote(part, safe="/:@!$&'()*+,;=-._~%").replace("{", "{{").replace("}", "}}")
    guess = f"{', '.join(guessed)}: name what there is" if guessed else ""
    return path, guess, tuple(made_up)


def _is_counted(value: str) -> bool:
    """Whether it goes through small numbers, of which some are there in most services."""
    return value.startswith("{int:")


def _own_values(parameter: ApiParameter, examples: SchemaExamples) -> set[str]:
    """Return by which words the schema itself says values."""
    schema = examples.merged(parameter.example.schema)
    return {"example", "examples", "default", "enum", "const"} & set(schema)


def _in_path(parameter: ApiParameter, examples: SchemaExamples) -> str:
    value = _value(parameter.example, parameter.name, examples, "path")
    schema = examples.merged(parameter.example.schema)
    own = _own_values(parameter, examples)
    given = own or parameter.example.given is not None or "multipleOf" in schema
    if isinstance(value, int) and not isinstance(value, bool) and not given:
        most = schema.get("maximum")
        last = value + _AS_INTEGER - 1
        last = min(last, int(most)) if isinstance(most, int | float) else last
        return f"{{int:{value}..{max(value, last)}}}"
    return _quoted(value) or "string"


def _value(example: Example, name: str, examples: SchemaExamples, where: str = "") -> Any:  # noqa: ANN401 - any JSON
    """Return the example that is given, or one that the schema takes.

    TOML has no null: what is null in a document's own example is left out.
    """
    if example.given is not None:
        return _without_null(without_secrets(example.given, name, where))
    value = examples.of(example.schema, name)
    return _without_null(without_secrets(value, name, where) if is_login(name, where) else value)


def _give_body(found: FoundRequest, operation: ApiOperation, examples: SchemaExamples) -> None:
    body = operation.body
    assert body is not None  # noqa: S101 - the caller looked
    if not is_json(body.media) and not is_form(body.media):
        raise NoExample(f"its body is {body.media or 'of no type'}")
    value = _value(body.example, "", examples)
    text = json.dumps(value, ensure_ascii=False)
    if len(text) > _LONGEST:
        raise NoExample(f"its body has over {_LONGEST} characters")
    if is_form(body.media):
        if not isinstance(value, dict):
            raise NoExample("its form is no table")
        found.form = {str(name): _template(each) for name, each in value.items()}
        return
    found.json = escaped(value)
    if "json" in body.media and body.media.partition(";")[0].strip().lower() != "application/json":
        found.headers["Content-Type"] = body.media


def escaped(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a value whose texts are templates: braces that are not ours are doubled."""
    if isinstance(value, str):
        return _template(value)
    if isinstance(value, list):
        return [escaped(each) for each in value]
    if isinstance(value, Mapping):
        return {str(key): escaped(each) for key, each in value.items()}
    return value


def _template(value: Any) -> str:  # noqa: ANN401 - any JSON
    if isinstance(value, Placeholder):
        return str(value)
    return _text(value).replace("{", "{{").replace("}", "}}")


def _quoted(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Return a value for a path, percent-encoded but for what is ours."""
    if isinstance(value, Placeholder):
        parts = _OURS.split(value)
        return "".join(each if at % 2 else quote(each, safe="") for at, each in enumerate(parts))
    if isinstance(value, list):
        return ",".join(map(_quoted, value))
    return quote(_text(value), safe="")


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _flat(value: Any) -> list[Any]:  # noqa: ANN401 - any JSON
    """Return the values of a query's parameter, which is named once for each."""
    return value if isinstance(value, list) else [value]


def _without_null(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, list):
        return [_without_null(each) for each in value if each is not None]
    if isinstance(value, dict):
        return {key: _without_null(each) for key, each in value.items() if each is not None}
    return value


def _name(operation: ApiOperation) -> str:
    """Return a name: the operation's identity, without what frameworks put after it."""
    name = operation.identity
    # FastAPI's: the function's name, the path, the method.
    generated = re.sub(r"\W", "_", operation.own_path) + f"_{operation.method.lower()}"
    name = name.removesuffix(generated)
    if not name:
        words = [each for each in re.split(r"\W+", _IN_PATH.sub("", operation.own_path)) if each]
        name = "-".join([operation.method.lower(), *words])
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", name).strip("-_.")[:60]
    return name or operation.method.lower()
