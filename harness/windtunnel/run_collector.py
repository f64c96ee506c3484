"""Puts what callers saw of one target beside what the taps recorded meanwhile: a run."""

import time
from dataclasses import replace

from windtunnel.configuration import topology
from windtunnel.ended_programs import check_programs
from windtunnel.machine.machine_meter import MachineReading
from windtunnel.measured_profile import describe_profile
from windtunnel.records import FaultWindow, Limits, Response, Run
from windtunnel.scenario_context import ScenarioContext


class RunCollector:
    """The runs of one target. `notes` are said of each."""

    def __init__(self, context: ScenarioContext, notes: tuple[str, ...]) -> None:
        self._context = context
        self._notes = notes
        self._runs: list[Run] = []

    def __repr__(self) -> str:
        return f"<RunCollector, {len(self._runs)} runs>"

    def faults_since(self, began: float) -> tuple[FaultWindow, ...]:
        """Return the faults that were in force at that moment or came later."""
        windows = self._context.windows()
        return tuple(each for each in windows if each.ended is None or each.ended >= began)

    def run(
        self,
        responses: list[Response],
        began: float,
        concurrency: int,
        reading: MachineReading | None,
    ) -> Run:
        """Return the run that began then. Raises ProgramEnded where a program ended by itself."""
        context, machine = self._context, self._context.machine.since(reading)
        check_programs(context.backend)
        evidence = tuple(
            context.unasked.evidence(edge, began) for edge in topology.edges(context.configuration)
        )
        run = Run(
            responses=tuple(sorted(responses, key=lambda response: response.number)),
            evidence=evidence,
            began=began,
            ended=time.monotonic(),
            concurrency=concurrency,
            profile=describe_profile(context.profile, evidence),
            profile_name=context.profile.name,
            backend=context.backend.name,
            seed=context.seed,
            faults=self.faults_since(began),
            notes=self._notes,
            limits=Limits(**context.configuration.criteria.model_dump()),
            machine=machine,
            target=context.configuration.target,
        )
        earlier = tuple(self._runs)
        self._runs.append(run)
        return replace(run, earlier=earlier)
