"""Load over HTTP/2, by the library h2: slower than HTTP/1.1's own path, and the same records.

A `Line` is one connection of the plan, whichever it is now; a `Channel` is one such from its
opening to its end; each `Stream` sends one request at a time on a line, beside its other streams.
"""
