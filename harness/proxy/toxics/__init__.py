"""What toxics do to bytes: pure transforms with time as an argument, one toxic a file."""

from harness.proxy.toxics.bandwidth import Bandwidth
from harness.proxy.toxics.connect import Connect
from harness.proxy.toxics.latency import Latency
from harness.proxy.toxics.limit_data import LimitData
from harness.proxy.toxics.noop import Noop
from harness.proxy.toxics.reset_peer import ResetPeer
from harness.proxy.toxics.slicer import Slicer
from harness.proxy.toxics.slow_close import SlowClose
from harness.proxy.toxics.stale import Stale
from harness.proxy.toxics.timeout import Timeout
from harness.proxy.toxics.toxic import Action, Activity, Parcel, Toxic

KINDS: dict[str, type[Toxic]] = {
    "bandwidth": Bandwidth,
    "connect": Connect,
    "latency": Latency,
    "limit_data": LimitData,
    "noop": Noop,
    "reset_peer": ResetPeer,
    "slicer": Slicer,
    "slow_close": SlowClose,
    "stale": Stale,
    "timeout": Timeout,
}

__all__ = ["KINDS", "Action", "Activity", "Parcel", "Toxic"]
