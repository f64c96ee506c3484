"""What an SQLSTATE says of the server (PostgreSQL's documentation, appendix A)."""

from windtunnel.records import AnswerMeaning

_FAILURES = frozenset({"08", "53", "57", "58", "F0", "XX"})
"""Classes by which a server says that it cannot do its work: connections, resources, its operator
(a statement that took too long, too, whoever ended it), its system, its settings, itself."""
_FURTHER_FAILURES = frozenset({"25006", "40003"})
"""It takes no writes, as after a failover; it does not know what became of a statement."""


def meaning(sqlstate: str) -> AnswerMeaning:
    """Return what an error says of the server.

    The others are the caller's: a statement or its data (22, 23, 42), who it is (28), a transaction
    that lost against another one and is to be tried again (40), a lock that somebody holds (55).
    """
    if sqlstate[:2] in _FAILURES or sqlstate in _FURTHER_FAILURES:
        return AnswerMeaning.FAILURE
    return AnswerMeaning.REFUSAL
