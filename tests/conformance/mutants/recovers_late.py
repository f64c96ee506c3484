"""It stays open for half as long again."""

from dataclasses import replace

from tests.conformance.services import with_target
from tests.conformance.services.calls import Guarded
from tests.conformance.services.settings import Settings


def guard(name: str, settings: Settings) -> Guarded:
    """Return calls through the flawed breaker."""
    return with_target.guard(name, replace(settings, recovery=settings.recovery * 1.5))
