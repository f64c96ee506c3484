"""Which failure a connection's error is."""

import ssl

from windtunnel.records import RequestFailure


def failure_of(error: Exception) -> RequestFailure:
    """Return the kind of failure that an error of a connection is."""
    if isinstance(error, ssl.SSLError):
        return RequestFailure.TLS
    if isinstance(error, ConnectionRefusedError):
        return RequestFailure.REFUSED
    if isinstance(error, ConnectionResetError | BrokenPipeError | ConnectionAbortedError):
        return RequestFailure.RESET
    return RequestFailure.OTHER
