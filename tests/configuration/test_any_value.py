"""Any value in any place ends in success or in one message, in time: settings, faults, markers.

The places come from the settings' models and from signatures, so that a new one is tried too.
"""

import inspect
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

import windtunnel_faults
from tests.configuration.mutations import GOOD, toml
from windtunnel import criteria, fault_kinds
from windtunnel.breaking_point.search import Search
from windtunnel.configuration import load, overrides
from windtunnel.configuration.resolution import parse
from windtunnel.conformance.claims import Claims
from windtunnel.conformance.library_profiles import claims_like
from windtunnel.criteria import Verdict, objective
from windtunnel.errors import ConfigurationError
from windtunnel.fault_kinds import build
from windtunnel.limited_toml import read_toml
from windtunnel.load import arrivals, mix_file
from windtunnel.load.destination import locate
from windtunnel.load.mix import Mix
from windtunnel.paired import fault_text
from windtunnel.plugin import criterion_marker
from windtunnel.plugin.criterion_marker import OF_RUNS, criterion
from windtunnel.records import Run
from windtunnel.requests.request_value import Request

SECONDS = 4.0
"""Of processor time: 2 s on a core of its own, of which others may take half."""
LONGEST = 2000
"""Characters of a message."""

TEXTS = (
    *("", " ", "a\0b", "\ud800", "\N{SNOWMAN}" * 300, "a" * 10_000, "/", "/a b", "/\xe4"),
    *(
        "a..b:1",
        f"{'a' * 64}.b:1",
        f"{'a.' * 200}b:1",
        "[::1]:1",
        "a:99999",
        "{",
        "{port",
        "a\n\x1b",
    ),
)
VALUES: tuple[Any, ...] = (
    *(None, True, 0, -1, 2**63, 10**400, 16**4300, 0.0, -1.5, 1e20, 1e308, float("nan")),
    *(float("inf"), [], {}, [[]], [None], {"a": 1}, {"": {}}, [5, "a"], "5", b"bytes", *TEXTS),
)


def refused(try_it: Callable[[], object], *expected: type[Exception]) -> str:
    """Return how something is refused, if it is; any other exception is the test's failure."""
    begun = time.process_time()
    message = ""
    try:
        try_it()
    except expected as error:
        message = str(error)
        assert message
    assert len(message) < LONGEST
    assert time.process_time() - begun < SECONDS
    return message


# Settings.

Place = tuple[Any, ...]


def places(table: Any, place: Place = ()) -> Iterator[Place]:  # noqa: ANN401 - TOML
    """Yield each place in a table."""
    for key, inner in table.items() if isinstance(table, dict) else enumerate(table):
        yield (*place, key)
        if isinstance(inner, dict | list):
            yield from places(inner, (*place, key))


def replaced(table: Any, place: Place, value: object) -> Any:  # noqa: ANN401 - TOML
    """Return a copy with another value in one place."""
    if not place:
        return value
    key, *rest = place
    copied = dict(table) if isinstance(table, dict) else list(table)
    inside = copied[key] if isinstance(copied, list) or key in copied else {}
    copied[key] = replaced(inside if isinstance(inside, dict | list) else {}, tuple(rest), value)
    return copied


OPTIONAL = (place for place, _ in overrides.settings(GOOD))
PLACES = sorted({*places(GOOD), *OPTIONAL}, key=str)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
def test_any_value_of_a_setting(place: Place) -> None:
    tables = [replaced(GOOD, place, value) for value in VALUES]
    if isinstance(place[-1], str):
        tables += [replaced(GOOD, (*place[:-1], text), "x") for text in TEXTS]
    for table in tables:
        refused(partial(parse, table, "windtunnel.toml"), ConfigurationError)


@pytest.mark.parametrize("text", TEXTS)
def test_any_text_of_a_variable(text: str) -> None:
    for place, kind in overrides.settings(GOOD):
        table = replaced(GOOD, place, overrides.typed(text, kind))
        refused(partial(parse, table, "windtunnel.toml"), ConfigurationError)


FILES = {
    "arrays 1,000 deep": "x = " + "[" * 1000 + "]" * 1000,
    "tables 1,000 deep": "x = " + "{a = " * 1000 + "1" + "}" * 1000,
    "10,000 deep": "x = " + "[" * 10_000,
    "a key of 5,000 parts": "a." * 5000 + "b = 1",
    "a key of 700,000 parts": "a." * 700_000 + "b = 1",
    "a quoted one of 250,000": '"a". ' * 250_000 + "b = 1",
    "one after strings": "a = \"'''.\"\nb = '\"\"\"'\n" + "c." * 700_000 + "d = 1",
    "a table of 5,000 parts": f"[{'.'.join('a' * 5000)}]",
    "5,000 digits": f"port = {'1' * 5000}",
    "5,000 hexadecimal digits": f"port = 0x{'f' * 5000}",
    "50,000 unknown keys": "".join(f"key{number} = 1\n" for number in range(50_000)),
    "an array of 20,000 lines": "x = [\n" + "[],\n" * 20_000 + "]",
    "5,000 tables of an array": "[[x]]\n" * 5000,
    "zeros": "\0" * 1000,
    "no text": "\udcff",
}


@pytest.mark.parametrize("name", FILES)
def test_any_file_of_settings_or_requests(name: str, tmp_path: Path) -> None:
    file = tmp_path / "windtunnel.toml"
    file.write_bytes(FILES[name].encode(errors="surrogateescape"))
    assert refused(partial(load, tmp_path, file), ConfigurationError).startswith(f"{file}:")
    assert refused(partial(mix_file.read, file), ConfigurationError).startswith(f"{file}:")


@pytest.mark.parametrize("quote", ["'", '"', "'''", '"""', "1 # "])
def test_dots_that_are_in_no_key_are_no_depth(quote: str, tmp_path: Path) -> None:
    file = tmp_path / "some.toml"
    end = "" if "#" in quote else quote
    file.write_text(f"a = {quote}{'a.' * 100}{end}\nb.c.d = 1\n")
    _, table = read_toml(file)
    assert table["b"] == {"c": {"d": 1}}


def test_ten_of_many_mistakes_are_shown_and_all_counted(tmp_path: Path) -> None:
    file = tmp_path / "windtunnel.toml"
    file.write_text("".join(f"k{number} = 1\n" for number in range(100)))
    lines = refused(partial(load, tmp_path, file), ConfigurationError).splitlines()
    assert len(lines) <= 11
    # What is missing shows once these are right.
    assert lines[-1] == f"and {100 - (len(lines) - 1)} more mistakes"


@pytest.mark.parametrize("tool", ["tool = 5", "[tool]\nwindtunnel = 5", "[[tool]]\nwindtunnel = 5"])
def test_a_table_of_another_kind_in_a_project(tool: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(tool)
    message = refused(partial(load, tmp_path), ConfigurationError)
    assert "expected a table, found 5" in message or "[tool.windtunnel]" in message


def test_a_device_that_never_ends() -> None:
    assert "it has over" in refused(partial(load, Path(), Path("/dev/zero")), ConfigurationError)
    assert "it has over" in refused(partial(mix_file.read, Path("/dev/zero")), ConfigurationError)


def test_a_byte_order_mark_before_a_file(tmp_path: Path) -> None:
    """Editors on Windows write one."""
    file, rows = tmp_path / "windtunnel.toml", tmp_path / "rows.csv"
    file.write_text(toml(GOOD), encoding="utf-8-sig")
    load(tmp_path, file)
    rows.write_text("id\n7\n", encoding="utf-8-sig")
    mix = tmp_path / "mix.toml"
    mix.write_text('[[request]]\npath = "/{id}"\ndata = "rows.csv"\n', encoding="utf-8-sig")
    [request] = mix_file.read(mix).requests
    assert request.data == ({"id": "7"},)


# Faults.


@pytest.mark.parametrize("name", sorted(fault_kinds.kinds()))
def test_any_value_of_a_faults_parameter(name: str) -> None:
    kind = getattr(windtunnel_faults, name)
    known = fault_kinds.find(name).parameters
    usual = {each.name: 1 for each in known if each.default is None}
    for parameter in ("dependency", *(each.name for each in known)):
        for number, value in enumerate(VALUES):
            given = {"dependency": "catalog", **usual, parameter: value}

            def made(given: dict[str, Any] = given) -> None:
                # What is made can be sent: in UTF-8, in Toxiproxy's integers.
                msgspec.json.encode(kind(**given).form)

            refused(made, ValueError, TypeError)
            dependency = given.pop("dependency")
            if isinstance(dependency, str) and number % 4 == 0:
                refused(partial(build, name, dependency, given), ConfigurationError)


# Criteria.


@pytest.mark.parametrize("name", OF_RUNS)
def test_any_value_of_a_criterions_argument(name: str) -> None:
    for parameter in inspect.signature(getattr(criteria, name)).parameters:
        for value in VALUES:
            mark = pytest.mark.criterion(name, **{parameter: value}).mark
            refused(partial(criterion, mark), ConfigurationError)
    for value in VALUES:
        refused(partial(criterion, pytest.mark.criterion(value).mark), ConfigurationError)


def test_an_endpoint_that_is_no_text_is_refused() -> None:
    mark = pytest.mark.criterion("error_rate", endpoint=5).mark
    assert "endpoint=5: expected a text" in refused(partial(criterion, mark), ConfigurationError)


def test_a_criterion_of_others_takes_any_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def judged(run: Run, note: str) -> Verdict:
        raise AssertionError((run, note))

    monkeypatch.setattr(criterion_marker, "_function", lambda name, text: judged)

    def given(value: object) -> str:
        return refused(
            partial(criterion, pytest.mark.criterion("theirs", note=value).mark), ConfigurationError
        )

    assert not given("two\nlines\tand \x1b[1m")
    for value in (5, "\ud800", "a\0b"):
        assert "expected a text" in given(value)


# Other values that a scenario or an option hands over.


def _claims(name: str, value: Any) -> Claims:  # noqa: ANN401 - that is what is tried
    return Claims(**{name: value})


NUMBERS = tuple(each for each in VALUES if isinstance(each, int | float))
SPELT = (*TEXTS, "nan", "0", "-1", "1e400", "9" * 5000, "ramp:0-0", "p99<nanms", "p99<0s", "x" * 99)


@pytest.mark.parametrize(
    "take",
    [
        objective.parse,
        lambda text: arrivals.parse(text, 10.0),
        lambda text: Request(path=text),
        lambda text: Request(path="/", method=text),
        lambda text: Request(path="/", headers={text: "x"}),
        lambda text: Request(path="/", headers={"x": text}),
        lambda text: Mix((Request(path="/", body=text),)).order("x", 1),
        lambda text: fault_text.parse(f"latency catalog seconds={text}"),
        fault_text.parse,
        lambda text: build(text, "catalog", {}),
        lambda text: build("latency", "catalog", {"seconds": text}),
        claims_like,
        locate,
    ],
)
def test_any_text_that_is_read(take: Callable[[str], object]) -> None:
    for text in SPELT:
        refused(partial(take, text), ConfigurationError)


@pytest.mark.parametrize(
    "take",
    [
        lambda number: arrivals.constant(number, 10.0),
        lambda number: arrivals.constant(10.0, number),
        lambda number: Request(path="/", weight=number),
        lambda number: Request(path="/", timeout=number),
        lambda number: Request(path="/", expect=(number,)),
        lambda number: Search(number, 1.0),
        lambda number: Search(0.1, number),
        lambda number: Search(0.1, 1.0, resolution=number),
        *(partial(_claims, name) for name in ("threshold", "window", "recovery", "backoff")),
    ],
)
def test_any_number_that_is_read(take: Callable[[Any], object]) -> None:
    for number in NUMBERS:
        refused(partial(take, number), ConfigurationError)
