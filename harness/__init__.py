"""Windtunnel: fault injection for pytest that decides from evidence whether a service held."""
