"""What a docker backend has from its start to its stop."""

from collections.abc import Mapping
from dataclasses import dataclass

from windtunnel.backends.docker.netem import Netem
from windtunnel.backends.running_stack import RunningStack


@dataclass(frozen=True, slots=True)
class RunningContainers:
    """What a docker backend has once it is started."""

    stack: RunningStack
    image: str
    """What each target's container is made from."""
    environment: Mapping[str, str]
    """The target's variables, those of its image included."""
    netem: Netem
    """The delay between target and tap."""
