"""The fixture `windtunnel_paired`: this working tree beside an earlier revision."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from windtunnel.plugin.options import BASE, BUILD

if TYPE_CHECKING:
    from windtunnel.plugin.base_and_head import Paired
    from windtunnel.stack import Stack


@pytest.fixture
def windtunnel_paired(
    request: pytest.FixtureRequest, windtunnel_stack: "Stack"
) -> "Iterator[Paired]":
    """Give this working tree and the revision --windtunnel-base; skip where none is named."""
    revision = request.config.getoption(BASE)
    if revision is None:
        pytest.skip(f"nothing to compare with: name a revision by {BASE}")
    # Few tests compare, and every session pays for what its plugins load.
    from windtunnel.plugin.base_and_head import opened  # noqa: PLC0415 - the reason above

    build = request.config.getoption(BUILD)
    with opened(request, windtunnel_stack, revision, build=build) as comparison:
        yield comparison
