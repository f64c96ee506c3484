"""Faults of the opening of connections."""
