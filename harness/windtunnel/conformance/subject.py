"""Whose breaker is tested, and all that is known of it."""

from dataclasses import dataclass

from windtunnel.conformance.claims import Claims, Counting
from windtunnel.conformance.conformance_report import Observed
from windtunnel.conformance.expected_opening import failures_needed, fewest_failures
from windtunnel.conformance.experiment_recording import HEALTHY_BEFORE, UNCLAIMED
from windtunnel.conformance.failures import FAILURES, DependencyFailure

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
    opener: DependencyFailure = FAILURES["reset"]
    """The kind of failure that opens it where the kind does not matter: one that no client repeats
    by itself, for only so do failures and requests go together."""
    observed: Observed = UNSEEN
    """What the survey saw, once it has."""

    @property
    def workers_met(self) -> int:
        """Workers of which each request may meet another."""
        return (self.claims.workers or 1) if self.observed.answering.closing else 1

    @property
    def threshold(self) -> int:
        """Failures that are known to open it: as observed, or as claimed before that."""
        claimed = failures_needed(self.claims, HEALTHY_BEFORE)
        if claimed and self.claims.counts is Counting.SHARE:
            # How many that are depends on the good calls before them.
            return max(self.observed.failures or 0, claimed)
        return self.observed.failures or claimed or UNCLAIMED

    @property
    def fewest(self) -> int:
        """Failures after which it may be open at the earliest, by claim and by observation."""
        claimed = fewest_failures(self.claims)
        return min(filter(None, (self.observed.failures, claimed)), default=UNCLAIMED)
