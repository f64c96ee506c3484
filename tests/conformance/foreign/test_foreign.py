"""Each breaker of another ecosystem fails what it is known to fail, and nothing else."""

import pytest

from tests.conformance.foreign.building import missing
from tests.conformance.foreign.running import run
from tests.conformance.foreign.services import SERVICES, ForeignService

pytestmark = pytest.mark.slow

PROVED = (
    *("opens", "counts-as-claimed", "recovery-time", "half-open-probes"),
    *("failed-probe-reopens", "reopens-under-concurrency", "good-probes-close"),
    "wall-clock-plays-no-part",
)
LEAST = 2
"""Of these that each must PASS, on a busy machine too."""


@pytest.mark.timeout(900)
@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_foreign_breaker_is_judged_by_its_documentation(service: ForeignService) -> None:
    lacking = missing(service)
    if lacking:
        pytest.skip(f"{', '.join(lacking)} was not found")
    # A part of it, by one kind of failure: the table is made with all of them.
    chosen = [f"--only={each}" for each in PROVED]
    made = run(service, options=["--failures=http-503", "--jobs=2", *chosen])
    wrong = {
        title: made.statements[title]
        for title, ruling in made.rulings.items()
        if ruling == "FAIL" and title.partition(" (")[0] not in service.deviations
    }
    assert not wrong
    assert sum(ruling == "PASS" for ruling in made.rulings.values()) >= LEAST
