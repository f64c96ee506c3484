"""What a scenario waited for came true in its time."""

from windtunnel.criteria.crowded_machine import blame_no_crowd
from windtunnel.criteria.verdict import Finding, Moment, Ruling, Verdict
from windtunnel.errors import ConfigurationError, shown
from windtunnel.records import Wait, WaitOutcome


def eventually(wait: Wait) -> Verdict:
    """Judge that what `stack.wait_until` waited for came true.

    Where its deadline passed while others kept this machine busy, it is INCONCLUSIVE.
    """
    if not isinstance(wait, Wait):
        raise ConfigurationError(f"{shown(wait)}: expected what stack.wait_until returned")
    took = wait.ended - wait.began
    came = wait.outcome is WaitOutcome.CAME_TRUE
    after = f"after {took:.3f} s" if came else f"it was {wait.value} {took:.3f} s after the first"
    verdict = Verdict(
        criterion="eventually",
        criterion_id="eventually",
        mechanism="state",
        subject=wait.what,
        ruling=Ruling.PASS if came else Ruling.FAIL,
        statement=f"within {wait.within:g} s, at {wait.looks} looks, it"
        + (f" came true {after}." if came else f" did not come true: at the last look {after}."),
        value=took,
        lower=took,
        upper=took if came else float("inf"),
        unit="s",
        findings=(Finding("looks", float(wait.looks), "looks"),),
        timeline=(Moment(wait.ended, wait.what, wait.outcome.value, counted=not came),),
    )
    # What is waited for may take any number of steps: the least wait may have been one too many.
    return blame_no_crowd(verdict, wait.machine, 0.0)
