"""Simultaneous look-ups share one call to the catalog. Each gets an answer of its own."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

from aiodataloader import DataLoader

from windtunnel_sample.clients import CatalogClient
from windtunnel_sample.guard import Answer, Guard

AGENT_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""The form of an agent's id. Anything else is answered without the catalog: inside a shared call
it could change what the others ask for."""

LARGEST = 100
"""Look-ups that share one call at most: 100 ids of 64 letters make a URL of 6.5 kB, and servers
begin to refuse at 8 kB (RFC 9110, section 4.1)."""


@dataclass(slots=True)
class BatchCounters:
    """Look-ups, and the calls made for them, since the start."""

    lookups: int = 0
    calls: int = 0


class AgentLookups:
    """Looks agents up by id. Made inside the event loop that uses it."""

    def __init__(self, catalog: CatalogClient, guard: Guard) -> None:
        self.counters = BatchCounters()
        self._catalog = catalog
        self._guard = guard
        self._loader: DataLoader[str, Answer] = DataLoader(
            batch_load_fn=self._load, max_batch_size=LARGEST
        )

    def __repr__(self) -> str:
        return f"<AgentLookups {self.counters}>"

    async def batch_requests(self, requests: Sequence[str]) -> list[Answer]:
        """Return one answer for each id: the agent, None where there is none, or the fallback.

        All look-ups that are made in one turn of the event loop, here and by other callers, share
        one call for each 100 of them; so do look-ups of an agent that a call is under way for.
        """
        self.counters.lookups += len(requests)
        askable = {each for each in requests if AGENT_ID.fullmatch(each)}
        # Shielded, because an answer is not this caller's alone: others may wait for it.
        waiting = [asyncio.shield(self._loader.load(each)) for each in askable]
        found = dict(zip(askable, await asyncio.gather(*waiting), strict=True))
        nothing = Answer(None, fallback=False)
        return [found.get(each, nothing) for each in requests]

    async def _load(self, wanted: list[str]) -> list[Answer]:
        self.counters.calls += 1
        answer = await self._guard.ask(lambda: self._catalog.agents(wanted), None)
        for each in wanted:
            # The loader would keep the answer for ever: keeping is the cache's business.
            self._loader.clear(each)
        if answer.fallback:
            return [answer] * len(wanted)
        agents = {agent["id"]: agent for agent in answer.value}
        return [Answer(agents.get(each), fallback=False) for each in wanted]
