"""Each mistake in a configuration as one line: its place, what was found, what was expected."""

from collections.abc import Mapping
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from windtunnel.configuration.models import Configuration
from windtunnel.configuration.positions import Place
from windtunnel.configuration.preparation_settings import HIDDEN
from windtunnel.configuration.setting_types import CALL, UPSTREAM
from windtunnel.configuration.unsound import Unsound
from windtunnel.errors import LINES, did_you_mean, listed, nearest, shown, suggestion
from windtunnel.records.recorded_field import NAME as FIELD_NAME

PATTERNS = {
    r"^/[!-~]*$": "a path that starts with '/', in ASCII without spaces",
    **dict.fromkeys(
        (
            r"^(/[!-~]*|[A-Za-z0-9][A-Za-z0-9_.-]*)$",
            r"^(/[!-~]*|[A-Za-z0-9][A-Za-z0-9_.-]*)?$",
        ),
        "a path that starts with '/', in ASCII without spaces, or the name of a request",
    ),
    r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$": "a header's name",
    r"^[A-Za-z0-9][A-Za-z0-9_.-]*$": "a name of letters, digits, '_', '.' and '-'",
    r"^[A-Za-z_][A-Za-z0-9_]*$": "an environment variable's name",
    r"^[^/\s.][^/\s]*$": "a file's name without a folder",
    CALL: "a call, such as 'GET /health' or 'PING'",
    FIELD_NAME: "a field of a request, such as 'header:Idempotency-Key' or 'json:order.id'",
    UPSTREAM: "host:port",
}
BOUNDS = {
    "greater_than": ("a number above {:g}", "gt"),
    "less_than": ("a number below {:g}", "lt"),
    "greater_than_equal": ("{:g} or more", "ge"),
    "less_than_equal": ("{:g} or less", "le"),
}
EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "tuple_type": "a list of texts",
    "mapping_type": "a table",
    "dict_type": "a table",
    "model_type": "a table",
    "too_short": "at least one",
    "string_too_long": "a shorter one",
}


def of_validation(error: ValidationError, origins: Mapping[Place, str], place: str) -> str:
    """Return a line for each of the first mistakes that pydantic found, and their number."""
    found = error.errors(include_url=False)
    details: list[dict[str, Any]] = [dict(detail) for detail in found]
    # A list whose entries are all wrong would be named again, as one without entries.
    inner = {detail["loc"][:-1] for detail in details}
    # What is under a wrong name need not be right.
    wrong = {detail["loc"][:-1] for detail in details if detail["loc"][-1:] == ("[key]",)}
    told = [
        detail
        for detail in details
        if (detail["type"] != "too_short" or detail["loc"] not in inner)
        and (detail["loc"][-1:] == ("[key]",) or not _within(detail["loc"], wrong))
    ]
    lines = [_of_detail(detail, origins, place) for detail in told[:LINES]]
    return listed(lines, len(told))


def of_soundness(
    unsound: Unsound, table: Mapping[str, Any], origins: Mapping[Place, str], place: str
) -> str:
    """Return the line of one mistake between settings."""
    start = f"{_origin(unsound.place, origins, place)}: "
    if unsound.missing:
        return f"{start}missing key {_text(unsound.place)!r}: {unsound.expected}"
    if unsound.hidden:
        return f"{start}{_text(unsound.place)}: expected {unsound.expected}"
    found: Any = table
    for part in unsound.place:
        if isinstance(found, str):  # one that stands for a table, such as a command
            break
        found = found[part]
    return f"{start}{_text(unsound.place)} = {shown(found)}: expected {unsound.expected}"


def _of_detail(detail: dict[str, Any], origins: Mapping[Place, str], place: str) -> str:
    key: Place = detail["loc"]
    if key and key[-1] == "[key]":
        key = key[:-1]
        start = f"{_origin(key, origins, place)}: "
        return f"{start}{_text(key[:-1])}: key {shown(key[-1])}: expected {_expected(detail)}"
    start = f"{_origin(key, origins, place)}: "
    if detail["type"] == "extra_forbidden":
        return f"{start}unknown key {shown(_text(key))}{_correct(key)}"
    if detail["type"] == "missing":
        return f"{start}missing key {_text(key)!r}{_described(key)}"
    found = "" if detail["type"] == HIDDEN else f" = {shown(detail['input'])}"
    return f"{start}{_text(key)}{found}: expected {_expected(detail)}"


def _within(key: Place, places: set[Place]) -> bool:
    return any(key[:length] in places for length in range(1, len(key) + 1))


def _origin(key: Place, origins: Mapping[Place, str], place: str) -> str:
    """Return where a key is, or else what it would be in."""
    for length in range(len(key), 0, -1):
        if key[:length] in origins:
            return origins[key[:length]]
    return place


def _expected(detail: dict[str, Any]) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "literal_error":
        known = context["expected"].replace(" or ", ", ").replace("'", "").split(", ")
        near = did_you_mean(nearest(shown(detail["input"]).strip("'"), known))
        listed = ", ".join(repr(each) for each in known)
        return f"one of {listed}{near}"
    if kind == "string_pattern_mismatch":
        return PATTERNS.get(context["pattern"], "a text of another form")
    if kind in BOUNDS:
        words, name = BOUNDS[kind]
        return words.format(context[name])
    message: str = detail["msg"]
    return EXPECTED.get(kind, message.removeprefix("Value error, "))


def _correct(key: Place) -> str:
    if key == ("tool",):
        return "; in a file of its own the settings stand without [tool.windtunnel]"
    model, _ = _model_at(key)
    return suggestion(str(key[-1]), _fields(model)) if model else ""


def _described(key: Place) -> str:
    """Return what the key would say: the first sentence of its description."""
    model, _ = _model_at(key)
    text = (_fields(model)[str(key[-1])].description or "") if model else ""
    return f": {' '.join(text.split()).split('. ')[0].rstrip('.')}" if text else ""


def _model_at(key: Place) -> tuple[type[BaseModel] | None, Any]:
    """Return the model whose field the last part of a place is, and the field's type."""
    model: type[BaseModel] | None = Configuration
    kind: Any = Configuration
    for part in key[:-1]:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            field = _fields(kind).get(str(part))
            kind = _table(field.annotation) if field else None
        elif get_origin(kind) is Mapping:
            kind = get_args(kind)[1]
        else:
            kind = None
        model = kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None
    return model, kind


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return a model's fields by the names that a user gives them."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _table(kind: Any) -> Any:  # noqa: ANN401 - any annotation
    """Return the model of a setting that may be a table or something shorter; else its type."""
    models = [each for each in get_args(kind) if isinstance(each, type)]
    tables = [each for each in models if issubclass(each, BaseModel)]
    return kind if get_origin(kind) is Mapping or not tables else tables[0]


def _text(key: Place) -> str:
    return ".".join(str(part) for part in key)
