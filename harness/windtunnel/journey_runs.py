"""A run of journeys: their records beside what the taps recorded meanwhile."""

from windtunnel.load.journeys.journey_function import Journey, JourneyFunction
from windtunnel.load.journeys.journey_loop import PATIENCE, drive_journeys
from windtunnel.load.journeys.journey_outcome import at_once
from windtunnel.load.journeys.kept_journeys import JourneyPlan
from windtunnel.number_bounds import SECONDS, check_number
from windtunnel.records import Run
from windtunnel.run_collector import RunCollector
from windtunnel.scenario_context import ScenarioContext
from windtunnel.target_requests import TargetRequests


def journeys_run(
    function: Journey,
    context: ScenarioContext,
    sent: TargetRequests,
    collector: RunCollector,
    *,
    requests: int,
    concurrency: int,
    timeout: float | None,
    until: float,
) -> Run:
    """Make a journey so often to one target, and return the run; see Target.drive.

    TimeoutError where it is not over at the monotonic time `until`.
    """
    if timeout is not None:
        check_number("", "timeout", timeout, SECONDS)
    journey = JourneyFunction.of(function)
    if journey.takes_client:
        sent.check_served()
    context.unasked.observe()
    # A sequential run is cut into its journeys by readings of what is only counted.
    counted, mark = concurrency == 1 and context.windows(), context.backend.mark
    reading = context.machine.read()
    began = context.begin()
    if counted:
        mark()
    plan = JourneyPlan(
        journey=journey,
        requests=requests,
        concurrency=concurrency,
        patience=timeout or PATIENCE,
        until=until,
        seed=sent.journeys_seed(),
        between=mark if counted else None,
    )
    responses = drive_journeys(plan, sent.connections(context.loop))
    return collector.run(responses, began, max(concurrency, at_once(responses)), reading)
