"""Figures of time are of good answers: how many are enough, and what came instead of them."""

from collections.abc import Mapping

from windtunnel.criteria.intervals import BATCHES

LEAST_GOOD = 2 * BATCHES
"""Good answers from which a figure of time can be judged."""
LEAST_SHARE = 0.5
"""Their least share of the requests: below it, a time says nothing about what was asked for."""
MORE_GOOD = f"good answers: {LEAST_GOOD} or more, and half of all requests"
"""What a verdict needs that has too few of them."""
LISTED = 3
"""How many outcomes a sentence lists."""


def are_enough(good: int, requests: int) -> bool:
    """Return whether a figure of time may be judged from so many good answers."""
    return good >= LEAST_GOOD and good >= LEAST_SHARE * requests


def instead(outcomes: Mapping[str, int], requests: int) -> str:
    """Return what came instead of good answers, such as "400 of 400 answered 401".

    `outcomes` counts each kind that is no good answer: "answered 401", "refused".
    """
    ranked = sorted(outcomes.items(), key=lambda pair: -pair[1])
    parts = [f"{count} of {requests} {outcome}" for outcome, count in ranked[:LISTED] if count]
    if len(ranked) > LISTED:
        parts.append(f"{sum(count for _, count in ranked[LISTED:])} others")
    return ", ".join(parts)
