"""What is known of the work of a program while a fault strikes it, rather than calls to it."""

from windtunnel.backends.fault_support import OF_A_PROGRAM
from windtunnel.configuration import topology
from windtunnel.configuration.struck_edges import struck_edges
from windtunnel.criteria.program_touched import Asked, DrivenBy, ProgramWork
from windtunnel.scenario_context import ScenarioContext
from windtunnel_faults import Fault

BEFORE = 60.0
"""Seconds before a fault from which a program's connections are looked at."""


def struck_program(
    context: ScenarioContext, fault: Fault, began: float, until: float
) -> ProgramWork | None:
    """Return the work of what a fault strikes itself in that time; None where calls tell it.

    That is where others call it: but the driven program is called by the scenario as well.
    """
    configuration, name = context.configuration, fault.dependency
    is_driven = name == configuration.target and fault.needs in OF_A_PROGRAM
    if struck_edges(configuration, fault) and not is_driven:
        return None
    requests, asked = context.under_way, Asked.NEVER
    if requests.any:
        meanwhile = requests.between(began, until)
        asked = Asked.MEANWHILE if meanwhile else Asked.AT_OTHER_TIMES
    serves = is_driven and topology.gets_requests(configuration)
    known = name in topology.names(configuration)
    calls = topology.calls(configuration, name) if known else ()
    return ProgramWork(
        asked=asked,
        driven_by=DrivenBy.REQUESTS if serves else DrivenBy.WHAT_IT_READS,
        own=tuple(
            context.unasked.with_every_connection(
                topology.of_caller(configuration, name, each), began - BEFORE
            )
            for each in calls
        ),
    )
