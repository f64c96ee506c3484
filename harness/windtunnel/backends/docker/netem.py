"""Delays a container's network by the kernel's netem queue, where the kernel has it."""

from windtunnel.backends.docker.docker_engine import DockerEngine


class Netem:
    """The delay on one container's interface in one network."""

    def __init__(self, engine: DockerEngine, service: str, network: str) -> None:
        self._engine = engine
        self._service = service
        self._network = network
        self._applied = False

    def __repr__(self) -> str:
        return f"<Netem on {self._service} in {self._network}>"

    def apply(self, round_trip: float) -> str:
        """Delay what leaves by `round_trip` seconds (0 ends it); return why not, or "".

        Delaying one direction by the whole round trip makes a handshake (its SYN-ACK) and each
        exchange (its answer) pay it once, as a round trip does.
        """
        if not round_trip and not self._applied:
            return "no delay was applied"
        status, output = self._engine.execute(self._service, ["ip", "-o", "addr", "show"])
        if status:
            return "the tap's image has no iproute2"
        address = self._engine.address_in(self._service, self._network)
        names = [line.split()[1] for line in output.splitlines() if f" {address}/" in line]
        if not names:
            return f"no interface has the address {address}"
        change = ["tc", "qdisc", "replace", "dev", names[0], "root", "netem"]
        command = [*change, "delay", f"{round_trip * 1000:g}ms"]
        if not round_trip:
            command = ["tc", "qdisc", "del", "dev", names[0], "root"]
        status, output = self._engine.execute(self._service, command)
        self._applied = status == 0 and bool(round_trip)
        return (
            ""
            if status == 0
            else output.strip().splitlines()[-1]
            if output.strip()
            else "tc failed"
        )
