"""On several workers (`make gate`), the scenarios that measure run alone, after the others."""

import pytest


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Hand the scenarios out as `side_by_side` says."""
    # Imported only where xdist is in use: it may be absent.
    from tests.scenarios.side_by_side import MeasuringAlone

    return MeasuringAlone(config, log)
