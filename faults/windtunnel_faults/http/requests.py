"""Which requests an HTTP fault strikes: what all of them have in common."""

from dataclasses import dataclass, fields

from windtunnel_faults import validation
from windtunnel_faults.fault_definition import Toxic, Toxics, Value
from windtunnel_faults.traffic_fault import TrafficFault


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class HttpRequests(TrafficFault):
    """Selects the requests that a fault strikes.

    Matching requests are counted over all connections, from the injection on. The probability is
    drawn from the run's seed for each request of each connection. A replay strikes the same ones.
    """

    first: int = 0
    """Strike only the first so many matching requests. 0 means no limit."""
    every: int = 1
    """Strike every n-th matching request: 3 strikes the third, the sixth and so on."""
    probability: float = 1.0
    method: str = ""
    """Match only this method. Empty matches any."""
    path: str = ""
    """Match only paths that begin so."""
    header: str = ""
    """Match only requests with this header: "Name", or "Name: value"."""

    def __repr__(self) -> str:
        """Write it as a scenario does, without arguments that have their default."""
        own = {each.name: each for each in fields(self)}
        given = [
            f"{name}={getattr(self, name)!r}"
            for name in sorted(own, key=lambda name: name in _COMMON)
            if getattr(self, name) != own[name].default
        ]
        return f"{type(self).__name__}({', '.join(given)})"

    def _check_requests(self) -> None:
        """Raise ValueError on bad arguments."""
        validation.count(self, "first", self.first, least=0)
        validation.count(self, "every", self.every, least=1)
        validation.share(self, "probability", self.probability)
        for name in ("method", "path", "header"):
            validation.text(self, name, getattr(self, name))

    def _as_toxics(self, kind: str, *attributes: tuple[str, Value]) -> Toxics:
        """Return the toxic of our own proxy that does this to the requests meant here."""
        selection = (
            ("first", self.first),
            ("every", self.every),
            ("probability", self.probability),
            ("method", self.method),
            ("path", self.path),
            ("header", self.header),
        )
        return Toxics((Toxic(kind, (*attributes, *selection)),))


_COMMON = tuple(each.name for each in fields(HttpRequests))
