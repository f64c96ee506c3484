"""Breakers of other ecosystems, each in a service of its own kind, held against its documentation.

`python -m tests.conformance.foreign` builds what is missing, tests each, and makes the table.
"""
