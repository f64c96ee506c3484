"""What the plugin keeps with pytest's own configuration, so that it has no state of its own."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from windtunnel.plugin.tried_scenario import ScenarioState
    from windtunnel.reports.scenario_result import ScenarioResult
    from windtunnel.reports.sink import Sink
    from windtunnel.session import Session

SESSION: "pytest.StashKey[Session]" = pytest.StashKey()
"""On the config: the one session."""
TRIED: "pytest.StashKey[list[ScenarioResult]]" = pytest.StashKey()
"""On the config: every attempt so far at a test that used windtunnel."""
SINKS: "pytest.StashKey[list[tuple[str, Sink]]]" = pytest.StashKey()
"""On the config: the reports that were asked for, each with its name."""
REFUSAL: "pytest.StashKey[str]" = pytest.StashKey()
"""On the config of an xdist worker: why none of its tests can have a stack."""
WORKER_OUTPUT = "windtunnel_configuration"
"""Under which an xdist worker tells the controller what it was configured with."""
STATE: "pytest.StashKey[ScenarioState]" = pytest.StashKey()
"""On a test: the attempt at it that is under way. Only a test that used windtunnel has one."""
