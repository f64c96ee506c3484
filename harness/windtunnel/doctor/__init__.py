"""Checks each part of a configured stack, and says what to mend."""

from windtunnel.doctor.check import Check, Condition
from windtunnel.doctor.examination import examine

__all__ = ["Check", "Condition", "examine"]
