"""Tiny services, alike but for their breaker: `python -m tests.conformance.services`."""
