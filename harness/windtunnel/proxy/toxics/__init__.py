"""What toxics do to bytes: pure transforms with time as an argument, one toxic a file."""

from windtunnel.proxy.toxics.bandwidth import Bandwidth
from windtunnel.proxy.toxics.connect import Connect
from windtunnel.proxy.toxics.latency import Latency
from windtunnel.proxy.toxics.limit_data import LimitData
from windtunnel.proxy.toxics.noop import Noop
from windtunnel.proxy.toxics.reset_peer import ResetPeer
from windtunnel.proxy.toxics.slicer import Slicer
from windtunnel.proxy.toxics.slow_close import SlowClose
from windtunnel.proxy.toxics.stale import Stale
from windtunnel.proxy.toxics.timeout import Timeout
from windtunnel.proxy.toxics.toxic import Action, Activity, Parcel, Toxic

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
