"""The fixture `paired` and --windtunnel-base: this working tree against an earlier revision."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from windtunnel.plugin.comparison import Paired
    from windtunnel.stack import Stack

BASE = "--windtunnel-base"
BUILD = "--windtunnel-build"


def add_options(group: pytest.OptionGroup) -> None:
    """Add the options of comparisons."""
    group.addoption(
        BASE,
        metavar="REV",
        help="the revision that the fixture `paired` compares this working tree with",
    )
    group.addoption(
        BUILD,
        action="store_true",
        help="build both versions an environment of their own, instead of using this Python",
    )


@pytest.fixture
def paired(request: pytest.FixtureRequest, stack: "Stack") -> "Iterator[Paired]":
    """Give this working tree and the revision --windtunnel-base; skip where none is named."""
    revision = request.config.getoption(BASE)
    if revision is None:
        pytest.skip(f"nothing to compare with: name a revision by {BASE}")
    # Few tests compare, and every session pays for what its plugins load.
    from windtunnel.plugin.comparison import opened  # noqa: PLC0415 - the reason above

    build = request.config.getoption(BUILD)
    with opened(request, stack, revision, build=build) as comparison:
        yield comparison
