"""Which failure a connection's error is."""

import errno
import ssl

from windtunnel.records import RequestFailure

_OWN = {
    errno.EMFILE: RequestFailure.NO_FILES,
    errno.ENFILE: RequestFailure.NO_FILES,
    errno.EADDRNOTAVAIL: RequestFailure.NO_PORTS,
    errno.EAGAIN: RequestFailure.NO_PORTS,
    errno.ENOMEM: RequestFailure.NO_MEMORY,
    errno.ENOBUFS: RequestFailure.NO_MEMORY,
}
"""What the system says of its own limits, whoever the peer is (connect(2), socket(2))."""


def failure_of(error: Exception) -> RequestFailure:
    """Return the kind of failure that an error of a connection is."""
    own = _OWN.get(getattr(error, "errno", None) or 0)
    if own is not None and not isinstance(error, ssl.SSLError):
        return own
    if isinstance(error, ssl.SSLError):
        return RequestFailure.TLS
    if isinstance(error, ConnectionRefusedError):
        return RequestFailure.REFUSED
    if isinstance(error, ConnectionResetError | BrokenPipeError | ConnectionAbortedError):
        return RequestFailure.RESET
    return RequestFailure.OTHER
