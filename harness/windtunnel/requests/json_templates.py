"""JSON whose texts have placeholders: its templates are made once, its values for each request."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from windtunnel.errors import ConfigurationError, shown
from windtunnel.requests.placeholders import Chance, Filling, template

DEEPEST = 100
"""How deep the tables and lists of a body may be nested."""

Made = Callable[[Filling, Chance], object]


@dataclass(frozen=True, slots=True)
class JsonTemplate:
    """A JSON value; the texts in it are filled, the names of its members are not."""

    make: Made
    is_fixed: bool


def json_template(
    value: object, fields: frozenset[str], place: str = "json", depth: int = 0
) -> JsonTemplate:
    """Return a value's template; ConfigurationError, which names the place, where it can't be."""
    if depth > DEEPEST:
        raise ConfigurationError(f"json: expected tables and lists nested up to {DEEPEST} deep")
    if isinstance(value, str):
        made = template(value, place, fields)
        return JsonTemplate(made.value, made.is_fixed)
    if isinstance(value, dict):
        for name in value:
            if not isinstance(name, str):
                raise ConfigurationError(f"{place}: the name {shown(name)}: expected text")
        named = {
            name: json_template(each, fields, f"{place}.{name}"[:200], depth + 1)
            for name, each in value.items()
        }
        return JsonTemplate(
            lambda filling, chance: {k: v.make(filling, chance) for k, v in named.items()},
            all(each.is_fixed for each in named.values()),
        )
    if isinstance(value, list | tuple):
        listed = [
            json_template(each, fields, f"{place}.{number}"[:200], depth + 1)
            for number, each in enumerate(value)
        ]
        return JsonTemplate(
            lambda filling, chance: [each.make(filling, chance) for each in listed],
            all(each.is_fixed for each in listed),
        )
    if value is None or isinstance(value, bool | int) or _is_finite(value):
        return JsonTemplate(lambda _, __: value, is_fixed=True)
    raise ConfigurationError(
        f"{place}: {shown(value)}: expected text, a finite number, true, false, null, a table or"
        " a list"
    )


def _is_finite(value: object) -> bool:
    return isinstance(value, float) and math.isfinite(value)
