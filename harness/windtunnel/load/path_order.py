"""The order in which a run asks for several paths."""

import itertools
from collections.abc import Iterable, Iterator
from random import Random


def path_order(paths: list[str], requests: int, random: Random) -> Iterable[str]:
    """Yield `requests` paths: each as often as the others, in rounds of a drawn order."""
    if len(paths) == 1:
        return itertools.repeat(paths[0], requests)
    return itertools.islice(_shuffled(paths, random), requests)


def _shuffled(paths: list[str], random: Random) -> Iterator[str]:
    while True:
        yield from random.sample(paths, len(paths))
