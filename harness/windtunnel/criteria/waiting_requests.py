"""How long threads must have waited for a core to make these requests as late as they were."""

import math
from collections.abc import Sequence


def needed_wait(
    late: Sequence[float],
    hopeless: int = 0,
    *,
    allowed: int = 0,
    at_once: int = 0,
    kept_one_in: float = 1.0,
) -> float:
    """Return the seconds of waiting without which no more than `allowed` requests had been bad.

    `late` has by how much each was late; `hopeless` ones were bad for other reasons. None is made
    later by more than all the waiting. And while a thread waits, so may the `at_once` requests that
    are under way, but no more: so the sum counts as well, where that number is known. Infinite
    where no waiting explains it.
    """
    must_go = len(late) + hopeless - allowed
    if must_go > len(late):
        return math.inf
    least = sorted(late)[: max(0, must_go)]
    if not least:
        return 0.0
    return max(least[-1], sum(least) * kept_one_in / at_once if at_once else 0.0)
