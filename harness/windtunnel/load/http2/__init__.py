"""Load over HTTP/2, by the library h2: slower than HTTP/1.1's own path, and the same records.

A `Http2Connection` is one TCP connection from its opening to its end. A `RenewedConnection` is one
connection of the plan: it opens another `Http2Connection` where one has ended. Each `Stream` sends
one request at a time on a `RenewedConnection`, beside the other streams.
"""
