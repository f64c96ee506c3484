"""Known answers: the sound breaker fails nothing, each flaw the property that names it."""

from collections.abc import Collection
from dataclasses import replace

import pytest
from _pytest.mark import ParameterSet

from tests.conformance.libraries import LIBRARIES, WALL, Library
from tests.conformance.stand import SETTINGS, Stand
from windtunnel.conformance.claims import Claims
from windtunnel.conformance.conformance_report import ConformanceReport
from windtunnel.conformance.failures import FAILURES
from windtunnel.conformance.rendering import table
from windtunnel.conformance.runner import choose
from windtunnel.criteria import Ruling

CLAIMS = Claims(
    threshold=int(SETTINGS["THRESHOLD"]),
    recovery=SETTINGS["RECOVERY"],
    probes=int(SETTINGS["PROBES"]),
    window=SETTINGS["WINDOW"],
    workers=1,
)
MUTANTS = {
    "admits_all_probes": {"half-open-probes"},
    "cancelled_callers_counted": {"cancelled-callers-do-not-count"},
    "client_error_keeps_its_place": {"client-errors-free-their-probe"},
    "client_errors_counted": {"client-errors-do-not-count"},
    "counts_turns": {"opens-under-concurrency"},
    "cut_probe_keeps_its_place": {"reopens-under-concurrency"},
    "drops_calls_in_flight": {"calls-in-flight-survive"},
    "failed_probe_ignored": {"failed-probe-reopens", "reopens-under-concurrency"},
    "late_failure_counted": {"late-failures-are-void"},
    "late_success_closes": {"late-successes-are-void"},
    "leaks_in_crowds": {"silent-while-open"},
    # What never closes cannot close after a cancelled probe either.
    "never_closes": {
        "good-probes-close",
        "cancelled-callers-leak-nothing",
        "client-errors-free-their-probe",
        "failed-probe-reopens",
        "half-open-probes",
        "reopens-under-concurrency",
    },
    "off_by_one": {"opens"},
    "opens_at_first": {"opens"},
    "probe_leak": {"cancelled-callers-leak-nothing"},
    "recovers_late": {"recovery-time"},
    "retries_once": {"no-hidden-retries"},
    "retries_server_errors": {"no-hidden-retries"},
    "serves_one_by_one": {"good-probes-close"},
    "shared_state": {"others-left-alone"},
    "slow_rejection": {"open-answer-is-fast"},
    "success_ignored": {"success-resets-count"},
    "timeouts_at_once_count_once": {"opens-under-concurrency"},
    "timeouts_ignored": {"slow-calls-count"},
    "timeout_keeps_its_place": {"failed-probe-reopens", "reopens-under-concurrency"},
    "wall_clock": {"wall-clock-plays-no-part"},
    "window_ignored": {"old-failures-expire"},
}
"""Each flawed breaker, and all the properties that it must fail."""
KINDS = {
    "retries_server_errors": "http-503",
    "timeout_keeps_its_place": "timeout",
    "timeouts_at_once_count_once": "timeout",
}
"""The kind of failure that shows a flaw, where any other does not."""


def failed(report: ConformanceReport) -> set[str]:
    return {result.name for result in report.ruled(Ruling.FAIL)}


def skip_without_clock(report: ConformanceReport, expected: Collection[str]) -> None:
    """Skip what needs libfaketime where it is not installed."""
    if WALL in expected and "libfaketime" in report[WALL].needs:
        pytest.skip(report[WALL].needs)


def shown(report: ConformanceReport) -> str:
    return "\n".join(
        line
        for result in report.results
        if result.verdict.ruling is not Ruling.PASS
        for line in (f"{result.verdict.ruling} {result.title}", *table.details(result))
    )


WHOLE = [
    *("late_failure_counted", "off_by_one", "probe_leak"),
    *("shared_state", "wall_clock", "window_ignored"),
]
"""Those that run through the whole suite, so that a property that fails besides is noticed."""


def slow_but(quick: str, names: Collection[str]) -> list[ParameterSet]:
    """Return them, each marked slow but one: with it the path is gone once."""
    return [
        pytest.param(name, marks=() if name == quick else pytest.mark.slow)
        for name in sorted(names)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("flaw", WHOLE)
def test_a_flaw_fails_exactly_the_property_that_names_it(stand: Stand, flaw: str) -> None:
    order = choose(failures=["reset"])
    report = stand.conform(f"mutants.{flaw}", order, claims=CLAIMS)
    skip_without_clock(report, MUTANTS[flaw])
    assert failed(report) == MUTANTS[flaw], shown(report)


@pytest.mark.parametrize("flaw", slow_but("opens_at_first", MUTANTS.keys() - set(WHOLE)))
def test_a_flaw_fails_the_property_that_names_it(stand: Stand, flaw: str) -> None:
    order = choose(only=MUTANTS[flaw], failures=[KINDS.get(flaw, "reset")])
    report = stand.conform(f"mutants.{flaw}", order, claims=CLAIMS)
    assert failed(report) == MUTANTS[flaw], shown(report)


@pytest.mark.slow
def test_late_failures_do_not_prolong_an_open_time_that_outlasts_them(stand: Stand) -> None:
    """As in production, where calls are given up long before the breaker tries again."""
    settings = {**SETTINGS, "RECOVERY": 1.0, "CALL_TIMEOUT": 0.4}
    order = choose(only=["late-failures-are-void"])
    claims = replace(CLAIMS, recovery=1.0)
    for module, ruling in (
        ("services.with_target", Ruling.PASS),
        ("mutants.prolonged_by_late_failures", Ruling.FAIL),
    ):
        report = stand.conform(module, order, claims=claims, settings=settings)
        assert report["late-failures-are-void"].ruling is ruling, shown(report)


def test_calls_in_flight_are_slower_than_no_time_out(stand: Stand) -> None:
    settings = {**SETTINGS, "CALL_TIMEOUT": 0.3}
    order = choose(only=["calls-in-flight-survive"])
    report = stand.conform("services.with_target", order, claims=CLAIMS, settings=settings)
    assert report["calls-in-flight-survive"].ruling is Ruling.PASS, shown(report)


@pytest.mark.slow
@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.name)
def test_a_library_fails_what_it_is_known_to_fail_and_nothing_else(
    stand: Stand, library: Library
) -> None:
    report = stand.conform(
        library.module,
        choose(failures=["reset"]),
        claims=library.claims,
        settings=library.settings,
    )
    skip_without_clock(report, library.deviations)
    found = failed(report)
    for _ in range(2):
        # What a busy machine left open gets another try; what failed stays failed.
        missing = library.deviations - found
        if not missing:
            break
        again = choose(only=sorted(missing), failures=["reset"])
        report = stand.conform(
            library.module, again, claims=library.claims, settings=library.settings
        )
        found |= failed(report)
    assert found == library.deviations, shown(report)


@pytest.mark.slow
def test_the_sound_breaker_opens_at_every_kind_of_failure(stand: Stand) -> None:
    report = stand.conform("services.with_target", choose(only=["opens"]), claims=CLAIMS)
    assert {result.failure for result in report.ruled(Ruling.PASS)} == set(FAILURES), shown(report)


def test_an_unknown_recovery_time_is_measured(stand: Stand) -> None:
    report = stand.conform(
        "services.with_target",
        choose(only=["recovery-time", "half-open-probes"], failures=["reset"]),
        claims=Claims(),
    )
    measured = report.observed.recovery
    assert measured is not None
    assert measured.least <= SETTINGS["RECOVERY"] <= measured.most
    assert report.ruling is Ruling.PASS, shown(report)
    assert report.observed.failures == SETTINGS["THRESHOLD"]


def test_what_cannot_be_tested_says_what_it_needs(stand: Stand) -> None:
    report = stand.conform(
        "services.with_target",
        choose(only=["old-failures-expire"]),
        claims=Claims(recovery=SETTINGS["RECOVERY"], window=3600),
    )
    assert report.ruling is Ruling.INCONCLUSIVE
    assert "--deadline 39" in report["old-failures-expire"].needs
