"""Checks that a target follows its stepped clock, by the Date of its answers (RFC 9110, 6.6.1).

A program that asks the kernel itself, as those written in Go do, does not see libfaketime's clock.
There the property could not fail.
"""

import http.client
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime

from windtunnel.address import Address
from windtunnel.backends.wall_clock import WallClock
from windtunnel.errors import NotTestable

STEP = 86400.0
"""Seconds: one day, beyond any doubt about a server's own clock."""
PATIENCE = 5.0
"""Seconds: servers write the Date anew once a second or so."""


def check_clock(
    clock: WallClock, address: Address, path: str, pause: Callable[[float], None]
) -> None:
    """Step the clock forth and back; NotTestable where the Date of GET `path` did not follow."""
    before = _date(address, path)
    clock.step(STEP)
    end = time.monotonic() + PATIENCE
    while _date(address, path) - before < STEP / 2:
        if time.monotonic() > end:
            raise NotTestable(
                f"the Date of GET {path} did not follow a step of the wall clock",
                needs="a target that takes the time from the C library, which libfaketime replaces",
            )
        pause(0.02)
    clock.step(0)


def _date(address: Address, path: str) -> float:
    """Return the target's time in seconds since the epoch."""
    connection = http.client.HTTPConnection(address.host, address.port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        found = connection.getresponse().getheader("Date")
        return parsedate_to_datetime(found or "").timestamp()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotTestable(
            f"GET {path} brought no Date by which to see the target's wall clock: {error}",
            needs="answers with a Date",
        ) from error
    finally:
        connection.close()
