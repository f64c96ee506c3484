"""What can go wrong, as plain immutable values: one fault, one file.

A fault names the dependency it strikes, the capability a backend needs for it, and the form it
takes there. It does nothing by itself: a backend injects and heals it.
"""

from windtunnel_faults.connect.black_hole import ConnectBlackHole
from windtunnel_faults.connect.delay import ConnectDelay
from windtunnel_faults.connect.refused import ConnectRefused
from windtunnel_faults.connect.stale import ConnectStale
from windtunnel_faults.fault_definition import (
    Capability,
    Disabled,
    Fault,
    Form,
    ProcessAction,
    Processing,
    Toxic,
    Toxics,
)
from windtunnel_faults.http.abort import HttpAbort
from windtunnel_faults.http.corrupt import HttpCorrupt
from windtunnel_faults.http.delay import HttpDelay
from windtunnel_faults.http.drip import HttpDrip
from windtunnel_faults.http.lost_answer import HttpLostAnswer
from windtunnel_faults.http.status import HttpStatus
from windtunnel_faults.http.truncate import HttpTruncate
from windtunnel_faults.process.disconnect import Disconnect
from windtunnel_faults.process.kill import Kill
from windtunnel_faults.process.pause import Pause
from windtunnel_faults.process.restart import Restart
from windtunnel_faults.process.stop import Stop
from windtunnel_faults.tcp.bandwidth import Bandwidth
from windtunnel_faults.tcp.connection_reset import ConnectionReset
from windtunnel_faults.tcp.data_limit import DataLimit
from windtunnel_faults.tcp.latency import Latency
from windtunnel_faults.tcp.outage import Outage
from windtunnel_faults.tcp.slow_close import SlowClose
from windtunnel_faults.tcp.timeout import Timeout
from windtunnel_faults.tls.abort import TlsAbort
from windtunnel_faults.tls.alert import TlsAlert
from windtunnel_faults.tls.certificate import TlsCertificate
from windtunnel_faults.tls.delay import TlsDelay

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
    "HttpLostAnswer",
    "HttpStatus",
    "HttpTruncate",
    "Kill",
    "Latency",
    "Outage",
    "Pause",
    "ProcessAction",
    "Processing",
    "Restart",
    "SlowClose",
    "Stop",
    "Timeout",
    "TlsAbort",
    "TlsAlert",
    "TlsCertificate",
    "TlsDelay",
    "Toxic",
    "Toxics",
]
