"""The order in which a run asks for several paths."""

import itertools
from collections.abc import Iterable, Iterator
from random import Random

from windtunnel.requests.request_value import Request


def path_order(
    paths: list[str | Request], requests: int, random: Random
) -> Iterable[str | Request]:
    """Yield `requests` paths: each as often as the others, in rounds of a drawn order."""
    if len(paths) == 1:
        return itertools.repeat(paths[0], requests)
    return itertools.islice(_shuffled(paths, random), requests)


def _shuffled(paths: list[str | Request], random: Random) -> Iterator[str | Request]:
    while True:
        yield from random.sample(paths, len(paths))
