"""What an answer says of the dependency that gave it."""

from enum import StrEnum


class AnswerMeaning(StrEnum):
    """What an answer says of the dependency, as its protocol means it."""

    GOOD = "good"
    REFUSAL = "refusal"
    """The dependency works, and refused this call: HTTP 4xx, or SQLSTATE 23505."""
    FAILURE = "failure"
    """The dependency does not work as it should: HTTP 5xx, or SQLSTATE 57P03."""
