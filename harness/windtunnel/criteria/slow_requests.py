"""Head has no more slow requests than base: slower than a threshold drawn from base's first."""

from dataclasses import replace

from windtunnel.criteria import betting
from windtunnel.criteria.compared_times import Thresholds, Times, more_than_chance
from windtunnel.criteria.tolerances import Tolerances
from windtunnel.criteria.verdict import Finding, Ruling, Verdict, decide_below

OF_BASE = 0.5
"""Half of base's own share of slow requests may be added, where that is more than the tolerance."""


def slow_requests(
    times: Times, thresholds: Thresholds, tolerances: Tolerances, confidence: float, open_: Verdict
) -> Verdict:
    """Judge the share of requests beyond the threshold, and what they add to the mean.

    FAIL where the share grows by more than its tolerance, or where it grows and raises the mean by
    more than the mean's. `confidence` is that of each interval. Where the plain mean
    rises by more than its tolerance because of more slow requests than chance explains, no PASS.
    """
    judged = times.after(thresholds)
    base, head = (judged.base > thresholds.slow) * 1.0, (judged.head > thresholds.slow) * 1.0
    found = betting.difference_of_shares(base, head, confidence)
    if found is None:
        return open_
    shares = float(base.mean()), float(head.mean())
    allowed = max(tolerances.slow, OF_BASE * shares[0])
    ruling = decide_below(found.lower, found.upper, allowed)
    adds = ""
    raised, cap = max((_of_mean(judged, cap, confidence), cap) for cap in thresholds.high_caps)
    if found.lower > 0 and raised > tolerances.mean:
        ruling = Ruling.FAIL
        adds = (
            f"; with times capped at {cap * 1000:g} ms they raise the mean by {raised:+.1%} at"
            " least"
        )
    statement = (
        f"{found.value:+.2%} ({found.lower:+.2%} to {found.upper:+.2%},"
        f" {judged.base.size} pairs) took over {thresholds.slow * 1000:g} ms, allowed"
        f" {allowed:+.2%}{adds}"
    )
    hidden = ruling is Ruling.PASS and _hides(judged, tolerances, int(base.sum()), int(head.sum()))
    if hidden:
        ruling = Ruling.INCONCLUSIVE
        statement += f"; but {int(head.sum())} against {int(base.sum())} of them raise the mean"
    return replace(
        open_,
        ruling=ruling,
        statement=f"{statement}.",
        value=found.value,
        lower=found.lower,
        upper=found.upper,
        unit="share",
        needs="more pairs: a longer budget" if ruling is Ruling.INCONCLUSIVE else "",
        findings=(Finding("base", shares[0], "share"), Finding("head", shares[1], "share")),
    )


def _of_mean(judged: Times, cap: float, confidence: float) -> float:
    """Return by how much the mean of times capped so is raised at least, as a share of base's."""
    base, head = judged.capped(cap)
    found = betting.ratio_of_means(base, head, confidence)
    return found.lower - 1 if found else -1.0


def _hides(judged: Times, tolerances: Tolerances, base: int, head: int) -> bool:
    """Return whether the plain mean is worse by more than its tolerance, and not by chance."""
    means = float(judged.base.mean()), float(judged.head.mean())
    if means[1] <= (1 + tolerances.mean) * means[0]:
        return False
    return more_than_chance(base, head)
