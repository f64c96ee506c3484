"""Checks each part of a configured stack, and says what to mend."""

from harness.doctor.check import Check, Condition
from harness.doctor.examination import examine

__all__ = ["Check", "Condition", "examine"]
