"""A number that means nothing is refused, wherever it is given: it would let anything pass."""

import inspect
import math
import types
import typing
from collections.abc import Callable
from typing import Any

import pytest

import windtunnel.criteria
from windtunnel.cli import main
from windtunnel.criteria.tolerances import Tolerances
from windtunnel.errors import ConfigurationError
from windtunnel.number_bounds import COUNT, SECONDS, SECONDS_OR_EVER, SHARE, Bound, check_arguments

CRITERIA: list[Callable[..., Any]] = [
    getattr(windtunnel.criteria, name)
    for name in windtunnel.criteria.__all__
    if inspect.isfunction(getattr(windtunnel.criteria, name))
]
NUMBERS = [
    (criterion, name)
    for criterion in CRITERIA
    for name, hint in typing.get_type_hints(inspect.unwrap(criterion)).items()
    if name != "return"
    and typing.get_origin(hint) in {None, types.UnionType}
    and any(each in (int, float) for each in (hint, *typing.get_args(hint)))
]
NONE = [math.nan, -math.inf, -1, -1e300, "3", [1], True, 10**400]


def test_the_criteria_have_numbers() -> None:
    assert len(NUMBERS) >= 10


@pytest.mark.parametrize(
    ("criterion", "name"), NUMBERS, ids=[f"{c.__name__}-{n}" for c, n in NUMBERS]
)
@pytest.mark.parametrize("value", NONE, ids=repr)
def test_every_number_of_every_criterion_is_checked(
    criterion: Callable[..., Any], name: str, value: object
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        check_arguments(criterion, {name: value}, f"{criterion.__name__}: ")
    message = str(refused.value)
    assert message.startswith(f"{criterion.__name__}: {name}=")
    assert "expected" in message


def test_the_sizes_of_looks_are_counts() -> None:
    with pytest.raises(ConfigurationError, match=r"looks: sizes=0: expected a whole number"):
        windtunnel.criteria.looks(lambda size, confidence: None, [400, 0])  # type: ignore[arg-type,return-value]  # not called


def test_a_criterion_checks_its_own_call() -> None:
    with pytest.raises(ConfigurationError, match=r"all_answered: within=nan: expected a finite"):
        windtunnel.criteria.all_answered(None, within=math.nan)  # type: ignore[arg-type]  # not read


@pytest.mark.parametrize(
    ("bound", "value", "admitted"),
    [
        (SECONDS, 0.5, True),
        (SECONDS, math.inf, False),
        (SECONDS_OR_EVER, math.inf, True),
        (COUNT, 3, True),
        (COUNT, 3.0, False),
        (SHARE, 0.05, True),
        (SHARE, 1, False),
    ],
)
def test_what_a_bound_admits(bound: Bound, value: float, *, admitted: bool) -> None:
    assert bound.admits(value) is admitted


@pytest.mark.parametrize("value", [math.nan, math.inf, 0.0, -0.1])
def test_a_tolerance_is_a_number_above_zero(value: float) -> None:
    with pytest.raises(ConfigurationError, match=r"tolerance p99=.*expected a finite number"):
        Tolerances(p99=value)
    with pytest.raises(ConfigurationError, match=r"tolerance 'p99=.*expected a finite number"):
        Tolerances.parse((f"p99={value}",))


@pytest.mark.parametrize(
    "command",
    [
        ("compare", "HEAD", "--budget=nan"),
        ("compare", "HEAD", "--budget=inf"),
        ("breaking-point", "Latency", "catalog", "--expect=nan"),
        ("breaker", "--window=nan"),
        ("breaker", "--backoff=inf"),
        ("up", "--load=nan"),
        ("inject", "Latency", "catalog", "--lease=nan"),
    ],
    ids=" ".join,
)
def test_an_option_takes_finite_numbers_alone(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 2
    message = capsys.readouterr().err
    assert "nan" in message or "inf" in message
    assert "Traceback" not in message
