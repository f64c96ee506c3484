"""What the plugin keeps with pytest's own objects, so that it has no state of its own."""

import pytest

from harness.criteria import Verdict
from harness.reports import json_report
from harness.session import Session

SESSION = pytest.StashKey[Session]()
"""On the config: the one session."""
JUDGED = pytest.StashKey[list[json_report.Judged]]()
"""On the config: every verdict so far, with its test."""
DESCRIPTION = pytest.StashKey[tuple[str, ...]]()
"""On the config: what the backend says of itself, once it runs."""
SETTINGS = pytest.StashKey[dict[str, int]]()
"""On the config: the settings that tests gave their targets, and how many tests did."""

VERDICTS = pytest.StashKey[list[Verdict]]()
"""On an item: its verdicts."""
ENVIRONMENT = pytest.StashKey[dict[str, str]]()
"""On an item: the variables that its markers set."""


def verdicts_of(item: pytest.Item) -> list[Verdict]:
    """Return a test's verdicts, to read or to add to."""
    return item.stash.setdefault(VERDICTS, [])
