"""Looks at a project and writes a first configuration for it, which says what is guessed."""

from harness.discovery.findings import Findings
from harness.discovery.look import look
from harness.discovery.writing import written

__all__ = ["Findings", "look", "written"]
