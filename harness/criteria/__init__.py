"""The judges: records in, a verdict out, no I/O. One criterion, one file."""

from harness.criteria.all_answered import all_answered
from harness.criteria.breaker_closes import breaker_closes
from harness.criteria.breaker_half_opens import breaker_half_opens
from harness.criteria.breaker_opens import breaker_opens
from harness.criteria.calls_per_request import calls_per_request
from harness.criteria.error_rate import error_rate
from harness.criteria.fallbacks_served import fallbacks_served
from harness.criteria.fault_touched import fault_touched
from harness.criteria.looks import looks
from harness.criteria.mean_response import mean_response
from harness.criteria.opens_no_connection import opens_no_connection
from harness.criteria.pooling_gain import pooling_gain
from harness.criteria.touches_nothing import touches_nothing
from harness.criteria.verdict import Category, Finding, Moment, Ruling, Verdict

__all__ = [
    "Category",
    "Finding",
    "Moment",
    "Ruling",
    "Verdict",
    "all_answered",
    "breaker_closes",
    "breaker_half_opens",
    "breaker_opens",
    "calls_per_request",
    "error_rate",
    "fallbacks_served",
    "fault_touched",
    "looks",
    "mean_response",
    "opens_no_connection",
    "pooling_gain",
    "touches_nothing",
]
