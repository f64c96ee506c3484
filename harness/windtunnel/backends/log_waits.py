"""Logs what a start waited for, how long, and what it was that was not there yet."""

import logging


def log_wait(log: logging.Logger, what: str, seconds: float, reason: str) -> None:
    """Log that `what` serves after this many seconds, and why not sooner (`reason`)."""
    log.info("%s serves after %.2f s%s", what, seconds, f" (before: {reason})" if reason else "")
