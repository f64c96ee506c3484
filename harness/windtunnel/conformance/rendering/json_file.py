"""The report as JSON."""

from pathlib import Path

import msgspec

from windtunnel.conformance.conformance_report import ConformanceReport

VERSION = 1
"""Grows when a program that reads the file would have to change."""


def write(path: Path, report: ConformanceReport) -> None:
    """Write everything but the recordings: verdicts carry their own evidence."""
    document = msgspec.to_builtins(report)
    for result in document["results"]:
        del result["recording"]
    document["ruling"] = report.ruling.value
    text = msgspec.json.format(msgspec.json.encode({"version": VERSION, **document}))
    path.write_bytes(text + b"\n")
