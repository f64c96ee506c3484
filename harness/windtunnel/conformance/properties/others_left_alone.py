"""One dependency's breaker leaves the other dependencies alone."""

from dataclasses import replace

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.property import Property, unscored
from windtunnel.conformance.recording import Recording
from windtunnel.criteria import Ruling, Verdict, breaker_closes
from windtunnel.errors import NotTestable

REQUESTS = 10


def plan(experiment: Experiment) -> None:
    """Open it, and call the others while it is open."""
    if not experiment.others:
        raise NotTestable("there is one dependency only", needs="a second dependency")
    with experiment.resetting():
        experiment.open()
        for name, endpoint in experiment.others.items():
            experiment.drive(f"other: {name}", REQUESTS, endpoint=endpoint)


def judge(recording: Recording) -> Verdict:
    """Judge that requests to each other dependency are all answered by it."""
    opened = recording.opened
    steps = [step for step in recording.steps if step.name.startswith("other: ")]
    verdicts = [breaker_closes(each.run, each.name.removeprefix("other: ")) for each in steps]
    failed = [verdict for verdict in verdicts if verdict.ruling is not Ruling.PASS]
    verdict = replace(
        unscored((failed or verdicts)[0]), criterion="the others' breakers are left alone"
    )
    if verdict.ruling is Ruling.PASS and steps[-1].run.ended > opened.earliest + (
        recording.open_time.least
    ):
        return replace(
            verdict,
            ruling=Ruling.INCONCLUSIVE,
            needs="a longer recovery time, or a less loaded machine: it was open no more",
        )
    return verdict


PROPERTY = Property(
    name="others-left-alone",
    promise="While one dependency's breaker is open, the others' calls go on.",
    source="Nygard, Release It!, 2nd ed., ch. 5, Bulkheads and Circuit Breaker",
    plan=plan,
    judge=judge,
    needs_recovery=True,
)
