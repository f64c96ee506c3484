"""Every fault there is, of `faults` and of other distributions, and one made from its name."""

import inspect
import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Any, get_type_hints

import windtunnel_faults
from windtunnel.entry_points import FAULTS, extensions
from windtunnel.errors import ConfigurationError, did_you_mean, nearest, shown, suggestion
from windtunnel_faults import Fault


@dataclass(frozen=True, slots=True)
class Parameter:
    """One of a fault's arguments beside the dependency."""

    name: str
    type: str
    """The Python type's name: "float", "int", "str" or "bool"."""
    default: str | None
    """As a person would type it; None where a value is required."""


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One class of faults."""

    name: str
    summary: str
    """The first sentence of its description."""
    needs: str
    """The capability that a backend must have for it."""
    parameters: tuple[Parameter, ...]


def kinds() -> dict[str, FaultKind]:
    """Return every fault that `windtunnel_faults` exports or an entry point adds, by its name."""
    return {
        name: FaultKind(name, _summary(each), each.needs.value, _parameters(each))
        for name, each in _classes().items()
    }


def build(name: str, dependency: str, values: Mapping[str, object]) -> Fault:
    """Return the fault `name`; ConfigurationError says what is wrong. Values may be given as text.

    Names are matched whatever their case and dashes: "connection-reset" is ConnectionReset.
    """
    kind = _class(name)
    parameters = {each.name: each for each in _parameters(kind)}
    for given in values:
        if given not in parameters:
            hint = suggestion(given, parameters) or "; it has none"
            raise ConfigurationError(f"{kind.__name__} has no parameter {given!r}{hint}")
    missing = [each for each in parameters.values() if each.default is None]
    for parameter in missing:
        if parameter.name not in values:
            raise ConfigurationError(
                f"{kind.__name__} needs {parameter.name}=VALUE, a {parameter.type}"
            )
    hints = get_type_hints(kind)
    arguments = {
        name: _value(given, hints[name]) if isinstance(given, str) else given
        for name, given in values.items()
    }
    try:
        made: Fault = kind(dependency, **arguments)
    except ValueError as error:
        raise ConfigurationError(str(error)) from None
    except TypeError:
        wrong = ", ".join(
            f"{each}={shown(values[each])} (a {parameters[each].type})" for each in values
        )
        raise ConfigurationError(f"{kind.__name__}: cannot be made from {wrong}") from None
    return made


def find(name: str) -> FaultKind:
    """Return the fault of that name; ConfigurationError where there is none."""
    return kinds()[_class(name).__name__]


def _class(name: str) -> Any:  # noqa: ANN401 - any dataclass
    """Return the fault's class; names are matched as `build` does."""
    classes = _classes()
    known = {_plain(each): each for each in classes}
    if _plain(name) not in known:
        # The near miss is looked for without case, and named as it is written.
        near = did_you_mean(known.get(nearest(_plain(name), known), ""))
        listed = near or f"; expected one of: {', '.join(classes)}"
        raise ConfigurationError(f"no fault is named {name!r}{listed}")
    return classes[known[_plain(name)]]


def _classes() -> dict[str, Any]:
    exported = {name: getattr(windtunnel_faults, name) for name in windtunnel_faults.__all__}
    found = {name: each for name, each in exported.items() if _is_fault(each)}
    for name, extension in extensions(FAULTS, taken=found).items():
        found[name] = extension.load()
        if not _is_fault(found[name]):
            raise ConfigurationError(
                f"{extension}: expected a dataclass with `needs`, `form` and the first field"
                f" `dependency`; found {found[name]!r}"
            )
    return found


def _is_fault(each: object) -> bool:
    return (
        inspect.isclass(each)
        and is_dataclass(each)
        and {"needs", "form"} <= set(dir(each))
        and "dependency" in {field.name for field in fields(each)}
    )


def _summary(kind: type) -> str:
    return (inspect.getdoc(kind) or "").split("\n\n")[0].replace("\n", " ").replace("`", "")


def _parameters(kind: Any) -> tuple[Parameter, ...]:  # noqa: ANN401 - any dataclass
    hints = get_type_hints(kind)
    return tuple(
        Parameter(
            field.name,
            getattr(hints[field.name], "__name__", str(hints[field.name])),
            None if field.default is MISSING else _typed(field.default),
        )
        for field in fields(kind)
        if field.name != "dependency"
    )


def _typed(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) and math.isfinite(value) else str(value)


def _value(text: str, hint: Any) -> object:  # noqa: ANN401 - any type
    """Return the text as the wanted type, or as it is: the fault's own check then says why not."""
    if hint is bool:
        return {"true": True, "false": False}.get(text.lower(), text)
    try:
        return hint(text) if hint in {int, float} else text
    except ValueError:
        return text


def _plain(name: str) -> str:
    return name.replace("-", "").replace("_", "").casefold()
