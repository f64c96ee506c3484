"""A few of the malformed inputs; `python -m tests.soak.malformed --runs 5000` gives many."""

from collections.abc import Iterator

import pytest

from tests.soak import malformed
from tests.soak.surface import Here, Surface, Wrong


@pytest.fixture(scope="module")
def here() -> Iterator[Here]:
    with malformed.place() as found:
        yield found


# A name that is not ASCII is told on standard error, by CPython, before it is refused.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("number", range(1, 101))
def test_a_malformed_input_ends_in_one_message(here: Here, number: int) -> None:
    assert malformed.tried(here, 1, number).failure == ""


@pytest.mark.parametrize("harm", ["raise", "crash", "long", "usual"])
def test_what_goes_wrong_is_found(here: Here, harm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def take(here: Here, given: object) -> str:
        match harm, given:
            case "raise", "odd":
                raise Wrong("found")
            case "crash", "odd":
                raise KeyError("found")
            case "long", "odd":
                return "found" * 1000
            case "usual", "usual":
                return "found"
        return ""

    surface = Surface(lambda number: "odd", take, "usual")
    monkeypatch.setattr(malformed, "SURFACES", {"one": surface})
    assert malformed.tried(here, 1, 1).failure
