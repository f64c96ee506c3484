"""What the properties of a closed breaker's count share: failures that must not have opened it."""

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.property_definition import rule
from windtunnel.criteria import Ruling, Verdict
from windtunnel.errors import NotTestable


def almost(experiment: Experiment) -> int:
    """Return how many failures are just not enough to open it; NotTestable where that is none."""
    least = experiment.fewest - 1
    if least < 1:
        raise NotTestable(
            "the first failure opens it already", needs="a threshold of two failures or more"
        )
    return least


def still_closed(
    recording: Recording, criterion: str, *, before: str, steps: tuple[str, ...], last: str
) -> Verdict:
    """Judge that each request of `steps` and `last` reached the dependency: it did not open.

    Those of `last` must bring a real answer too. Those of `before` must have called it once each,
    or nothing is shown.
    """
    # A service may close the connection of an error: a request sent on it then reaches nobody.
    sent = sum(
        response.status is not None
        for step in (*steps, last)
        for response in recording.run(step).responses
    )
    came = sum(len(recording.attempts(step)) for step in (*steps, last))
    answered = recording.answered(last) == len(recording.run(last).responses)
    # More calls than requests are retries, and then nobody knows how many failures were counted.
    prepared = len(recording.attempts(before)) == len(recording.run(before).responses)
    ruling = Ruling.PASS if came >= sent and answered else Ruling.FAIL
    if not prepared or came > sent:
        ruling = Ruling.INCONCLUSIVE
    return rule(
        recording,
        criterion,
        ruling,
        f"{came} of {sent} later requests reached the dependency, required are all; the last were"
        f" {'' if answered else 'not '}answered by it.",
        steps=(last if came >= sent or not steps else steps[-1],),
        needs="requests that call the dependency once each",
    )
