"""A caller's answer tells of a call what the tap cannot see, and nothing of another dependency."""

from dataclasses import replace

import pytest

from tests.criteria.recorded import STEP, evidence, exchange, responses, run
from windtunnel.criteria.matched_attempts import matched_attempts
from windtunnel.records import Evidence, Exchange, ExchangeOutcome, FaultWindow, Run


def at_redis(*exchanges: Exchange) -> Evidence:
    return replace(evidence(*exchanges), dependency="redis")


def in_error(own: Exchange, redis: Evidence, *faults: FaultWindow) -> Run:
    """Return one request that was answered with an error, with a call at the catalog."""
    one = run(responses(1, status=502), evidence(own))
    return replace(one, evidence=(*one.evidence, redis), faults=faults)


def fault(dependency: str, began: float = -1.0) -> FaultWindow:
    return FaultWindow(fault="Outage(…)", dependency=dependency, began=began)


GOOD = exchange(0.001)
PENDING = replace(GOOD, ended=None, outcome=ExchangeOutcome.PENDING, status="")
REDIS_FAILED = at_redis(exchange(0.002, status=""))
REDIS_PENDING = at_redis(replace(PENDING, started=0.002))
REDIS_GOOD = at_redis(exchange(0.002))


@pytest.mark.parametrize(
    ("seen", "failed"),
    [
        # Nothing else is wrong: the service could not use the answer.
        (in_error(GOOD, REDIS_GOOD), True),
        (in_error(GOOD, at_redis()), True),
        # The other dependency failed, kept it waiting, or could not be asked.
        (in_error(GOOD, REDIS_FAILED), False),
        (in_error(GOOD, REDIS_PENDING), False),
        (in_error(GOOD, at_redis(), fault("redis")), False),
        # Another request's failure, and another time's fault, are no cause of this error.
        (in_error(GOOD, at_redis(exchange(STEP + 0.001, status=""))), True),
        (in_error(GOOD, at_redis(), fault("redis", began=STEP)), True),
        # This dependency is under a fault, or failed for all to see.
        (in_error(GOOD, REDIS_FAILED, fault("catalog")), True),
        (in_error(exchange(0.001, status=""), REDIS_FAILED), True),
        (in_error(exchange(0.001, status="503"), REDIS_FAILED), True),
        (in_error(PENDING, REDIS_FAILED), True),
    ],
)
def test_an_error_counts_against_the_dependency_that_may_have_caused_it(
    seen: Run, *, failed: bool
) -> None:
    (attempt,) = matched_attempts(seen, "catalog")
    assert attempt.failed is failed
