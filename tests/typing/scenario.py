"""A scenario as a user writes it, with its types asserted: `make lint` checks it with mypy.

Nothing here is run.
"""

from typing import assert_type

import pytest

from windtunnel import (
    AsyncStack,
    BreakerConformance,
    HttpStatus,
    Injection,
    Judge,
    Latency,
    LoadRun,
    Outage,
    Paired,
    Ruling,
    Run,
    Stack,
    Target,
    Verdict,
    breaker_opens,
    error_rate,
)
from windtunnel.extensions import Address, Backend, SessionReport, Sink
from windtunnel.faults import Fault, Form
from windtunnel.records import Evidence, Response


@pytest.mark.fault(Latency("prices", 0.2))
@pytest.mark.criterion("error_rate", below=0.01)
def scenario(stack: Stack, judge: Judge, fault: Fault) -> None:
    with stack.inject(Outage("prices")) as outage:
        assert_type(outage, Injection)
        assert_type(outage.touched, bool)
        run = stack.drive("/orders", requests=20)
    assert_type(run, Run)
    assert_type(run.at("prices"), Evidence)
    assert_type(run.responses, tuple[Response, ...])
    assert_type(stack.load(["/orders"]), Run)
    assert_type(stack.offer(100), LoadRun)
    verdict = judge(breaker_opens(run, "prices", within=3))
    assert_type(verdict, Verdict)
    assert_type(verdict.ruling, Ruling)
    assert_type(error_rate(run, "/orders"), Verdict)
    assert_type(stack.get("/orders"), tuple[Response, bytes])
    with stack.target(CACHE_TTL=0) as target, stack.inject(fault):
        assert_type(target, Target)
        assert_type(target.drive("/orders"), Run)
    stack.inject("Outage")  # type: ignore[arg-type]
    HttpStatus("prices", "503")  # type: ignore[arg-type]
    stack.drive("/orders", request=20)  # type: ignore[call-arg]


async def async_scenario(async_stack: AsyncStack) -> None:
    async with async_stack.inject(Outage("prices")) as outage:
        assert_type(outage, Injection)
        assert_type(await async_stack.drive("/orders"), Run)
    assert_type(await async_stack.offer(100), LoadRun)
    assert_type(async_stack.stack, Stack)


def comparing(
    windtunnel_paired: Paired, windtunnel_breaker_conformance: BreakerConformance
) -> None:
    assert_type(windtunnel_paired.compare("/orders", budget=5.0), tuple[Verdict, ...])
    assert_type(windtunnel_breaker_conformance("prices", threshold=3).ruling, Ruling)


def extending(backend: Backend, fault: Fault, sink: Sink, report: SessionReport) -> None:
    assert_type(fault.form, Form)
    assert_type(backend.start_target("one", {}), Address)
    assert_type(report.verdicts, tuple[Verdict, ...])
    sink.write(report)
