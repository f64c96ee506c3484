"""A service whose fallback carries no mark gets the verdicts that its wire shows, by the command.

Every request is answered with 200 and a body like the dependency's, whether it was asked or not.
"""

import json
from pathlib import Path

import pytest

from tests.conformance.stand import SETTINGS
from windtunnel.cli import main

ROOT = Path(__file__).parents[2]
SERVICE = f"""
directory = "{ROOT}"
command = [
  "{{python}}", "-m", "tests.conformance.services", "--host", "{{host}}", "--port={{port}}"
]
endpoints = ["/first", "/second"]

[dependencies.first]
protocol = "http"
command = [
  "{{python}}", "-m", "windtunnel_sample.catalog", "--host", "{{host}}", "--port", "{{port}}"
]
environment = {{ FIRST_URL = "http://{{address}}" }}
endpoint = "/first"

[dependencies.second]
protocol = "http"
command = [
  "{{python}}", "-m", "windtunnel_sample.catalog", "--host", "{{host}}", "--port", "{{port}}"
]
environment = {{ SECOND_URL = "http://{{address}}" }}
endpoint = "/second"
"""
CLAIMED = ("--threshold", "3", "--recovery", "0.4", "--probes", "2", "--workers", "1")
KINDS = ("--failures", "reset", "--failures", "http-500")
CLOCK = ("--without", "wall-clock-plays-no-part")


def rulings(folder: Path, module: str, *options: str) -> dict[str, str]:
    """Return what the command writes of a module's breaker, by property and kind of failure."""
    configuration, report = folder / "windtunnel.toml", folder / "report.json"
    configuration.write_text(SERVICE)
    environment = {**SETTINGS, "UNMARKED": 1, "BREAKER": f"tests.conformance.{module}"}
    variables = [part for name in environment for part in ("--env", f"{name}={environment[name]}")]
    chosen = ["breaker", "--backend", "embedded", "--config", str(configuration), "--json"]
    main([*chosen, str(report), *variables, *CLAIMED, *KINDS, *CLOCK, *options])
    found = json.loads(report.read_text())["results"]
    return {
        f"{each['name']} {each['failure']}".strip(): each["verdict"]["ruling"] for each in found
    }


@pytest.mark.timeout(180)
def test_a_sound_breaker_fails_nothing(tmp_path: Path) -> None:
    found = rulings(tmp_path, "services.with_target")
    assert "FAIL" not in found.values(), found
    undecided = {name for name, ruling in found.items() if ruling == "INCONCLUSIVE"}
    # No window is claimed.
    assert undecided == {"counts-as-claimed", "old-failures-expire"}, found


@pytest.mark.parametrize(
    ("flaw", "fails"),
    [
        ("never_closes", "good-probes-close"),
        ("probe_leak", "cancelled-callers-leak-nothing"),
        ("late_failure_counted", "late-failures-are-void"),
    ],
)
def test_a_flaw_fails_the_property_that_names_it(tmp_path: Path, flaw: str, fails: str) -> None:
    assert rulings(tmp_path, f"mutants.{flaw}", "--only", fails) == {fails: "FAIL"}
