"""The plan of an open loop to one target."""

from windtunnel.address import Address
from windtunnel.errors import shown
from windtunnel.load import arrivals
from windtunnel.load.destination import Destination
from windtunnel.load.mix import Mix
from windtunnel.load.plan import MOST_CONNECTIONS, LoadPlan
from windtunnel.number_bounds import SECONDS, Bound, check_number

CONNECTIONS = Bound(
    f"a whole number of connections from 1 to {MOST_CONNECTIONS}",
    1,
    MOST_CONNECTIONS,
    most_itself=True,
    whole=True,
)


def open_loop_plan(
    address: Address,
    mix: Mix,
    rate: object,
    *,
    duration: float,
    connections: int,
    poisson: bool,
    seed: int,
    fallback_header: str = "",
) -> LoadPlan:
    """Return the plan of `rate`, a number or a schedule, for so many seconds.

    Raises ConfigurationError.
    """
    check_number("", "connections", connections, CONNECTIONS)
    check_number("", "duration", duration, SECONDS)
    spelt = rate if isinstance(rate, str) else shown(rate)
    return LoadPlan(
        destination=Destination(
            scheme="https" if address.tls else "http",
            host=address.host,
            address=address.connect_to,
            port=address.port,
            target_tls=address.tls,
        ),
        mix=mix,
        connections=connections,
        arrivals=arrivals.parse(spelt, duration, poisson=poisson),
        seed=seed,
        fallback_header=fallback_header,
    )
