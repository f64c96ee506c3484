"""Retries do not multiply the calls at the dependency."""

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.property_definition import Property, WorkersMatter, rule
from windtunnel.criteria import Ruling, Verdict


def plan(experiment: Experiment) -> None:
    """Let requests fail on connections that are kept, where clients repeat by themselves."""
    experiment.drive("healthy", 2)
    with experiment.failing():
        experiment.drive("failing", max(1, experiment.fewest - 1))


def judge(recording: Recording) -> Verdict:
    """Judge that each failing request made one call at most."""
    requests = len(recording.run("failing").responses)
    seen = tuple(recording.attempts("failing"))
    ruling = Ruling.PASS if seen else Ruling.INCONCLUSIVE
    if len(seen) > requests:
        ruling = Ruling.FAIL
    return rule(
        recording,
        "retries do not multiply the calls",
        ruling,
        f"{requests} failing requests made {len(seen)} calls at the dependency, allowed is one"
        " each.",
        steps=("failing",),
        counted=seen if ruling is Ruling.FAIL else (),
        needs="requests that call the dependency",
    )


PROPERTY = Property(
    name="no-hidden-retries",
    promise="A request whose call fails makes no further call behind the breaker's back.",
    source="Nygard, Release It!, 2nd ed., ch. 5, Timeouts; Envoy, retry budgets",
    plan=plan,
    judge=judge,
    each_failure=True,
    workers_matter=WorkersMatter.NEVER,
)
