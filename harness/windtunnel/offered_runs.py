"""An open loop to one target: its records beside what the taps recorded meanwhile."""

from collections.abc import Sequence

from windtunnel.load.engine import LoadEngine
from windtunnel.load.open_loop import open_loop_plan
from windtunnel.records.load_run import LoadRun
from windtunnel.requests.request_value import Request
from windtunnel.run_collector import RunCollector
from windtunnel.scenario_context import ScenarioContext
from windtunnel.target_requests import TargetRequests


def offered_run(
    rate: float | str,
    context: ScenarioContext,
    sent: TargetRequests,
    collector: RunCollector,
    *,
    duration: float,
    requests: Sequence[str | Request],
    connections: int,
    poisson: bool,
    until: float,
) -> LoadRun:
    """Offer an open loop to one target, and return the run; see Target.offer.

    TimeoutError where it is not over at the monotonic time `until`.
    """
    loop = context.loop
    loop.run(sent.refresh_login(), until=until)
    plan = open_loop_plan(
        sent.address,
        sent.mix(requests),
        rate,
        duration=duration,
        connections=connections,
        poisson=poisson,
        seed=context.random.getrandbits(32),
        fallback_header=context.configuration.fallback_header,
    )

    async def run() -> LoadRun:
        return await LoadEngine(plan).run()  # made on the loop that it runs on

    context.unasked.observe()
    reading = context.machine.read()
    context.begin()
    # What is only counted is read before and after.
    if context.windows():
        context.backend.mark()
    with sent.under_way.one():
        found = loop.run(run(), until=until)
    if context.windows():
        context.backend.mark()
    sent.saw(found.samples.status.tolist())
    return collector.offered(found, reading)
