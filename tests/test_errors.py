"""Messages about what was given: whatever a user's value does, there is one."""

import pytest

from tests.criteria.recorded import evidence, responses, run
from windtunnel import calls_per_request
from windtunnel.errors import ConfigurationError, shown
from windtunnel.records import Rows


class Unwritten:
    def __repr__(self) -> str:
        raise LookupError("its session is closed")


def test_no_value_makes_a_message_fail() -> None:
    assert shown(Unwritten()) == "a Unwritten whose repr raises LookupError"
    assert shown(10**100_000) == "a number of thousands of digits"


def test_an_unknown_dependency_of_a_run_is_named_with_what_is_meant() -> None:
    made = run(responses(5), evidence())
    for name in ("catalgo", "catalgo@web"):
        with pytest.raises(ConfigurationError, match=r"catalgo.*did you mean 'catalog'"):
            calls_per_request(made, name, at_most=1)
    with pytest.raises(ConfigurationError, match="did you mean 'catalog'"):
        made.at("catalgo")


def test_an_unknown_column_is_named_with_what_is_meant() -> None:
    rows = Rows(dependency="db", query="", began=0.0, ended=1.0, columns=("number",), rows=())
    with pytest.raises(ConfigurationError, match="no column 'numbr'; did you mean 'number'"):
        rows.column("numbr")
