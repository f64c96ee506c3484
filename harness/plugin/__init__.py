"""The pytest plugin: options, markers, fixtures, and what they report.

pytest looks for hooks and fixtures in this module; each lives in the file of its concern.
"""

from harness.conformance.fixture import breaker_conformance
from harness.plugin.fixtures import async_stack, judge, stack, windtunnel_session
from harness.plugin.marked import pytest_runtest_call
from harness.plugin.markers import pytest_itemcollected
from harness.plugin.matrix import pytest_generate_tests
from harness.plugin.options import pytest_addoption
from harness.plugin.outputs import pytest_sessionstart
from harness.plugin.paired import paired
from harness.plugin.results import (
    pytest_report_teststatus,
    pytest_runtest_makereport,
    pytest_runtest_setup,
)
from harness.plugin.start import (
    pytest_configure,
    pytest_configure_node,
    pytest_report_collectionfinish,
)

__all__ = [
    "async_stack",
    "breaker_conformance",
    "judge",
    "paired",
    "pytest_addoption",
    "pytest_configure",
    "pytest_configure_node",
    "pytest_generate_tests",
    "pytest_itemcollected",
    "pytest_report_collectionfinish",
    "pytest_report_teststatus",
    "pytest_runtest_call",
    "pytest_runtest_makereport",
    "pytest_runtest_setup",
    "pytest_sessionstart",
    "stack",
    "windtunnel_session",
]
