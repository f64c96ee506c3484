"""Looks for inputs that break a promise: `pytest tests/fuzz --hypothesis-profile=long`."""
