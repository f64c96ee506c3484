"""Pairs of requests to two targets, one request at a time."""

from collections.abc import Iterable
from random import Random

from windtunnel.load.closed_loop import Caller
from windtunnel.load.own_limits import check_own_limits
from windtunnel.open_files import allow_files
from windtunnel.records import Response
from windtunnel.requests.request_value import Request


async def interleaved(
    callers: tuple[Caller, Caller], path: str | Request, numbers: Iterable[int], random: Random
) -> tuple[list[Response], list[Response]]:
    """Ask both callers once for each number, in an order that is drawn; return their responses.

    Each request is preceded by one to the same target that is not timed: else a process that slept
    through the other's turn would be timed waking up. NotTestable where this machine's own limits
    let requests not be sent.
    """
    allow_files(len(callers))
    responses: tuple[list[Response], list[Response]] = ([], [])
    for number in numbers:
        first = random.getrandbits(1)
        for arm in (first, 1 - first):
            # Each is a request of its own: what is done once for a key is not done again.
            await callers[arm].call(number, path, filled_as=2 * number - 1)
            response, _ = await callers[arm].call(number, path, filled_as=2 * number)
            responses[arm].append(response)
    check_own_limits([*responses[0], *responses[1]])
    return responses
