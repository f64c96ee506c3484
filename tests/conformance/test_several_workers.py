"""Several workers, each with a breaker of its own, whose number is claimed."""

from pathlib import Path

import pytest

from tests.conformance.commanded import rulings

pytestmark = pytest.mark.slow

CROWDS = (
    "opens-under-concurrency",
    "silent-while-open",
    "half-open-probes",
    "reopens-under-concurrency",
    "workers",
)


@pytest.mark.timeout(120)
def test_a_sound_breaker_of_each_of_several_workers_is_judged(tmp_path: Path) -> None:
    """What sends crowds meets them all, and has to open them all first."""
    only = [part for name in CROWDS for part in ("--only", name)]
    options = ("--workers", "2", "--failures", "reset", *only)
    settings = {"WORKERS": 2, "RECOVERY": 1.0}
    found = rulings(tmp_path, "services.with_target", settings, *options)
    assert set(found.values()) == {"PASS"}, found
