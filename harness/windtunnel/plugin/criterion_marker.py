"""The marker `criterion`: which judge it names, and what that judge says of a test's last run."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

import windtunnel.criteria
from windtunnel.criteria import Verdict
from windtunnel.criteria.objective import Objective, parse
from windtunnel.entry_points import CRITERIA, extensions
from windtunnel.errors import ConfigurationError, shown, suggestion
from windtunnel.number_bounds import check_arguments
from windtunnel.plugin.marker_words import as_written
from windtunnel.records import ObservedRun, Run

OF_RUNS = (
    "all_answered",
    "at_most_once",
    "breaker_closes",
    "breaker_half_opens",
    "breaker_opens",
    "calls_per_request",
    "error_rate",
    "fails_cleanly",
    "fallbacks_served",
    "mean_response",
    "opens_no_connection",
)
"""Our criteria that one run is enough for."""
_SUBJECTS = ("endpoint", "dependency")
"""Arguments that the run or its faults can give where the marker does not."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One marker, checked."""

    text: str
    """As it was written."""
    objectives: tuple[Objective, ...] = ()
    function: Callable[..., Any] | None = None
    arguments: Mapping[str, Any] | None = None

    def judge(self, run: ObservedRun, dependencies: Iterable[str]) -> list[Verdict]:
        """Return the verdicts: one for each subject where the marker names none.

        Endpoints are those of the run, dependencies those that the test's faults struck.
        """
        if self.function is None:
            if isinstance(run, Run):
                raise ConfigurationError(
                    f"{self.text}: an objective judges what `stack.offer` returned; for `drive` and"
                    " `load` name a criterion, such as criterion('mean_response', below=0.05)"
                )
            # It needs numpy, and every session pays for what its plugins load.
            from windtunnel.criteria.objective_held import objective_held  # noqa: PLC0415 - as said
            from windtunnel.records.load_run import LoadRun  # noqa: PLC0415 - as said

            assert isinstance(run, LoadRun)  # noqa: S101 - there are these two
            return [objective_held(run, objective) for objective in self.objectives]
        given = dict(self.arguments or {})
        judged = []
        for subject in self._subjects(run, dependencies, given):
            verdict = self.function(run, **subject, **given)
            if not isinstance(verdict, Verdict):
                raise ConfigurationError(f"{self.text}: expected a Verdict; found {verdict!r}")
            judged.append(verdict)
        return judged

    def _subjects(
        self, run: ObservedRun, dependencies: Iterable[str], given: Mapping[str, Any]
    ) -> list[dict[str, str]]:
        names = [name for name in _SUBJECTS if name in self._wanted() and name not in given]
        if not names:
            return [{}]
        known = {
            "endpoint": sorted({each.endpoint for each in run.responses}),
            "dependency": list(dict.fromkeys(dependencies)),
        }[names[0]]
        if not known:
            raise ConfigurationError(f"{self.text}: name the {names[0]} that it is about")
        return [{names[0]: each} for each in known]

    def _wanted(self) -> list[str]:
        assert self.function is not None  # noqa: S101 - asked only where there is one
        return [
            name
            for name, parameter in inspect.signature(self.function).parameters.items()
            if parameter.default is inspect.Parameter.empty
        ]


def criterion(mark: pytest.Mark) -> Criterion:
    """Return a marker's criterion; ConfigurationError says what is wrong with it."""
    text, args, kwargs = as_written(mark), mark.args, mark.kwargs
    if len(args) != 1 or not isinstance(args[0], str):
        raise ConfigurationError(
            f"{text}: expected a criterion's name and its arguments by name, or an objective such"
            " as 'p99<50ms and errors<1%'"
        )
    name = args[0]
    if not name.isidentifier():
        if kwargs:
            raise ConfigurationError(f"{text}: an objective takes no further arguments")
        try:
            return Criterion(text, objectives=parse(name))
        except ConfigurationError as error:
            raise ConfigurationError(f"{text}: {error}") from None
    function = _function(name, text)
    _, *parameters = inspect.signature(function).parameters.values()
    known = {parameter.name for parameter in parameters}
    for given in kwargs:
        if given not in known:
            hint = suggestion(given, known) or "; it has none"
            raise ConfigurationError(f"{text}: {name} has no argument {given!r}{hint}")
    for parameter in parameters:
        missing = parameter.default is inspect.Parameter.empty and parameter.name not in kwargs
        if missing and parameter.name not in _SUBJECTS:
            raise ConfigurationError(f"{text}: {name} needs {parameter.name}=…")
    try:
        _check_texts(parameters, kwargs, is_own=name in OF_RUNS)
        check_arguments(function, kwargs, "")
    except ConfigurationError as error:
        raise ConfigurationError(f"{text}: {error}") from None
    return Criterion(text, function=function, arguments=kwargs)


def _check_texts(
    parameters: list[inspect.Parameter], given: Mapping[str, Any], *, is_own: bool
) -> None:
    """Refuse what is no text where one is wanted, such as an endpoint's or dependency's name.

    Ours are names, of one line. Another distribution's may be any text that a report can hold: what
    could act on a terminal is shown harmless where it leaves.
    """
    for parameter in parameters:
        wants_text = parameter.annotation in {str, str | None}
        if not wants_text or given.get(parameter.name) is None:
            continue
        value = given[parameter.name]
        if not isinstance(value, str) or not (value.isprintable() if is_own else _is_text(value)):
            raise ConfigurationError(f"{parameter.name}={shown(value)}: expected a text")


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return "\0" not in value


def _function(name: str, text: str) -> Callable[..., Any]:
    if name in OF_RUNS:
        own: Callable[..., Any] = getattr(windtunnel.criteria, name)
        return own
    added = extensions(CRITERIA, taken=OF_RUNS)
    if name not in added:
        hint = suggestion(name, [*OF_RUNS, *added])
        raise ConfigurationError(f"{text}: no criterion of one run is named {name!r}{hint}")
    made = added[name].load()
    if not callable(made) or not inspect.signature(made).parameters:
        raise ConfigurationError(
            f"{added[name]}: expected a function of a run and its arguments; found {made!r}"
        )
    return made
