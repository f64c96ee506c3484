"""What a handshake's round trip costs on a slow network, by the toxics on a connection's bytes.

Where TLS ends here, the bytes of the handshake go through no pipeline. What makes a network slow
delays them all the same: the hello on its way up, the answer on its way down. The target's last
flight goes with its first request, which pays for itself.
"""

import math
from collections.abc import Iterable

from windtunnel.proxy.toxics import Parcel, Toxic
from windtunnel.proxy.toxics.connect import Connect
from windtunnel.proxy.toxics.latency import Latency
from windtunnel.proxy.toxics.timeout import Timeout


def answered_at(now: float, upstream: Iterable[Toxic], downstream: Iterable[Toxic]) -> float:
    """Return when a hello of `now` is to be answered; math.inf where a black hole takes it."""
    return _through(_through(now, upstream), downstream)


def _through(due: float, toxics: Iterable[Toxic]) -> float:
    for toxic in toxics:
        if not isinstance(toxic, Connect | Latency | Timeout):
            continue
        if toxic.touches_all:
            toxic.touched = due
        if isinstance(toxic, Timeout):
            return math.inf
        (parcel,) = toxic.pass_on(Parcel(due, b"hello"))
        due = parcel.due
    return due
