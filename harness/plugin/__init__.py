"""The pytest plugin: options, markers, the fixtures `stack` and `judge`, and what they report.

pytest looks for hooks and fixtures in this module; each lives in the file of its concern.
"""

from harness.conformance.fixture import breaker_conformance
from harness.plugin.fixtures import judge, stack, windtunnel_session
from harness.plugin.markers import pytest_itemcollected
from harness.plugin.options import pytest_addoption
from harness.plugin.outputs import pytest_sessionstart
from harness.plugin.paired import paired
from harness.plugin.results import pytest_report_teststatus, pytest_runtest_makereport
from harness.plugin.start import (
    pytest_configure,
    pytest_configure_node,
    pytest_report_collectionfinish,
)

__all__ = [
    "breaker_conformance",
    "judge",
    "paired",
    "pytest_addoption",
    "pytest_configure",
    "pytest_configure_node",
    "pytest_itemcollected",
    "pytest_report_collectionfinish",
    "pytest_report_teststatus",
    "pytest_runtest_makereport",
    "pytest_sessionstart",
    "stack",
    "windtunnel_session",
]
