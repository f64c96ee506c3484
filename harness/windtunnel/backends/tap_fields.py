"""Tells the tap which fields of requests to record."""

from windtunnel.backends.tap import Tap
from windtunnel.configuration import Configuration, topology


def record_fields(tap: Tap, configuration: Configuration) -> None:
    """Let the tap record what the configuration asks for, before a target sends anything."""
    called = topology.callees(configuration)
    for edge in topology.edges(configuration):
        dependency = called[edge.dependency]
        tap.record(edge, hashed=dependency.record, clear=dependency.record_in_clear)
