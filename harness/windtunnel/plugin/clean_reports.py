"""pytest's own reports of tests that use windtunnel: without secrets, and without orders."""

import pytest

from windtunnel.errors import WindtunnelError
from windtunnel.outgoing.clean_records import clean, clean_text
from windtunnel.outgoing.masking import Masking
from windtunnel.plugin import markers
from windtunnel.plugin.stash_keys import SESSION


def masking_of(item: pytest.Item) -> Masking:
    """Return what is masked in all that is said of one test."""
    masking = item.config.stash[SESSION].masking
    try:
        return masking.knowing(markers.environment(item))
    except WindtunnelError:  # a wrong marker, which its own error tells
        return masking


def clean_report(report: pytest.TestReport, masking: Masking) -> None:
    """Clean the reason of a failure, the captured output and the properties, in place."""
    report.longrepr = clean(report.longrepr, masking)
    if reported := getattr(report, "windtunnel_reported", ""):
        vars(report)["windtunnel_reported"] = clean_text(reported, masking)
    # What a test prints itself may have colours; in it, only secrets are masked.
    report.sections = [(name, masking.text(text)) for name, text in report.sections]
    report.user_properties = [
        (name, clean_text(value, masking) if isinstance(value, str) else value)
        for name, value in report.user_properties
    ]
