"""Logs what a start waited for, how long, and what it was that was not there yet."""

import logging

from windtunnel.outgoing.log_text import LogText


def log_wait(log: logging.Logger, what: str, seconds: float, reason: str) -> None:
    """Log that `what` serves after this many seconds, and why not sooner (`reason`)."""
    before = f" (before: {reason})" if reason else ""
    log.info("%s serves after %.2f s%s", what, seconds, LogText(before))
