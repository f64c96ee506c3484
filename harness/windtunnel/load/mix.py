"""The requests of a load: weighted, encoded once before the run, drawn by a seed."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar, cast

import numpy as np

from windtunnel.errors import ConfigurationError
from windtunnel.load.encoding import Encoded, Encoding
from windtunnel.requests.placeholders import Filling
from windtunnel.requests.prepared import Preparation
from windtunnel.requests.request_value import Request

BLOCK = 4096
"""How many requests of an endless mix are drawn at once."""


@dataclass(frozen=True, slots=True)
class Mix:
    """Requests in proportion to their weights. `extra` headers go with each that has none such."""

    requests: tuple[Request, ...]
    extra: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not 1 <= len(self.requests) <= 65_535:
            raise ConfigurationError(f"a mix of {len(self.requests)} requests: expected 1 to 65535")

    def check(self) -> None:
        """Raise ConfigurationError where a request cannot be made, as for want of a variable."""
        for request in self.requests:
            Preparation(request, self.extra).of(Filling(1))

    @property
    def names(self) -> tuple[str, ...]:
        """The requests' names, in order."""
        return tuple(request.label for request in self.requests)

    def order(
        self, host: str, seed: int, *, keep_alive: bool = True, part: int = 0, parts: int = 1
    ) -> Iterator[Encoded]:
        """Yield requests without end, drawn by `seed`. `host` is the Host header.

        Of `parts` orders of one seed, each gives numbers of its own to what has placeholders.
        """
        choices: list[Encoded | _Varying] = []
        shares: list[float] = []
        for index, request in enumerate(self.requests):
            preparation = Preparation(request, self.extra)
            encoding = Encoding(request, index, host, keep_alive=keep_alive)
            variants: list[Encoded | _Varying] = [_Varying(preparation, encoding, seed)]
            if preparation.is_fixed:
                variants = [
                    encoding.of(each, repeats=True) for each in preparation.of_rows(Filling(1))
                ]
            choices += variants
            shares += [request.weight / len(variants)] * len(variants)
        if len(choices) == 1 and isinstance(choices[0], Encoded):
            return itertools.repeat(choices[0])
        # Chained in C: the engine's hot path enters Python once a block, not once a request.
        drawn = itertools.chain.from_iterable(_drawn(choices, shares, seed))
        if any(isinstance(each, _Varying) for each in choices):
            return _filled(drawn, part + 1, parts)
        return cast("Iterator[Encoded]", drawn)


@dataclass(frozen=True, slots=True)
class _Varying:
    """A request with placeholders, which is encoded anew each time."""

    preparation: Preparation
    encoding: Encoding
    seed: int

    def numbered(self, number: int) -> Encoded:
        return self.encoding.of(self.preparation.of(Filling(number, f"{self.seed}")))


Choice = TypeVar("Choice")


def _drawn(choices: list[Choice], shares: list[float], seed: int) -> Iterator[list[Choice]]:
    random = np.random.default_rng(seed)
    edges = np.cumsum(shares)
    while True:
        places = np.searchsorted(edges, random.random(BLOCK) * edges[-1], side="right")
        yield [choices[place] for place in np.minimum(places, len(choices) - 1).tolist()]


def _filled(choices: Iterator[Encoded | _Varying], first: int, step: int) -> Iterator[Encoded]:
    for number, choice in zip(itertools.count(first, step), choices, strict=False):
        yield choice if isinstance(choice, Encoded) else choice.numbered(number)
