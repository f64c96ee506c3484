"""A breaker is tested only where a healthy service is seen to answer from its dependency."""

from dataclasses import replace

import pytest

from tests.conformance.hand_made import Call, failed, kept, part, real, recording
from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.survey import check_reach
from windtunnel.errors import ConfigurationError


class Healthy(Experiment):
    """An experiment on which these requests were made."""

    def __init__(self, *calls: Call) -> None:
        self.dependency = "catalog"
        self._calls = calls

    def drive(self, step: str, requests: int, **_: object) -> None:  # type: ignore[override]
        assert requests == len(self._calls)

    def recording(self) -> Recording:
        return recording(part("healthy", *self._calls))


GOOD = [real(n * 0.01) for n in range(4)]


def test_answers_that_rest_on_the_dependency_s_are_what_is_wanted() -> None:
    check_reach(Healthy(*GOOD, real(0.04)), "/orders")


@pytest.mark.parametrize(
    ("last", "message"),
    [
        (replace(real(0.04), status=500), "1 of 5 requests to the healthy service were answered"),
        (kept(0.04), "4 of 5 requests reached catalog"),
        (failed(0.04), "4 of 5 answers of the healthy service rest on a whole answer of catalog"),
    ],
)
def test_what_a_healthy_service_does_otherwise_is_one_clear_error(last: Call, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        check_reach(Healthy(*GOOD, last), "/orders")
