"""The pytest plugin: options, markers, fixtures, and what they report.

pytest looks for hooks and fixtures in this module; each lives in the file of its concern.
"""

from windtunnel.conformance.fixture import breaker_conformance
from windtunnel.plugin.fixtures import async_stack, judge, stack, windtunnel_session
from windtunnel.plugin.marked import pytest_runtest_call
from windtunnel.plugin.markers import pytest_itemcollected
from windtunnel.plugin.matrix import pytest_generate_tests
from windtunnel.plugin.options import pytest_addoption
from windtunnel.plugin.outputs import pytest_sessionstart
from windtunnel.plugin.paired import paired
from windtunnel.plugin.results import (
    pytest_report_teststatus,
    pytest_runtest_makereport,
    pytest_runtest_setup,
)
from windtunnel.plugin.start import (
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
