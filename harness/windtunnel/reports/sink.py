"""Where a session's findings go: one sink, one file."""

from typing import Protocol

from windtunnel.reports.session_report import SessionReport


class Sink(Protocol):
    """Writes a report somewhere. It reads what was found and changes nothing of it."""

    def write(self, report: SessionReport) -> None:
        """Write the whole report; OSError or WindtunnelError where that cannot be done.

        A failure is reported beside the result, and changes neither a verdict nor the exit status.
        """
        ...
