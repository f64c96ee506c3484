"""A browser and running dashboards for the tests of this folder."""

from tests.browser.chromium import browser
from tests.dashboard.running import start

__all__ = ["browser", "start"]
