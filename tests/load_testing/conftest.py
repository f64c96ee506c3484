"""Running dashboards for the tests of this folder."""

from tests.dashboard.running import start

__all__ = ["start"]
