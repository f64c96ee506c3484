"""What disturbed a comparison, as its own data shows it: drift, pauses, stolen CPU time."""

from collections.abc import Sequence
from statistics import fmean, median

from windtunnel.records import Round

DRIFT = 0.10
"""The change of base's own times over a run from which it is worth a word."""
PAUSE = 10.0
"""A request that takes so many times the median is a pause."""
STEAL = 0.01
"""The share of a CPU's time given to others from which it is worth a word."""


def remarks(rounds: Sequence[Round], stolen: float, elapsed: float) -> tuple[str, ...]:
    """Return one sentence for each disturbance.

    None of them makes a verdict wrong, since each strikes both arms alike or widens the intervals;
    but they say why more pairs were needed than on a quiet machine.
    """
    found = []
    for endpoint in dict.fromkeys(round_.endpoint for round_ in rounds):
        own = [round_ for round_ in rounds if round_.endpoint == endpoint]
        found += [*_drift(endpoint, own), *_pauses(endpoint, own)]
    if elapsed and stolen / elapsed > STEAL:
        found.append(
            f"the hypervisor took {stolen:.2g} s of CPU time away in {elapsed:.3g} s:"
            " this machine shares its cores"
        )
    return tuple(found)


def _drift(endpoint: str, rounds: Sequence[Round]) -> list[str]:
    quarter = len(rounds) // 4
    if not quarter:
        return []
    means = [fmean(round_.base.durations) for round_ in rounds]
    change = median(means[-quarter:]) / median(means[:quarter]) - 1
    if abs(change) < DRIFT:
        return []
    said = f"base itself drifted by {change:+.0%} from the first to the last quarter"
    return [f"{endpoint}: {said}; in pairs that cancels"]


def _pauses(endpoint: str, rounds: Sequence[Round]) -> list[str]:
    said = []
    arms = {
        "base": [d for round_ in rounds for d in round_.base.durations],
        "head": [d for round_ in rounds for d in round_.head.durations],
    }
    for name, durations in arms.items():
        limit = PAUSE * median(durations)
        pauses = [duration for duration in durations if duration > limit]
        if pauses:
            said.append(
                f"{name}: {len(pauses)} of {len(durations)}, {max(pauses) * 1000:.1f} ms at most"
            )
    if not said:
        return []
    cause = "as a garbage collection or a busy machine makes them"
    return [
        f"{endpoint}: requests took over {PAUSE:g} times the median, {cause}: {'; '.join(said)}"
    ]
