"""A report: one line for each verdict."""

from pathlib import Path

from windtunnel.extensions import SessionReport


class RulingsFile:
    """Writes to the file that --windtunnel-report=rulings=FILE names."""

    def __init__(self, destination: str) -> None:
        self.path = Path(destination)

    def write(self, report: SessionReport) -> None:
        """Write the file."""
        lines = [f"{each.verdict.ruling} {each.verdict.criterion}\n" for each in report.judged]
        self.path.write_text("".join(lines), encoding="utf-8")
