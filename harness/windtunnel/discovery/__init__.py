"""Looks at a project and writes a first configuration for it, which says what is guessed."""

from pathlib import Path

from windtunnel.discovery.findings import Findings
from windtunnel.discovery.inspection import look
from windtunnel.discovery.openapi.reading import read_named
from windtunnel.discovery.writing import written

SAMPLE_FILE = Path(__file__).with_name("sample.toml")
"""A configuration of the sample service."""

__all__ = ["SAMPLE_FILE", "Findings", "look", "read_named", "written"]
