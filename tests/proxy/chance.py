"""Chance for tests: seeded, so that a failure can be replayed."""

import random


def chance(seed: object = 0) -> random.Random:
    return random.Random(str(seed))  # noqa: S311 - replayable, not secret
