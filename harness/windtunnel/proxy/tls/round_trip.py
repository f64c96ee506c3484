"""What a handshake's round trip costs on a slow network, by the toxics on a connection's bytes.

Where TLS ends here, the bytes of the handshake go through no pipeline. What makes a network slow
delays them all the same: the hello on its way up, the answer on its way down. The target's last
flight goes with its first request, which pays for itself.
"""

from collections.abc import Iterable
from itertools import chain

from windtunnel.toxics.connection_toxic import ByteToxic


def answered_at(
    now: float, upstream: Iterable[ByteToxic], downstream: Iterable[ByteToxic]
) -> float:
    """Return when a hello of `now` is to be answered; math.inf where a black hole takes it."""
    due = now
    for toxic in chain(upstream, downstream):
        due = toxic.delay_handshake(due)
    return due
