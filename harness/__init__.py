"""Windtunnel: fault injection for pytest that decides from evidence whether a service held."""

__version__ = "0.1.0"
