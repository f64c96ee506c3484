"""What a docker backend has from its start to its stop."""

from dataclasses import dataclass

from windtunnel.backends.docker.netem import Netem
from windtunnel.backends.running_stack import RunningStack


@dataclass(frozen=True, slots=True)
class RunningContainers:
    """What a docker backend has once it is started."""

    stack: RunningStack
    netem: Netem
    """The delay between target and tap."""
