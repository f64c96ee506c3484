"""Looks at a project and writes a first configuration for it, which says what is guessed."""

from windtunnel.discovery.findings import Findings
from windtunnel.discovery.look import look
from windtunnel.discovery.writing import written

__all__ = ["Findings", "look", "written"]
