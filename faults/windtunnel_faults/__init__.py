"""What can go wrong, as plain immutable values: one fault, one file.

A fault names the dependency it strikes, the capability a backend needs for it, and the form it
takes there. It does nothing by itself: a backend injects and heals it.
"""

from windtunnel_faults.bandwidth import Bandwidth
from windtunnel_faults.connect_black_hole import ConnectBlackHole
from windtunnel_faults.connect_delay import ConnectDelay
from windtunnel_faults.connect_refused import ConnectRefused
from windtunnel_faults.connect_stale import ConnectStale
from windtunnel_faults.connection_reset import ConnectionReset
from windtunnel_faults.data_limit import DataLimit
from windtunnel_faults.disconnect import Disconnect
from windtunnel_faults.fault import (
    Capability,
    Disabled,
    Fault,
    Form,
    ProcessAction,
    Processing,
    Toxic,
    Toxics,
)
from windtunnel_faults.http_abort import HttpAbort
from windtunnel_faults.http_corrupt import HttpCorrupt
from windtunnel_faults.http_delay import HttpDelay
from windtunnel_faults.http_drip import HttpDrip
from windtunnel_faults.http_status import HttpStatus
from windtunnel_faults.http_truncate import HttpTruncate
from windtunnel_faults.kill import Kill
from windtunnel_faults.latency import Latency
from windtunnel_faults.outage import Outage
from windtunnel_faults.pause import Pause
from windtunnel_faults.slow_close import SlowClose
from windtunnel_faults.timeout import Timeout
from windtunnel_faults.tls_abort import TlsAbort
from windtunnel_faults.tls_alert import TlsAlert
from windtunnel_faults.tls_certificate import TlsCertificate
from windtunnel_faults.tls_delay import TlsDelay

__all__ = [
    "Bandwidth",
    "Capability",
    "ConnectBlackHole",
    "ConnectDelay",
    "ConnectRefused",
    "ConnectStale",
    "ConnectionReset",
    "DataLimit",
    "Disabled",
    "Disconnect",
    "Fault",
    "Form",
    "HttpAbort",
    "HttpCorrupt",
    "HttpDelay",
    "HttpDrip",
    "HttpStatus",
    "HttpTruncate",
    "Kill",
    "Latency",
    "Outage",
    "Pause",
    "ProcessAction",
    "Processing",
    "SlowClose",
    "Timeout",
    "TlsAbort",
    "TlsAlert",
    "TlsCertificate",
    "TlsDelay",
    "Toxic",
    "Toxics",
]
