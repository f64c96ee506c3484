"""Tells the tap which fields of requests to record."""

from windtunnel.backends.tap import Tap
from windtunnel.configuration import Configuration


def record_fields(tap: Tap, configuration: Configuration) -> None:
    """Let the tap record what the configuration asks for, before a target sends anything."""
    for name, dependency in configuration.dependencies.items():
        tap.record(name, hashed=dependency.record, clear=dependency.record_in_clear)
