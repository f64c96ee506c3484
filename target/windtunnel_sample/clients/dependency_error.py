"""The ways in which a dependency's client fails."""


class DependencyError(Exception):
    """A dependency refused, reset, timed out, or answered with an error or nonsense."""


class Declined(DependencyError):
    """A dependency answered that the request was wrong: it works, so its breaker does not count it.

    (HTTP 4xx; RFC 9110, section 15.5: "the client seems to have erred".)
    """
