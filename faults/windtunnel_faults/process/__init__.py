"""Faults of the dependency itself: its process or container, and its network."""
