"""The backend with the real Toxiproxy and Redis as processes, our tap in front of Toxiproxy."""

from collections.abc import Mapping

from windtunnel.address import Address
from windtunnel.backends.embedded import redis_server
from windtunnel.backends.installed_programs import find_programs
from windtunnel.backends.own_control import OwnControl
from windtunnel.backends.process_backend import FaultProxy, ProcessBackend
from windtunnel.backends.program_launcher import OWN_PATIENCE
from windtunnel.backends.toxiproxy import ToxiproxyControl
from windtunnel.configuration import Configuration
from windtunnel.ports import unguessable_host
from windtunnel.protocols.http.probe import answers_http
from windtunnel.records.edge import Edge


class LocalBackend(ProcessBackend):
    """target → tap → toxiproxy-server → dependency, all processes of this machine."""

    name = "local"

    def __init__(self, configuration: Configuration, *, run: str, seed: int) -> None:
        self._toxiproxy, self._redis_server = find_programs()
        super().__init__(configuration, run=run, seed=seed)

    @property
    def description(self) -> tuple[str, ...]:
        """What runs here."""
        proxy = f"Toxiproxy is {self._toxiproxy}, behind our tap"
        return (proxy, f"Redis is {self._redis_server}") if self.own_redis else (proxy,)

    def redis_command(self) -> tuple[str, ...]:
        """Return the real redis-server's command."""
        return redis_server(self._redis_server)

    def start_fault_proxy(self, upstreams: Mapping[Edge, Address], tap: OwnControl) -> FaultProxy:
        """Start toxiproxy-server with a proxy for each edge."""
        address = self.programs.start(
            "toxiproxy",
            (self._toxiproxy, "-host", "{host}", "-port", "{port}"),
            environment={},
            # It lets everybody in who does not call themselves Mozilla: a form of a page's in
            # another browser could add toxics, if it knew where.
            host=unguessable_host(),
            probe=answers_http("/version"),
            patience=OWN_PATIENCE,
        )
        control = ToxiproxyControl(address)
        return FaultProxy(
            control=control,
            upstreams={
                edge: control.create(edge, upstream=str(upstream))
                for edge, upstream in upstreams.items()
            },
            # It knows no leases.
            heal_posts=(f"http://{address}/reset",),
        )
