"""It opens at the first failure."""

from dataclasses import replace

from tests.conformance.services import with_target
from tests.conformance.services.calls import Guarded
from tests.conformance.services.settings import Settings


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through the flawed breaker."""
    return with_target.guard(name, replace(settings, threshold=1))
