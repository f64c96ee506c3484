"""What is worth a word beside a comparison, as its own data shows it.

Drift, pauses, stolen CPU time, and calls that head does not make.
"""

import math
from collections.abc import Sequence
from statistics import fmean, median

from windtunnel.records import ArmRound, Round

DRIFT = 0.10
"""The change of base's own times over a run from which it is worth a word."""
PAUSE = 10.0
"""A request that takes so many times the median is a pause."""
FEWER_CALLS = 0.1
"""Calls a request that head makes less than base, from which it is worth a word."""
STEAL = 0.01
"""The share of a CPU's time given to others from which it is worth a word."""


def remarks(
    rounds: Sequence[Round], stolen: float, elapsed: float, dependencies: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return one sentence for each disturbance.

    None of them makes a verdict wrong, since each strikes both arms alike or widens the intervals;
    but they say why more pairs were needed than on a quiet machine.
    """
    found = []
    for endpoint in dict.fromkeys(round_.endpoint for round_ in rounds):
        own = [round_ for round_ in rounds if round_.endpoint == endpoint]
        found += [*_drift(endpoint, own), *_pauses(endpoint, own)]
        for place, name in enumerate(dependencies):
            found += _fewer_calls(endpoint, name, place, own)
    if elapsed and stolen / elapsed > STEAL:
        found.append(
            f"the hypervisor took {stolen:.2g} s of CPU time away in {elapsed:.3g} s:"
            " this machine shares its cores"
        )
    return tuple(found)


def _drift(endpoint: str, rounds: Sequence[Round]) -> list[str]:
    means = [fmean(own) for round_ in rounds if (own := _good(round_.base))]
    quarter = len(means) // 4
    if not quarter:
        return []
    change = median(means[-quarter:]) / median(means[:quarter]) - 1
    if abs(change) < DRIFT:
        return []
    said = f"base itself drifted by {change:+.0%} from the first to the last quarter"
    return [f"{endpoint}: {said}; in pairs that cancels"]


def _pauses(endpoint: str, rounds: Sequence[Round]) -> list[str]:
    said = []
    arms = {
        "base": [d for round_ in rounds for d in _good(round_.base)],
        "head": [d for round_ in rounds for d in _good(round_.head)],
    }
    for name, durations in arms.items():
        if not durations:
            continue
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


def _fewer_calls(endpoint: str, dependency: str, place: int, rounds: Sequence[Round]) -> list[str]:
    """Say where head's answers rest on fewer calls, which may be why they are quicker."""
    base = _calls_a_request([round_.base for round_ in rounds], place)
    head = _calls_a_request([round_.head for round_ in rounds], place)
    if not base - head > FEWER_CALLS:
        return []
    said = f"head made {head:.3g} calls a request to {dependency}, and base {base:.3g}"
    why = "answers without a call come from a cache, or are fallbacks that carry no mark"
    return [f"{endpoint}: {said}: {why}"]


def _calls_a_request(arm: Sequence[ArmRound], place: int) -> float:
    counted = [(each.calls[place], each.counted) for each in arm if each.counted]
    made = [(calls, requests) for calls, requests in counted if calls is not None]
    requests = sum(requests for _, requests in made)
    return sum(calls for calls, _ in made) / requests if requests else math.nan


def _good(arm: ArmRound) -> list[float]:
    """Return the times of the requests with a good answer."""
    return [duration for duration in arm.durations if not math.isnan(duration)]
