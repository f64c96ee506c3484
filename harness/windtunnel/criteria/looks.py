"""A second, longer look where the first leaves a criterion open."""

from collections.abc import Callable, Sequence

from windtunnel.criteria.verdict import Ruling, Verdict

Look = Callable[[int, float], Verdict]
"""Given a number of requests or pairs and a confidence: measures anew, and judges."""


def looks(look: Look, sizes: Sequence[int], *, confidence: float = 0.99) -> Verdict:
    """Return the first conclusive verdict, or the last one where none is.

    Looking again until something is found would find it by chance: each look is judged at
    1 - (1 - confidence) / len(sizes), so that all together keep `confidence` (Bonferroni). Raises
    ValueError without sizes.
    """
    if not sizes:
        raise ValueError("looks: expected one size or more, found none")
    each = 1 - (1 - confidence) / len(sizes)
    for size in sizes:
        verdict = look(size, each)
        if verdict.ruling is not Ruling.INCONCLUSIVE:
            break
    return verdict
