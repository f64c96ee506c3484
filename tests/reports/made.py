"""Sessions made by hand: their findings are given, and a person can see through them."""

from collections.abc import Sequence
from dataclasses import replace

from windtunnel import Category, Finding, Moment, Ruling, Verdict
from windtunnel.criteria.fault_touched import FAULT_TOUCHED
from windtunnel.criteria.score import score
from windtunnel.reports.matrix import matrix
from windtunnel.reports.reruns import counted, flaky
from windtunnel.reports.scenario_result import (
    InjectedFault,
    Judged,
    ScenarioOutcome,
    ScenarioResult,
)
from windtunnel.reports.session_report import SessionReport

OUTAGE = InjectedFault("Outage(dependency='prices')", "prices", "Outage")
LATENCY = InjectedFault("Latency(dependency='prices', seconds=0.2)", "prices", "Latency")
STOCK_OUTAGE = InjectedFault("Outage(dependency='stock')", "stock", "Outage")

MOMENTS = tuple(
    Moment(100 + n * 0.0213, "caller", f"request {n}: 200 fallback")
    if n % 2 == 0
    else Moment(100 + n * 0.0213, "prices", "connection refused", counted=n > 7)
    for n in range(40)
)
OPENS = Verdict(
    criterion="breaker opens within 3 failures",
    criterion_id="breaker_opens",
    subject="prices",
    ruling=Ruling.FAIL,
    statement="after 3 failures had ended, 17 attempts of 17 later requests reached it.",
    category=Category.BREAKERS,
    covers=("prices",),
    value=17,
    lower=17,
    upper=17,
    timeline=MOMENTS,
    conditions=("backend embedded", "profile loopback", "seed 42"),
    mechanism="circuit breaker",
)
MEAN = Verdict(
    criterion="mean response",
    subject="/orders",
    ruling=Ruling.PASS,
    statement="mean 22.91 ms (99% interval 20.38 to 25.45 ms), allowed under 50 ms.",
    category=Category.RESPONSE_TIMES,
    covers=("/orders",),
    value=0.0229,
    lower=0.0204,
    upper=0.0254,
    unit="s",
    findings=(Finding("p99", 0.0733, "s"),),
    mechanism="response time",
)
ERRORS = Verdict(
    criterion="error rate",
    subject="/orders",
    ruling=Ruling.INCONCLUSIVE,
    statement="0.00% errors (0 of 20), allowed under 5%.",
    category=Category.SUCCESS_RATE,
    covers=("/orders",),
    needs="about 90 requests",
    mechanism="answers",
)


def touched(injected: InjectedFault, ruling: Ruling = Ruling.PASS) -> Verdict:
    return Verdict(
        criterion="fault touched traffic",
        criterion_id=FAULT_TOUCHED,
        subject=injected.fault,
        ruling=ruling,
        statement="20 calls started.",
    )


def tried(
    name: str,
    outcome: ScenarioOutcome,
    verdicts: Sequence[Verdict] = (),
    injected: tuple[InjectedFault, ...] = (),
    attempt: int = 1,
) -> ScenarioResult:
    test = f"tests/test_it.py::{name}"
    replay = f"pytest {test} --windtunnel-seed=42"
    return ScenarioResult(
        test=test,
        attempt=attempt,
        outcome=outcome,
        file="tests/test_it.py",
        line=9,
        replay=replay,
        said="" if outcome is ScenarioOutcome.PASSED else f"why {name} did not pass",
        judged=tuple(
            Judged(test=test, verdict=each, faults=injected, attempt=attempt, replay=replay)
            for each in verdicts
        ),
        injected=injected,
    )


EVERY_KIND = (
    tried("test_opens", ScenarioOutcome.FAILED, [touched(OUTAGE), OPENS], (OUTAGE,)),
    tried("test_mean", ScenarioOutcome.PASSED, [touched(LATENCY), MEAN], (LATENCY,)),
    tried("test_errors", ScenarioOutcome.INCONCLUSIVE, [touched(LATENCY), ERRORS], (LATENCY,)),
    tried("test_flaky", ScenarioOutcome.FAILED, [touched(OUTAGE)], (OUTAGE,)),
    tried("test_flaky", ScenarioOutcome.PASSED, [touched(OUTAGE)], (OUTAGE,), attempt=2),
    tried(
        "test_vacuous",
        ScenarioOutcome.FAILED,
        [touched(STOCK_OUTAGE, Ruling.FAIL)],
        (STOCK_OUTAGE,),
    ),
)
PAIRS = [(at, fault) for at in ("prices", "stock") for fault in ("Outage", "Latency", "Kill")]


def session(
    tests: Sequence[ScenarioResult] = EVERY_KIND, minimum: float | None = None
) -> SessionReport:
    judged = counted(tests)
    return SessionReport(
        backend="embedded",
        reason="as asked",
        description=("our own proxy, which is also the tap",),
        seed=42,
        tests=tuple(tests),
        judged=judged,
        flaky=flaky(tests),
        score=score([each.verdict for each in judged], ["/orders"], ["prices", "stock"]),
        minimum=minimum,
        matrix=matrix(tests, PAIRS),
        settings={"CACHE_TTL=0": 2},
        environment=(("windtunnel", "0.1.0"), ("Machine", "one of ours")),
    )


def with_text(text: str) -> SessionReport:
    """Return a session in which whatever can be a text is this one."""
    injected = InjectedFault(text, text, text)
    hostile = replace(
        OPENS,
        criterion=text,
        subject=text,
        statement=text,
        timeline=(Moment(1, text, text), Moment(2, text, text, counted=True)),
        conditions=(text,),
        mechanism=text,
        findings=(Finding(text, 1.0, text),),
        unit=text,
    )
    one = replace(
        tried("x", ScenarioOutcome.FAILED, [hostile, touched(injected)], (injected,)), test=text
    )
    one = replace(
        one,
        file=text,
        replay=text,
        said=text,
        judged=tuple(replace(each, test=text, replay=text) for each in one.judged),
    )
    again = replace(one, attempt=2, outcome=ScenarioOutcome.PASSED, judged=())
    return replace(
        session([one, again]),
        backend=text,
        reason=text,
        description=(text,),
        settings={text: 1},
        environment=((text, text),),
        remarks=(text,),
    )
