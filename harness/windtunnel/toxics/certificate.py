"""The certificates that a proxy can present where it ends TLS."""

from enum import StrEnum


class Certificate(StrEnum):
    """What certificate is presented."""

    GOOD = "good"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    WRONG_NAME = "wrong_name"
    UNTRUSTED = "untrusted"
    """Made by an authority that nobody trusts."""
    SELF_SIGNED = "self_signed"
