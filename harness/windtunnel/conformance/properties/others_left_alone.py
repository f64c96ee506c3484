"""One dependency's breaker leaves the other dependencies alone."""

from dataclasses import replace

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.property_definition import Property, WorkersMatter, unscored
from windtunnel.criteria import Ruling, Verdict
from windtunnel.criteria.breaker_closes import reaches_again
from windtunnel.errors import NotTestable

REQUESTS = 10


def plan(experiment: Experiment) -> None:
    """Open it, and call the others while it is open."""
    if not experiment.others:
        raise NotTestable("there is one dependency only", needs="a second dependency")
    with experiment.resetting():
        experiment.open()
        for name, endpoint in experiment.others.items():
            experiment.drive(_step(name), REQUESTS, endpoint=endpoint)


def judge(recording: Recording) -> Verdict:
    """Judge that requests to each other dependency are all answered by it."""
    opened = recording.opened
    runs = {step.name: step.run for step in recording.steps}
    driven = [
        (evidence.dependency, runs[_step(evidence.dependency)])
        for evidence in recording.whole.evidence
        if _step(evidence.dependency) in runs
    ]
    verdicts = [reaches_again(run, dependency) for dependency, run in driven]
    failed = [verdict for verdict in verdicts if verdict.ruling is not Ruling.PASS]
    verdict = replace(
        unscored((failed or verdicts)[0]), criterion="the others' breakers are left alone"
    )
    if verdict.ruling is Ruling.PASS and max(run.ended for _, run in driven) > opened.earliest + (
        recording.open_time.least
    ):
        return replace(
            verdict,
            ruling=Ruling.INCONCLUSIVE,
            needs="a longer recovery time, or a less loaded machine: it was open no more",
        )
    return verdict


def _step(dependency: str) -> str:
    """Return the name of the step that calls another dependency."""
    return f"other: {dependency}"


PROPERTY = Property(
    name="others-left-alone",
    promise="While one dependency's breaker is open, the others' calls go on.",
    source="Nygard, Release It!, 2nd ed., ch. 5, Bulkheads and Circuit Breaker",
    plan=plan,
    judge=judge,
    needs_recovery=True,
    workers_matter=WorkersMatter.NEVER,
)
