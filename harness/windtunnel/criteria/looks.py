"""Judge again with more requests where the first verdict is INCONCLUSIVE."""

from collections.abc import Callable, Sequence

from windtunnel.criteria.intervals import CONFIDENCE
from windtunnel.criteria.verdict import Ruling, Verdict
from windtunnel.number_bounds import COUNT, PROBABILITY, check_number, numbers

Look = Callable[[int, float], Verdict]
"""Given a number of requests or pairs and a confidence: measures anew, and judges."""


@numbers(confidence=PROBABILITY)
def looks(look: Look, sizes: Sequence[int], *, confidence: float = CONFIDENCE) -> Verdict:
    """Return the first conclusive verdict, or the last one where none is.

    Repeated looks find something by chance. So each look is judged at the confidence
    1 - (1 - confidence) / len(sizes), and all together keep `confidence` (Bonferroni). Raises
    ValueError without sizes.
    """
    if not sizes:
        raise ValueError("looks: expected one size or more, found none")
    for size in sizes:
        check_number("looks: ", "sizes", size, COUNT)
    each = 1 - (1 - confidence) / len(sizes)
    for size in sizes:
        verdict = look(size, each)
        if verdict.ruling is not Ruling.INCONCLUSIVE:
            break
    return verdict
