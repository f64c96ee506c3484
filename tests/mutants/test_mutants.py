"""Known answers: for each criterion a flawed target that it must FAIL.

Each runs the gate's own scenarios, in a session of its own, against the mutant. A mutant that
passes is a bug of the harness. That the unflawed target passes them is what the gate itself shows.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GATE = ROOT / "tests" / "scenarios"
LOOKS = 3
"""How often a mutant is tried whose verdict stays open, as on a machine that others keep busy."""


@dataclass(frozen=True)
class Mutant:
    """A flawed target, the scenarios that must notice, and the criterion that must say so."""

    name: str
    scenarios: str
    criterion: str
    subject: str


MUTANTS = [
    Mutant(
        "threshold_five", "within_three and catalog", "breaker opens within 3 failures", "catalog"
    ),
    Mutant("lying_breaker", "within_three and redis", "breaker opens within 3 failures", "redis"),
    Mutant("no_breaker", "within_three and catalog", "breaker opens within 3 failures", "catalog"),
    Mutant(
        "half_open_admits_all", "half_open and catalog", "half-open admits at most 2", "catalog"
    ),
    Mutant("reuse_off", "metro", "pooling gain", "catalog, metro"),
    Mutant("slow_responses", "one_caller", "mean response", "4 endpoints"),
    Mutant("six_percent_errors", "32_callers", "error rate", "/api/workflows"),
    Mutant("metrics_missing", "32_callers", "error rate", "/api/metrics"),
    Mutant("healthz_asks_redis", "healthz", "touches no dependency", "/healthz"),
    Mutant("hidden_retries", "within_three and redis", "breaker opens within 3 failures", "redis"),
    Mutant(
        "cache_without_single_flight",
        "hundred_callers",
        "calls per request",
        "/api/agents at catalog",
    ),
    Mutant(
        "lookups_one_by_one",
        "look_ups",
        "calls per request",
        "/api/agents?ids=agent-1,agent-2,agent-3,agent-4,agent-5 at catalog",
    ),
    Mutant("cold_start", "first_request", "opens no connection", "catalog"),
    Mutant("endless_wait", "paused", "all answered in time", "2 endpoints"),
]


def gate(tmp_path: Path, module: str, scenarios: str) -> list[Mapping[str, str]]:
    """Run some of the gate's scenarios on a target, and return the verdicts."""
    configuration = tmp_path / "windtunnel.toml"
    configuration.write_text(
        f"""
        directory = "{ROOT}"
        command = ["{{python}}", "-m", "{module}", "--host", "{{host}}", "--port", "{{port}}"]
        endpoints = ["/api/agents", "/api/workflows", "/api/metrics", "/api/health"]

        [dependencies.catalog]
        protocol = "http"
        command = ["{{python}}", "-m", "windtunnel_sample.catalog", "--port", "{{port}}"]
        environment = {{CATALOG_URL = "http://{{address}}"}}
        endpoint = "/api/agents"

        [dependencies.redis]
        protocol = "redis"
        environment = {{REDIS_URL = "redis://{{address}}/0"}}
        endpoint = "/api/workflows"
        """
    )
    report = tmp_path / "report.json"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            str(GATE),
            "-k",
            scenarios,
            "-m",
            "not slow",
            "-p",
            "no:randomly",
            "--windtunnel-backend=embedded",
            f"--windtunnel-config={configuration}",
            f"--windtunnel-json={report}",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert report.exists(), f"the gate wrote no report:\n{done.stdout}\n{done.stderr}"
    verdicts = [each["verdict"] for each in json.loads(report.read_text())["verdicts"]]
    wrong = any(verdict["ruling"] != "PASS" for verdict in verdicts)
    assert done.returncode == (1 if wrong else 0), f"{done.stdout}\n{done.stderr}"
    return verdicts


@pytest.mark.parametrize(
    "mutant",
    [
        # One goes the whole path quickly.
        pytest.param(each, id=each.name, marks=() if each is MUTANTS[2] else pytest.mark.slow)
        for each in MUTANTS
    ],
)
def test_a_mutant_fails_the_criterion_that_it_violates(tmp_path: Path, mutant: Mutant) -> None:
    for _ in range(LOOKS):
        verdicts = gate(tmp_path, f"tests.mutants.{mutant.name}", mutant.scenarios)
        of_criterion = [
            verdict
            for verdict in verdicts
            if (verdict["criterion"], verdict["subject"]) == (mutant.criterion, mutant.subject)
        ]
        assert of_criterion, f"{mutant.criterion} of {mutant.subject} was never judged: {verdicts}"
        rulings = {verdict["ruling"] for verdict in of_criterion}
        if "FAIL" in rulings:
            return
        assert "INCONCLUSIVE" in rulings, of_criterion
    pytest.fail(f"after {LOOKS} looks it is still open: {of_criterion}")
