"""Requests that this machine's own limits failed: they say nothing of the service."""

from collections import Counter
from collections.abc import Iterable

from windtunnel.errors import NotTestable
from windtunnel.records import Response


def check_own_limits(responses: Iterable[Response]) -> None:
    """Raise NotTestable where the sender had no files, ports or memory for a request."""
    lacked = Counter(each.failure for each in responses if each.failure.needs)
    for kind, count in lacked.most_common(1):
        raise NotTestable(f"{count} requests could not be sent: {kind.text}", needs=kind.needs)
