"""The protocols that dependencies speak: one folder each, found by its name.

A folder's `protocol.py` makes the one object that the rest asks: how exchanges are read, which
toxics act on them, how readiness is probed, what port is usual, and how discovery recognises it.
`wire_protocol` says what such an object has, `exchanges` what a reader of exchanges is, and
`registry` finds them. Readers and effects are pure: bytes and times in, exchanges and bytes out.
"""
