"""Counts the connection attempts that a closed listener turns away.

A refused connection never reaches a program: the kernel answers the SYN with RST. With CAP_NET_RAW
a packet socket shows each such SYN. Without it, the kernel's own counters bound their number.
"""

from windtunnel.proxy.refusals.counting_method import NotCounting, RefusalCounting
from windtunnel.proxy.refusals.kernel_counters import KernelCounterCounting
from windtunnel.proxy.refusals.syn_packets import PacketCounting
from windtunnel.records import Refusals


def count_refusals(port: int, how: str = "auto") -> RefusalCounting:
    """Return the most exact counting that this process may do; `how` names one to insist on."""
    if how in {"auto", "packets"}:
        try:
            return PacketCounting(port)
        except (OSError, AttributeError):
            if how == "packets":
                raise
    if how in {"auto", "counters"}:
        try:
            return KernelCounterCounting()
        except OSError:
            if how == "counters":
                raise
    return NotCounting()


def as_record(
    dependency: str, counting: RefusalCounting, since: float, until: float | None, cut: int
) -> Refusals:
    """Return what was counted in one outage."""
    counting.read()
    end = float("inf") if until is None else until
    return Refusals(
        dependency=dependency,
        since=since,
        until=until,
        certainty=counting.certainty,
        times=tuple(at for at in counting.times if since <= at <= end),
        samples=counting.samples,
        cut=cut,
    )
