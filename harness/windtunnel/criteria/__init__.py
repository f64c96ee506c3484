"""The judges: records in, a verdict out, no I/O. One criterion, one file."""

from windtunnel.criteria.all_answered import all_answered
from windtunnel.criteria.at_most_once import at_most_once
from windtunnel.criteria.breaker_closes import breaker_closes
from windtunnel.criteria.breaker_half_opens import breaker_half_opens
from windtunnel.criteria.breaker_opens import breaker_opens
from windtunnel.criteria.calls_per_request import calls_per_request
from windtunnel.criteria.error_rate import error_rate
from windtunnel.criteria.eventually import eventually
from windtunnel.criteria.fails_cleanly import fails_cleanly
from windtunnel.criteria.fallbacks_served import fallbacks_served
from windtunnel.criteria.fault_touched import fault_touched
from windtunnel.criteria.looks import looks
from windtunnel.criteria.mean_response import mean_response
from windtunnel.criteria.none_doubled import none_doubled
from windtunnel.criteria.none_lost import none_lost
from windtunnel.criteria.opens_no_connection import opens_no_connection
from windtunnel.criteria.pooling_gain import pooling_gain
from windtunnel.criteria.touches_nothing import touches_nothing
from windtunnel.criteria.verdict import Category, Finding, Moment, Ruling, Verdict

__all__ = [
    "Category",
    "Finding",
    "Moment",
    "Ruling",
    "Verdict",
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
