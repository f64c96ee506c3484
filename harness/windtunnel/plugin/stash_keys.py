"""What the plugin keeps with pytest's own configuration, so that it has no state of its own."""

import pytest

from windtunnel.reports.scenario_result import ScenarioResult
from windtunnel.reports.sink import Sink
from windtunnel.session import Session

SESSION = pytest.StashKey[Session]()
"""On the config: the one session."""
TRIED = pytest.StashKey[list[ScenarioResult]]()
"""On the config: every attempt so far at a test that used windtunnel."""
SINKS = pytest.StashKey[list[tuple[str, Sink]]]()
"""On the config: the reports that were asked for, each with its name."""
