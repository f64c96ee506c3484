"""Whose breaker is tested, and all that is known of it."""

from dataclasses import dataclass

from windtunnel.conformance.claims import Claims
from windtunnel.conformance.conformance_report import Observed

UNSEEN = Observed(failures=None, recovery=None, measured=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One dependency's breaker in the service under test. Times in seconds."""

    dependency: str
    endpoint: str
    """What calls the dependency."""
    claims: Claims
    deadline: float
    """The longest wait for anything."""
    observed: Observed = UNSEEN
    """What the survey saw, once it has."""

    @property
    def threshold(self) -> int:
        """Failures that are known to open it: as observed, or as claimed before that."""
        return self.observed.failures or self.claims.threshold
