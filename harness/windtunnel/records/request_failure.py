"""Why a request got no good answer: the one list of failures, and their words."""

from enum import IntEnum


class RequestFailure(IntEnum):
    """Why a request failed; its text is `text`."""

    NONE = 0
    UNEXPECTED_STATUS = 1
    REFUSED = 2
    RESET = 3
    CLOSED = 4
    TIMED_OUT = 5
    MALFORMED = 6
    TLS = 7
    NOT_SENT = 8
    """Its deadline passed, or the run ended, while every connection was busy."""
    OTHER = 9
    NO_FILES = 10
    """This machine let the sender open no further file: its limit, not the service's."""
    NO_PORTS = 11
    """This machine had no free port for another connection."""
    NO_MEMORY = 12
    """This machine had no memory for another connection."""
    JOURNEY = 13
    """A journey's function raised what no request's failure caused, such as an AssertionError."""
    CANCELLED = 14
    """Its journey did not wait for the answer. It may have been sent, and have had its effect."""

    @property
    def text(self) -> str:
        """The failure as a person reads it; empty for none."""
        return _TEXTS[self]

    @property
    def needs(self) -> str:
        """What the sender's machine lacked, as advice; empty where the failure may be another's."""
        return _NEEDS.get(self, "")


_TEXTS = {
    RequestFailure.NONE: "",
    RequestFailure.UNEXPECTED_STATUS: "unexpected status",
    RequestFailure.REFUSED: "refused",
    RequestFailure.RESET: "reset",
    RequestFailure.CLOSED: "closed before the answer's end",
    RequestFailure.TIMED_OUT: "timed out",
    RequestFailure.MALFORMED: "malformed answer",
    RequestFailure.TLS: "TLS failed",
    RequestFailure.NOT_SENT: "not sent: no connection was free in time",
    RequestFailure.OTHER: "another system error",
    RequestFailure.NO_FILES: "no free open file on the sender's side",
    RequestFailure.NO_PORTS: "no free port on the sender's side",
    RequestFailure.NO_MEMORY: "no memory on the sender's side",
    RequestFailure.JOURNEY: "journey failed",
    RequestFailure.CANCELLED: "cancelled",
}
_NEEDS = {
    RequestFailure.NO_FILES: "more open files (ulimit -Hn), or fewer connections",
    RequestFailure.NO_PORTS: "kept connections, fewer of them, or a wider"
    " net.ipv4.ip_local_port_range",
    RequestFailure.NO_MEMORY: "more memory, or fewer connections",
}
