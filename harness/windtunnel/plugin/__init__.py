"""The pytest plugin: options, markers, fixtures, and what they report.

pytest looks for hooks and fixtures in this module; each lives in the file of its concern.
"""

from windtunnel.plugin.configuration_fixture import windtunnel_configuration
from windtunnel.plugin.conformance_fixture import windtunnel_breaker_conformance
from windtunnel.plugin.judge_fixture import windtunnel_judge
from windtunnel.plugin.paired_fixture import windtunnel_paired
from windtunnel.plugin.scenario_hooks import (
    pytest_generate_tests,
    pytest_itemcollected,
    pytest_report_teststatus,
    pytest_runtest_call,
    pytest_runtest_makereport,
    pytest_runtest_setup,
)
from windtunnel.plugin.session_outputs import pytest_sessionstart
from windtunnel.plugin.session_start import (
    pytest_addoption,
    pytest_configure,
    pytest_configure_node,
    pytest_report_collectionfinish,
    pytest_testnodedown,
)
from windtunnel.plugin.stack_fixtures import (
    windtunnel_async_stack,
    windtunnel_session,
    windtunnel_stack,
)

__all__ = [
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
    "pytest_testnodedown",
    "windtunnel_async_stack",
    "windtunnel_breaker_conformance",
    "windtunnel_configuration",
    "windtunnel_judge",
    "windtunnel_paired",
    "windtunnel_session",
    "windtunnel_stack",
]
