"""Puts what callers saw of one target beside what the taps recorded meanwhile: a run."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from windtunnel.configuration import topology
from windtunnel.ended_programs import check_programs
from windtunnel.machine.machine_meter import MachineReading
from windtunnel.measured_profile import describe_profile
from windtunnel.records import FaultWindow, Limits, ObservedRun, Response, Run
from windtunnel.records.load_run import LoadRun
from windtunnel.scenario_context import ScenarioContext


class RunCollector:
    """The runs of one target. `notes` are said of each.

    Raises ProgramEnded where a program ended by itself.
    """

    def __init__(self, context: ScenarioContext, notes: tuple[str, ...]) -> None:
        self._context = context
        self._notes = notes
        self._runs: list[ObservedRun] = []

    def __repr__(self) -> str:
        return f"<RunCollector, {len(self._runs)} runs>"

    def faults_since(self, began: float) -> tuple[FaultWindow, ...]:
        """Return the faults that were in force at that moment or came later."""
        windows = self._context.windows()
        return tuple(each for each in windows if each.ended is None or each.ended >= began)

    def run(
        self,
        responses: Sequence[Response],
        began: float,
        concurrency: int,
        reading: MachineReading | None,
    ) -> Run:
        """Return the run of these responses that began then."""
        seen = self._seen(began, reading)
        run = Run(
            responses=tuple(sorted(responses, key=lambda response: response.number)),
            began=began,
            ended=time.monotonic(),
            concurrency=concurrency,
            seed=self._context.seed,
            **seen,
        )
        earlier = tuple(self._runs)
        self._runs.append(run)
        return replace(run, earlier=earlier)

    def offered(self, found: LoadRun, reading: MachineReading | None) -> LoadRun:
        """Return an open loop's run with what was seen of it."""
        run = replace(found, **self._seen(found.began, reading))
        earlier = tuple(self._runs)
        if run.responses.are_known:
            self._runs.append(run)
        return replace(run, earlier=earlier)

    def _seen(self, began: float, reading: MachineReading | None) -> dict[str, Any]:
        """Return the fields that every run has from where it ran."""
        context, machine = self._context, self._context.machine.since(reading)
        check_programs(context.backend)
        evidence = tuple(
            context.unasked.evidence(edge, began) for edge in topology.edges(context.configuration)
        )
        return {
            "evidence": evidence,
            "profile": describe_profile(context.profile, evidence),
            "profile_name": context.profile.name,
            "backend": context.backend.name,
            "faults": self.faults_since(began),
            "notes": self._notes,
            "limits": Limits(**context.configuration.criteria.model_dump()),
            "machine": machine,
            "target": context.configuration.target,
        }
