"""What can go wrong, as plain immutable values: one fault, one file.

A fault names the dependency it strikes, the capability a backend needs for it, and the form it
takes there. It does nothing by itself: a backend injects and heals it.
"""

from faults.bandwidth import Bandwidth
from faults.connect_black_hole import ConnectBlackHole
from faults.connect_delay import ConnectDelay
from faults.connect_refused import ConnectRefused
from faults.connect_stale import ConnectStale
from faults.connection_reset import ConnectionReset
from faults.data_limit import DataLimit
from faults.disconnect import Disconnect
from faults.fault import Capability, Disabled, Fault, Form, ProcessAction, Processing, Toxic, Toxics
from faults.http_abort import HttpAbort
from faults.http_corrupt import HttpCorrupt
from faults.http_delay import HttpDelay
from faults.http_drip import HttpDrip
from faults.http_status import HttpStatus
from faults.http_truncate import HttpTruncate
from faults.kill import Kill
from faults.latency import Latency
from faults.outage import Outage
from faults.pause import Pause
from faults.slow_close import SlowClose
from faults.timeout import Timeout
from faults.tls_abort import TlsAbort
from faults.tls_alert import TlsAlert
from faults.tls_certificate import TlsCertificate
from faults.tls_delay import TlsDelay

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
