"""Breakers with one flaw each, which one property of the suite must fail.

Each is a module for `python -m tests.conformance.services`, and starts from the sample target's.
"""
