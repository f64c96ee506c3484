"""The least strength of a fault that breaks a criterion: "holds to 180 ms, breaks at 200 ms"."""

from windtunnel.breaking_point.on_stack import breaking_point, under_load
from windtunnel.breaking_point.point import BreakingPoint, StrengthTrial
from windtunnel.breaking_point.search import Search
from windtunnel.breaking_point.strength import Strength, read

__all__ = [
    "BreakingPoint",
    "Search",
    "Strength",
    "StrengthTrial",
    "breaking_point",
    "read",
    "under_load",
]
