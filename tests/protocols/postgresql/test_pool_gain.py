"""What a pool of connections to PostgreSQL gains is measured, and confirmed by the wire."""

import pytest

from tests.protocols.postgresql.notes_stack import stack_with
from windtunnel import Ruling, pooling_gain
from windtunnel.session import Session

pytestmark = pytest.mark.slow
pytest.importorskip("psycopg_pool")


def test_what_a_pool_gains(session: Session) -> None:
    with (
        stack_with(session) as stack,
        stack.target(POOL="on") as on,
        stack.target(POOL="off") as off,
    ):
        on.pairs(off, "/notes", 20)
        found = on.pairs(off, "/notes", 60)
        assert pooling_gain(found, "database", above=0.1).ruling is Ruling.PASS
        off.pairs(on, "/notes", 20)
        turned = off.pairs(on, "/notes", 60)
        assert pooling_gain(turned, "database", above=0.1).ruling is not Ruling.PASS
