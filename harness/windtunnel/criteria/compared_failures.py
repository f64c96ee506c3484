"""Head fails no more often than base."""

from collections.abc import Sequence

from windtunnel.criteria import betting
from windtunnel.criteria.good_answers import MORE_GOOD, are_enough
from windtunnel.criteria.tolerances import Tolerances
from windtunnel.criteria.verdict import Finding, Ruling, Verdict
from windtunnel.records import Round


def compared_failures(
    endpoint: str, rounds: Sequence[Round], tolerances: Tolerances, confidence: float
) -> tuple[Verdict, ...]:
    """Judge whether head fails more often than base; nothing where neither ever failed.

    INCONCLUSIVE where base itself has too few good answers to compare with.
    """
    import numpy as np  # noqa: PLC0415 - it takes longer to load than most sessions need

    arms = [[r.base for r in rounds], [r.head for r in rounds]]
    counts = [(sum(b.failures for b in arm), sum(b.requests for b in arm)) for arm in arms]
    if not counts[0][0] and not counts[1][0]:
        return ()
    shares = [np.array([[b.failures / max(1, b.requests)] for b in arm]) for arm in arms]
    found = betting.difference_of_shares(shares[0], shares[1], confidence)
    is_base_good = are_enough(counts[0][1] - counts[0][0], counts[0][1])
    ruling = Ruling.INCONCLUSIVE
    if found is not None and is_base_good:
        if found.lower > 0:
            ruling = Ruling.FAIL
        elif found.upper < tolerances.slow:
            ruling = Ruling.PASS
    of_arms = [failed / max(1, requests) for failed, requests in counts]
    needs = "more pairs: a longer budget" if is_base_good else MORE_GOOD
    return (
        Verdict(
            criterion="failures",
            criterion_id="regression_failures",
            subject=endpoint,
            ruling=ruling,
            statement=(
                f"{counts[1][0]} of {counts[1][1]} requests to head had no good answer, and"
                f" {counts[0][0]} of {counts[0][1]} to base."
            ),
            covers=(endpoint,),
            value=of_arms[1] - of_arms[0],
            lower=found.lower if found else None,
            upper=found.upper if found else None,
            unit="share",
            needs=needs if ruling is Ruling.INCONCLUSIVE else "",
            findings=(
                Finding("base", of_arms[0], "share"),
                Finding("head", of_arms[1], "share"),
            ),
        ),
    )
