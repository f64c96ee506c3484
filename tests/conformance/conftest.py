"""The stand on which the breakers with known answers are tested."""

from collections.abc import Iterator

import pytest

from tests.conformance.stand import Stand


@pytest.fixture(scope="session")
def stand() -> Iterator[Stand]:
    """Give backends that are started once; each breaker is fresh all the same."""
    with Stand() as started:
        yield started
