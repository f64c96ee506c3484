"""A network profile delays every network of the tap, or none: then the tap delays by itself."""

from collections.abc import Sequence
from typing import cast

from windtunnel.backends.docker.docker_engine import DockerEngine
from windtunnel.backends.docker.netem import Netem

SHOWN = """\
1: lo    inet 127.0.0.1/8 scope host lo
7: eth0    inet 10.0.1.2/24 brd 10.0.1.255 scope global eth0
9: eth1    inet 10.0.2.2/24 brd 10.0.2.255 scope global eth1
11: eth2    inet 10.0.3.2/24 brd 10.0.3.255 scope global eth2
"""


class Engine:
    """Has one container in three networks, whose interfaces `lacking` cannot be delayed."""

    def __init__(self, lacking: Sequence[str] = ()) -> None:
        self.delays: dict[str, str] = {}
        self._lacking = lacking

    def address_in(self, service: str, network: str) -> str:
        return {"front": "10.0.1.2", "front-2": "10.0.2.2", "back": "10.0.3.2"}[network]

    def execute(self, service: str, command: Sequence[str]) -> tuple[int, str]:
        if command[0] == "ip":
            return 0, SHOWN
        change, interface = command[2], command[4]
        if change == "del":
            del self.delays[interface]
        elif interface in self._lacking:
            return 2, "Error: Specified qdisc kind is unknown.\n"
        else:
            self.delays[interface] = command[-1]
        return 0, ""


def netem(engine: Engine) -> Netem:
    return Netem(cast("DockerEngine", engine), "tap", ("front", "front-2"))


def test_every_network_in_which_the_target_meets_the_tap_is_delayed() -> None:
    engine = Engine()
    delayed = netem(engine)
    assert delayed.apply(0.005) == ""
    assert engine.delays == {"eth0": "5ms", "eth1": "5ms"}
    assert delayed.apply(0.02) == ""
    assert engine.delays == {"eth0": "20ms", "eth1": "20ms"}
    assert delayed.apply(0) == ""
    assert engine.delays == {}
    assert delayed.apply(0) == "no delay was applied"


def test_where_one_cannot_be_delayed_none_is() -> None:
    engine = Engine(lacking=["eth1"])
    assert netem(engine).apply(0.005) == "Error: Specified qdisc kind is unknown."
    assert engine.delays == {}
