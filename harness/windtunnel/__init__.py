"""Windtunnel: fault injection for pytest that decides from evidence whether a service held.

The names below are what a scenario needs beside its fixtures.
"""

import importlib
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from windtunnel.async_stack import AsyncStack
    from windtunnel.criteria import (
        Category,
        Finding,
        Moment,
        Ruling,
        Verdict,
        all_answered,
        at_most_once,
        breaker_closes,
        breaker_half_opens,
        breaker_opens,
        calls_per_request,
        error_rate,
        eventually,
        fails_cleanly,
        fallbacks_served,
        fault_touched,
        looks,
        mean_response,
        none_doubled,
        none_lost,
        opens_no_connection,
        pooling_gain,
        touches_nothing,
    )
    from windtunnel.injected_fault import Injection
    from windtunnel.plugin.base_and_head import Paired
    from windtunnel.plugin.breaker_conformance import BreakerConformance
    from windtunnel.plugin.judgement import Judge
    from windtunnel.records import Edge, Run
    from windtunnel.records.load_run import LoadRun
    from windtunnel.requests.request_value import Request
    from windtunnel.stack import Stack
    from windtunnel.target import Target
    from windtunnel_faults import (
        Bandwidth,
        ConnectBlackHole,
        ConnectDelay,
        ConnectionReset,
        ConnectRefused,
        ConnectStale,
        DataLimit,
        Disconnect,
        HttpAbort,
        HttpCorrupt,
        HttpDelay,
        HttpDrip,
        HttpLostAnswer,
        HttpStatus,
        HttpTruncate,
        Kill,
        Latency,
        Outage,
        Pause,
        Restart,
        SlowClose,
        Stop,
        Timeout,
        TlsAbort,
        TlsAlert,
        TlsCertificate,
        TlsDelay,
    )

# Silent unless whoever runs windtunnel asks for its messages (`--log-cli-level=INFO`, `-v`).
logging.getLogger(__name__).addHandler(logging.NullHandler())

__version__ = "0.1.0"

__all__ = [
    "AsyncStack",
    "Bandwidth",
    "BreakerConformance",
    "Category",
    "ConnectBlackHole",
    "ConnectDelay",
    "ConnectRefused",
    "ConnectStale",
    "ConnectionReset",
    "DataLimit",
    "Disconnect",
    "Edge",
    "Finding",
    "HttpAbort",
    "HttpCorrupt",
    "HttpDelay",
    "HttpDrip",
    "HttpLostAnswer",
    "HttpStatus",
    "HttpTruncate",
    "Injection",
    "Judge",
    "Kill",
    "Latency",
    "LoadRun",
    "Moment",
    "Outage",
    "Paired",
    "Pause",
    "Request",
    "Restart",
    "Ruling",
    "Run",
    "SlowClose",
    "Stack",
    "Stop",
    "Target",
    "Timeout",
    "TlsAbort",
    "TlsAlert",
    "TlsCertificate",
    "TlsDelay",
    "Verdict",
    "__version__",
    "all_answered",
    "at_most_once",
    "breaker_closes",
    "breaker_half_opens",
    "breaker_opens",
    "calls_per_request",
    "error_rate",
    "eventually",
    "fails_cleanly",
    "fallbacks_served",
    "fault_touched",
    "looks",
    "mean_response",
    "none_doubled",
    "none_lost",
    "opens_no_connection",
    "pooling_gain",
    "touches_nothing",
]

_PLACES = {
    "AsyncStack": "windtunnel.async_stack",
    "BreakerConformance": "windtunnel.plugin.breaker_conformance",
    "Edge": "windtunnel.records",
    "Injection": "windtunnel.injected_fault",
    "Judge": "windtunnel.plugin.judgement",
    "LoadRun": "windtunnel.records.load_run",
    "Paired": "windtunnel.plugin.base_and_head",
    "Request": "windtunnel.requests.request_value",
    "Run": "windtunnel.records",
    "Stack": "windtunnel.stack",
    "Target": "windtunnel.target",
}
"""Where each name lives that is neither a fault nor a criterion."""

_PACKAGES = ("windtunnel_faults", "windtunnel.criteria")
"""Where the other names are looked for, in this order."""


if not TYPE_CHECKING:  # a checker that saw it would take any name for one of ours

    def __getattr__(name: str) -> object:
        """Load a name when it is first asked for: the `windtunnel` command needs few of them."""
        if name in __all__:
            for place in (_PLACES[name],) if name in _PLACES else _PACKAGES:
                found = getattr(importlib.import_module(place), name, None)
                if found is not None:
                    return found
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
