"""Head holds no more memory than base, by the range of what was read."""

from statistics import median

from windtunnel.criteria.tolerances import Tolerances
from windtunnel.criteria.verdict import Finding, Ruling, Verdict, decide_below
from windtunnel.records import Comparison


def memory_held(comparison: Comparison, tolerances: Tolerances) -> tuple[Verdict, ...]:
    """Judge the memory held in the run's second half, by the range of its readings.

    Successive readings of one process are nearly the same reading, so no interval can be made of
    them: the range is what was seen, not what may be.
    """
    late = comparison.rounds[len(comparison.rounds) // 2 :]
    ratios = [
        round_.head.resident / round_.base.resident - 1
        for round_ in late
        if round_.head.resident and round_.base.resident
    ]
    if not ratios:
        return ()
    tolerance = tolerances.memory
    ruling = decide_below(min(ratios), max(ratios), tolerance)
    return (
        Verdict(
            criterion="memory",
            criterion_id="regression_memory",
            subject="the whole process",
            ruling=ruling,
            statement=(
                f"{median(ratios):+.1%} (range seen {min(ratios):+.1%} to {max(ratios):+.1%},"
                f" {len(ratios)} readings), allowed {tolerance:+.1%}."
            ),
            covers=comparison.endpoints,
            value=median(ratios),
            lower=min(ratios),
            upper=max(ratios),
            unit="share",
            needs="a longer run" if ruling is Ruling.INCONCLUSIVE else "",
            findings=(
                Finding("base", median(round_.base.resident or 0 for round_ in late), "bytes"),
                Finding("head", median(round_.head.resident or 0 for round_ in late), "bytes"),
            ),
        ),
    )
