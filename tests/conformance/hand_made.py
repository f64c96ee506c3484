"""Recordings made by hand: small ones, whose right verdict a person can see."""

from dataclasses import dataclass, replace

from tests.criteria.recorded import evidence, run
from windtunnel.conformance.claims import Claims
from windtunnel.conformance.experiment_recording import Recording, Step
from windtunnel.conformance.time_bounds import TimeBounds
from windtunnel.records import Exchange, ExchangeOutcome, RequestFailure, Response


@dataclass(frozen=True)
class Call:
    """One request, and the call that it made, if any. Times in seconds."""

    at: float
    takes: float = 0.002
    status: int | None = 200
    fallback: bool = False
    reached: bool = True
    failed: bool = False
    answer: str = "200"
    """The dependency's status."""
    lasts: float | None = None
    """How long the call lasted at the tap, where that differs from the request's time."""
    request: str = "GET /agents"

    @property
    def response(self) -> Response:
        return Response(
            number=1,
            endpoint="/api/agents",
            started=self.at,
            ended=self.at + self.takes,
            status=self.status,
            failure=RequestFailure.NONE if self.status else RequestFailure.TIMED_OUT,
            fallback="catalog" if self.fallback else "",
        )

    @property
    def exchange(self) -> Exchange:
        lasts = self.takes * 0.8 if self.lasts is None else self.lasts
        return Exchange(
            dependency="catalog",
            connection=1,
            index=0,
            request=self.request,
            started=self.at + 0.0001,
            ended=self.at + lasts,
            outcome=ExchangeOutcome.FAILED if self.failed else ExchangeOutcome.ANSWERED,
            status="" if self.failed else self.answer,
        )


def real(at: float, takes: float = 0.002) -> Call:
    """Return a request that the dependency answered."""
    return Call(at, takes)


def failed(at: float, takes: float = 0.002) -> Call:
    """Return a request whose call failed."""
    return Call(at, takes, fallback=True, failed=True)


def kept(at: float, takes: float = 0.001) -> Call:
    """Return a request that was kept from the dependency, and answered by the fallback."""
    return Call(at, takes, fallback=True, reached=False)


@dataclass(frozen=True)
class Part:
    """A step of a recording to be made."""

    name: str
    calls: tuple[Call, ...]
    concurrency: int = 1


def part(name: str, *calls: Call, concurrency: int = 1) -> Part:
    """Return a step with these requests."""
    return Part(name, calls, concurrency)


OPENING = part(
    "opening", *(failed(n * 0.01) for n in range(3)), *(kept(n * 0.01) for n in (3, 4, 5))
)
"""Three failures and three requests kept back: it opened at 0.02 s."""


def recording(
    *parts: Part,
    claims: Claims = Claims(threshold=3, probes=2, recovery=0.4, window=1.0),  # noqa: B008 - immutable
    recovery: TimeBounds | None = TimeBounds(0.4, 0.4),  # noqa: B008 - immutable
    dropped: int = 0,
) -> Recording:
    """Return the recording of these steps at the dependency catalog."""
    exchanges = [call.exchange for each in parts for call in each.calls if call.reached]
    seen = evidence(*sorted(exchanges, key=lambda each: each.started), dropped=dropped)
    steps = []
    for each in parts:
        answers = tuple(call.response for call in each.calls)
        whole = run(answers, seen, concurrency=each.concurrency)
        steps.append(
            Step(
                each.name,
                replace(
                    whole,
                    began=min((a.started for a in answers), default=0.0),
                    ended=max((a.ended for a in answers), default=0.0),
                ),
            )
        )
    return Recording(dependency="catalog", claims=claims, recovery=recovery, steps=tuple(steps))
