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

    @property
    def text(self) -> str:
        """The failure as a person reads it; empty for none."""
        return _TEXTS[self]


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
}
