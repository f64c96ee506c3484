"""What a scenario waited for came true in its time."""

from windtunnel.criteria.crowded_machine import blame_no_crowd
from windtunnel.criteria.verdict import Finding, Moment, Ruling, Verdict
from windtunnel.errors import ConfigurationError, shown
from windtunnel.records import Wait, WaitOutcome


def eventually(wait: Wait) -> Verdict:
    """Judge that what `stack.wait_until` waited for came true in its time.

    Where its deadline passed while others kept this machine busy, it is INCONCLUSIVE; and so it is
    where the look that found it true ended after the deadline: it may have come too late.
    """
    if not isinstance(wait, Wait):
        raise ConfigurationError(f"{shown(wait)}: expected what stack.wait_until returned")
    took = wait.ended - wait.began
    came = wait.outcome is WaitOutcome.CAME_TRUE
    late = came and took > wait.within
    after = f"after {took:.3f} s" if came else f"it was {wait.value} {took:.3f} s after the first"
    verdict = Verdict(
        criterion="eventually",
        criterion_id="eventually",
        mechanism="state",
        subject=wait.what,
        ruling=Ruling.INCONCLUSIVE if late else Ruling.PASS if came else Ruling.FAIL,
        statement=f"within {wait.within:g} s, at {wait.looks} looks, it"
        + (f" came true {after}." if came else f" did not come true: at the last look {after}.")
        + (" That look ended after the deadline." if late else ""),
        value=took,
        lower=0.0 if late else took,
        upper=took if came else float("inf"),
        unit="s",
        needs="a longer `within`, or looks that take less time" if late else "",
        findings=(Finding("looks", float(wait.looks), "looks"),),
        timeline=(Moment(wait.ended, wait.what, wait.outcome.value, counted=not came),),
    )
    # What is waited for may take any number of steps: the least wait may have been one too many.
    return blame_no_crowd(verdict, wait.machine, 0.0)
