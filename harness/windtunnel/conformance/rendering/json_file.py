"""The report as JSON."""

import msgspec

from windtunnel.conformance.conformance_report import ConformanceReport

VERSION = 1
"""Grows when a program that reads the file would have to change."""


def text(report: ConformanceReport) -> str:
    """Return everything but the recordings: verdicts carry their own evidence."""
    document = msgspec.to_builtins(report)
    for result in document["results"]:
        del result["recording"]
    document["ruling"] = report.ruling.value
    encoded = msgspec.json.format(msgspec.json.encode({"version": VERSION, **document}))
    return encoded.decode() + "\n"
