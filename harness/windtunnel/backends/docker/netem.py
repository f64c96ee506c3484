"""Delays a container's networks by the kernel's netem queue, where the kernel has it."""

from collections.abc import Sequence

from windtunnel.backends.docker.docker_engine import DockerEngine


class Netem:
    """The delay on one container's interfaces in some networks: in all of them, or in none."""

    def __init__(self, engine: DockerEngine, service: str, networks: Sequence[str]) -> None:
        self._engine = engine
        self._service = service
        self._networks = networks
        self._delayed: set[str] = set()
        """The interfaces that are delayed now."""

    def __repr__(self) -> str:
        return f"<Netem on {self._service} in {', '.join(self._networks)}>"

    def apply(self, round_trip: float) -> str:
        """Delay what leaves by `round_trip` seconds (0 ends it); return why not, or "".

        Delaying one direction by the whole round trip makes a handshake (its SYN-ACK) and each
        exchange (its answer) pay it once, as a round trip does.
        """
        if not round_trip and not self._delayed:
            return "no delay was applied"
        status, output = self._engine.execute(self._service, ["ip", "-o", "addr", "show"])
        if status:
            return "the tap's image has no iproute2"
        for network in self._networks:
            refusal = self._apply(round_trip, network, output)
            if refusal:
                self._end()
                return refusal
        return ""

    def _apply(self, round_trip: float, network: str, shown: str) -> str:
        address = self._engine.address_in(self._service, network)
        names = [line.split()[1] for line in shown.splitlines() if f" {address}/" in line]
        if not names:
            return f"no interface has the address {address}"
        if not round_trip:
            return self._undo(names[0])
        delay = f"{round_trip * 1000:g}ms"
        refusal = self._tc("replace", names[0], "netem", "delay", delay)
        if not refusal:
            self._delayed.add(names[0])
        return refusal

    def _undo(self, interface: str) -> str:
        refusal = self._tc("del", interface) if interface in self._delayed else ""
        self._delayed.discard(interface)
        return refusal

    def _end(self) -> None:
        """Delay nothing: who falls back on another way to delay must not have both."""
        for interface in tuple(self._delayed):
            self._undo(interface)

    def _tc(self, change: str, interface: str, *queue: str) -> str:
        """Change an interface's queue; return why not, or ""."""
        command = ["tc", "qdisc", change, "dev", interface, "root", *queue]
        status, output = self._engine.execute(self._service, command)
        if not status:
            return ""
        return output.strip().splitlines()[-1] if output.strip() else "tc failed"
