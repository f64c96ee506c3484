"""What toxics are, and those that any connection can have; pure, with time as an argument.

A kind of toxic is one object (`toxic_kind`), made at the end of one file: it knows its defaults,
its mistakes, what it is to one connection, and what its coming and going end. The folders say what
a toxic acts on: `on_bytes` on one direction's bytes, `on_listener` on new connections. Those that
act on a protocol's exchanges are in that protocol's folder, those on TLS handshakes in the proxy's.
"""
