"""Deliberately flawed targets: each changes one thing, and one criterion must FAIL it.

Each runs like the target: `python -m tests.mutants.NAME --host 127.0.0.1 --port 8080`.
"""
