"""The public surface: what is listed here stays, and nothing else is promised."""

import inspect
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import windtunnel
import windtunnel_faults
from tests import public_signatures
from windtunnel import errors, plugin
from windtunnel.plugin import short_fixtures
from windtunnel.plugin.marker_words import WORDS
from windtunnel.reports import report_registry

FAULTS = """
    Bandwidth Capability ConnectBlackHole ConnectDelay ConnectRefused ConnectStale
    ConnectionReset DataLimit Disabled Disconnect Fault Form HttpAbort HttpCorrupt HttpDelay
    HttpDrip HttpLostAnswer HttpStatus HttpTruncate Kill Latency Outage Pause ProcessAction
    Processing Restart SlowClose Stop Timeout TlsAbort TlsAlert TlsCertificate TlsDelay Toxic
    Toxics
"""
CONCRETE = " ".join(
    name
    for name in FAULTS.split()
    if name not in {"Capability", "Disabled", "Fault", "Form", "Processing", "ProcessAction"}
    and name not in {"Toxic", "Toxics"}
)
CRITERIA = """
    Category Finding Moment Ruling Verdict all_answered at_most_once breaker_closes
    breaker_half_opens breaker_opens calls_per_request error_rate eventually fails_cleanly
    fallbacks_served fault_touched looks mean_response none_doubled
    none_lost opens_no_connection
    pooling_gain touches_nothing
"""
WINDTUNNEL = f"""
    AsyncStack BreakerConformance Edge Injection Judge LoadRun Paired Request Run Stack Target
    __version__
    {CRITERIA}
    {CONCRETE}
"""
FIXTURES = "async_stack breaker_conformance judge paired stack"
OWN_FIXTURES = ("windtunnel_configuration", "windtunnel_session")
"""Those without a short name."""
ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("module", "listed"),
    [("windtunnel.faults", FAULTS), ("windtunnel.criteria", CRITERIA), ("windtunnel", WINDTUNNEL)],
)
def test_what_a_package_exports_is_what_is_listed(module: str, listed: str) -> None:
    exported = import_module(module).__all__
    assert sorted(exported) == sorted(listed.split())
    assert all(getattr(import_module(module), name) is not None for name in exported)


def test_every_error_there_is_is_public() -> None:
    defined = {name for name, each in vars(errors).items() if inspect.isclass(each)}
    assert defined - {"Iterable", "StrEnum"} == set(errors.__all__)


def test_every_public_signature_is_the_one_that_was_meant() -> None:
    """A name is added, changed or removed by a commit that changes the listing too."""
    meant = public_signatures.LISTING.read_text(encoding="utf-8")
    assert public_signatures.listing() == meant, (
        "where that is meant: .venv/bin/python -m tests.public_signatures, CHANGELOG.md"
    )


def test_the_fixtures_and_markers_are_those_that_are_listed() -> None:
    fixtures = [name for name in plugin.__all__ if not name.startswith("pytest_")]
    prefixed = [f"windtunnel_{name}" for name in FIXTURES.split()]
    assert sorted(fixtures) == sorted([*prefixed, *OWN_FIXTURES])
    assert sorted(short_fixtures.FIXTURES) == FIXTURES.split()
    assert sorted(WORDS) == ["criterion", "fault", "matrix", "needs", "target"]


def test_the_reports_are_those_that_are_listed() -> None:
    assert sorted(report_registry.FILES) == ["github-summary", "html", "json", "openmetrics"]


def test_every_option_begins_with_the_plugins_name(pytestconfig: pytest.Config) -> None:
    plugins = {entry.value for entry in entry_points(group="pytest11")}
    assert "windtunnel.plugin" in plugins
    options = [name for name in vars(pytestconfig.option) if "windtunnel" in name]
    assert sorted(options) == [
        f"windtunnel_{name}"
        for name in (
            "backend",
            "base",
            "build",
            "config",
            "html",
            "inconclusive",
            "json",
            "min_score",
            "report",
            "report_only",
            "seed",
            "setting",
        )
    ]


def test_an_unknown_name_of_the_package_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Stak'"):
        _ = windtunnel.Stak  # type: ignore[attr-defined]  # that is the point


@pytest.mark.parametrize("package", [windtunnel_faults, windtunnel])
def test_the_packages_say_that_they_are_typed(package: object) -> None:
    assert Path(str(vars(package)["__file__"])).with_name("py.typed").is_file()
