"""Faults of single HTTP exchanges."""
