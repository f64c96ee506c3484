"""Where a session's findings go: one sink, one file."""

from typing import Protocol

from windtunnel.reports.session_report import SessionReport


class Sink(Protocol):
    """Writes a report somewhere. It is told what was found and has no say in it."""

    def write(self, report: SessionReport) -> None:
        """Write the whole report; OSError or WindtunnelError where that cannot be done.

        A failure is told beside the result, and changes neither a verdict nor the exit status.
        """
        ...
