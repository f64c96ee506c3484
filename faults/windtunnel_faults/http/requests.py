"""Which requests an HTTP fault strikes: what all of them have in common."""

from dataclasses import dataclass, fields

from windtunnel_faults import validation
from windtunnel_faults.fault import Toxic, Toxics, Value


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class HttpRequests:
    """Of the requests that match, those that are struck.

    Requests are counted over all connections from the moment of the injection; the probability is
    drawn from the run's seed for each request of each connection, so that a replay strikes the
    same ones.
    """

    first: int = 0
    """Only so many of those that match; 0 means no limit."""
    every: int = 1
    """Only each of this number: 3 strikes the third, the sixth and so on."""
    probability: float = 1.0
    method: str = ""
    """Only this method; empty means any."""
    path: str = ""
    """Only paths that begin so."""
    header: str = ""
    """Only requests with this header: "Name", or "Name: value"."""

    def __repr__(self) -> str:
        """Write it as a scenario would: what is as it would be anyway is left out."""
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
