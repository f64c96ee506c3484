"""Runs `windtunnel breaker` on the tiny service, each target a process of its own."""

import json
from collections.abc import Mapping
from pathlib import Path

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
CLAIMED = ("--threshold", "3", "--probes", "2")


def rulings(
    folder: Path, module: str, settings: Mapping[str, object], *options: str
) -> dict[str, str]:
    """Return what the command writes of a module's breaker, by property and kind of failure."""
    configuration, report = folder / "windtunnel.toml", folder / "report.json"
    configuration.write_text(SERVICE)
    environment = {**SETTINGS, **settings, "BREAKER": f"tests.conformance.{module}"}
    variables = [part for name in environment for part in ("--env", f"{name}={environment[name]}")]
    chosen = ["breaker", "--backend", "embedded", "--config", str(configuration), "--json"]
    recovery = ("--recovery", str(environment["RECOVERY"]))
    main([*chosen, str(report), *variables, *CLAIMED, *recovery, *options])
    found = json.loads(report.read_text())["results"]
    return {
        f"{each['name']} {each['failure']}".strip(): each["verdict"]["ruling"] for each in found
    }
