"""A journey: a function makes several requests, and its outcome is judged as one request's."""

import asyncio
import random as chances
import signal
import socket
import sqlite3
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import partial
from typing import Any

import httpx
import pytest

from tests.requests.shop import CONFIGURATION, PASSWORD, SHOP
from windtunnel import (
    Latency,
    Outage,
    Ruling,
    all_answered,
    breaker_opens,
    calls_per_request,
    error_rate,
    fails_cleanly,
    mean_response,
)
from windtunnel.async_stack import AsyncStack
from windtunnel.criteria.matched_attempts import matched_attempts
from windtunnel.errors import ConfigurationError, MissingExtra
from windtunnel.load.journeys import journey_loop
from windtunnel.load.journeys.journey_function import Journey
from windtunnel.records import RequestFailure
from windtunnel.session import Session
from windtunnel.stack import Stack


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("shop")
    (folder / "shop.py").write_text(SHOP)
    (folder / "windtunnel.toml").write_text(CONFIGURATION)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOP_PASSWORD", PASSWORD)
        session = Session(directory=folder, configuration=None, backend="embedded", seed=1)
        yield session
        session.close()


@pytest.fixture
def stack(session: Session, request: pytest.FixtureRequest) -> Iterator[Stack]:
    stack = session.stack(request.node.name, {}, lambda verdict: None)
    yield stack
    stack.close()


def buy(client: httpx.Client, number: int, random: chances.Random) -> None:
    client.get("/me").raise_for_status()
    key = str(uuid.UUID(int=random.getrandbits(128), version=4))
    answer = client.post(
        f"/api/orders/{number}", json={"quantity": 2}, headers={"Idempotency-Key": key}
    )
    answer.raise_for_status()
    assert answer.json() == {"order": f"/api/orders/{number}", "key": key}


async def buy_async(client: httpx.AsyncClient) -> None:
    (await client.get("/me")).raise_for_status()
    answer = await client.post(
        "/api/orders/1", json={"quantity": 2}, headers={"Idempotency-Key": "k"}
    )
    answer.raise_for_status()


JOURNEYS = [pytest.param(buy, id="sync"), pytest.param(buy_async, id="async")]


@pytest.mark.parametrize("journey", JOURNEYS)
@pytest.mark.parametrize("concurrency", [1, 4])
def test_several_steps_have_one_outcome_that_criteria_judge(
    stack: Stack, journey: Callable[..., object], concurrency: int
) -> None:
    run = stack.drive(journey, requests=21, concurrency=concurrency)
    assert len(run.responses) == 21
    assert {(each.endpoint, each.answer) for each in run.responses} == {(journey.__name__, "done")}
    for each in run.responses:
        assert each.steps is not None
        first, last = each.steps
        assert (first.method, first.path, first.status) == ("GET", "/me", 200)
        assert (last.method, last.path.rpartition("/")[0]) == ("POST", "/api/orders")
        assert each.started == first.started <= first.ended <= last.started <= last.ended
        assert each.ended == last.ended
    # The service forgets a login after fifteen requests, and knows nobody without one.
    assert any(each.renewed for each in run.responses)
    payment = run.at("payment")
    assert len(payment.exchanges) == 21
    if concurrency == 1:
        spans = [
            (each.steps[1].started, each.steps[1].ended) for each in run.responses if each.steps
        ]
        starts = [each.started for each in payment.exchanges]
        assert all(a <= at <= b for at, (a, b) in zip(starts, spans, strict=True))
    assert all_answered(run, within=20)
    assert calls_per_request(run, "payment", at_most=1)
    assert mean_response(run, below=20).covers == (journey.__name__,)
    assert error_rate(run, journey.__name__, below=0.5).ruling is Ruling.PASS
    assert stack.runs == (run,)


@pytest.mark.parametrize("journey", JOURNEYS)
def test_a_journey_that_the_service_fails_is_told_so_by_its_last_step(
    stack: Stack, journey: Callable[..., object]
) -> None:
    with stack.inject(Outage("payment")):
        run = stack.drive(journey, requests=20)
    for each in run.responses:
        assert (each.status, each.failure, each.succeeded) == (503, RequestFailure.JOURNEY, False)
        assert each.answer.startswith("503, journey failed: HTTPStatusError: Server error '503 ")
        assert each.headers["retry-after"] == "1"
    assert fails_cleanly(run, within=20, header="Retry-After")
    assert all_answered(run, within=20, errors_allowed=True)
    assert not all_answered(run, within=20)
    assert error_rate(run, journey.__name__).ruling is Ruling.FAIL
    # The service has no breaker: each journey calls again. Its first step is blamed for nothing.
    found = breaker_opens(run, "payment", within=3)
    assert (found.ruling, found.value) == (Ruling.FAIL, 17.0)
    assert sum(each.failed for each in matched_attempts(run, "payment")) == 20


def test_a_step_that_fails_blames_no_call_of_another_step(stack: Stack) -> None:
    def disappointed(client: httpx.Client) -> None:
        headers = {"Idempotency-Key": "k"}
        client.post("/api/orders/1", json={"quantity": 2}, headers=headers).raise_for_status()
        client.get("/none").raise_for_status()

    run = stack.drive(disappointed, requests=3)
    assert [each.status for each in run.responses] == [404] * 3
    assert [each.failed for each in matched_attempts(run, "payment")] == [False] * 3


def test_an_assertion_is_a_failure_with_its_words(stack: Stack) -> None:
    def wrong(client: httpx.Client) -> None:
        assert client.get("/me").json() == [1], "the basket is wrong\nand more"

    run = stack.drive(wrong, requests=20)
    answer = run.responses[0]
    assert (answer.status, answer.failure) == (None, RequestFailure.JOURNEY)
    assert answer.answer == "journey failed: AssertionError: the basket is wrong"
    # No error was told to anybody: that is not clean.
    assert fails_cleanly(run, within=20).ruling is Ruling.FAIL
    assert all_answered(run, within=20, errors_allowed=True).ruling is Ruling.PASS


def test_a_step_that_is_not_waited_for_is_recorded(stack: Stack) -> None:
    headers = {"Idempotency-Key": "k"}
    left: list[object] = []

    async def impatient(client: httpx.AsyncClient, number: int) -> None:
        buying = asyncio.create_task(
            client.post("/api/orders/1", json={"quantity": 1}, headers=headers)
        )
        if number == 1:
            with suppress(TimeoutError):
                await asyncio.wait_for(buying, 0.1)
            return
        left.append(buying)
        await asyncio.sleep(0.1)
        (await client.get("/me")).raise_for_status()

    with stack.inject(Latency("payment", 1.0)):
        run = stack.drive(impatient, requests=2)
        # What was sent goes on without its caller, while the fault is in force.
        stack.wait_until(lambda: len(stack.up_to_now(run).at("payment").exchanges) == 2, within=30)
    first, second = run.responses
    assert first.steps is not None
    assert second.steps is not None
    assert [(each.endpoint, each.answer) for each in first.steps] == [
        ("POST /api/orders/1", "cancelled")
    ]
    assert [(each.endpoint, each.answer) for each in second.steps] == [
        ("POST /api/orders/1", "cancelled"),
        ("GET /me", "200"),
    ]
    assert all(each.succeeded for each in run.responses)


@pytest.mark.parametrize("name", ["caught", "plain", "cause"])
def test_a_steps_own_failure_is_the_journeys(stack: Stack, name: str) -> None:
    def caught(client: httpx.Client) -> None:
        with pytest.raises(httpx.ReadTimeout):
            client.post("/api/orders/1", json={"quantity": 1}, timeout=0.05)

    def plain(client: httpx.Client) -> None:
        client.post("/api/orders/1", json={"quantity": 1}, timeout=0.05)

    def cause(client: httpx.Client) -> None:
        try:
            plain(client)
        except httpx.TimeoutException as error:
            raise RuntimeError("no order") from error

    journey = {"caught": caught, "plain": plain, "cause": cause}[name]
    with stack.inject(Latency("payment", 1.0)):
        [answer] = stack.drive(journey, requests=1).responses
    assert answer.steps is not None
    assert answer.steps[0].failure is RequestFailure.TIMED_OUT
    assert answer.failure is (RequestFailure.NONE if name == "caught" else RequestFailure.TIMED_OUT)
    assert name != "cause" or answer.detail == "RuntimeError: no order"


def _retries_for_ever(client: httpx.Client) -> None:
    while True:
        with suppress(Exception):  # as careless as users are
            client.get("/forbidden")


async def _waits_for_ever(client: httpx.AsyncClient) -> None:
    await client.get("/me")
    await asyncio.sleep(600)


async def _waits_elsewhere() -> None:
    await asyncio.sleep(600)


@pytest.mark.parametrize("journey", [_retries_for_ever, _waits_for_ever, _waits_elsewhere])
@pytest.mark.parametrize("concurrency", [1, 2])
def test_a_journey_ends_with_its_time(
    stack: Stack, journey: Callable[..., object], concurrency: int
) -> None:
    stack.drive("/me", 1)
    began = time.monotonic()
    run = stack.drive(journey, requests=2, concurrency=concurrency, timeout=0.3)
    assert time.monotonic() - began < 60
    for each in run.responses:
        assert each.answer == "timed out: the journey took longer than 0.3 s"
        assert each.ended - run.began >= 0.3


@pytest.fixture
def endless() -> Iterator[Callable[[], object]]:
    """Give a function that does not return while its test goes on."""
    over = threading.Event()
    yield partial(over.wait, 600)
    over.set()


@pytest.mark.parametrize(
    ("concurrency", "said"),
    [
        (1, "its function did not return, and was interrupted"),
        (2, "its function has not returned, and its thread was left behind"),
    ],
)
def test_a_plain_function_that_does_not_return_ends_all_the_same(
    stack: Stack, endless: Callable[[], object], concurrency: int, said: str
) -> None:
    def waits(number: int) -> None:
        if number < 3:
            endless()

    before = signal.getsignal(signal.SIGURG)
    run = stack.drive(waits, requests=4, concurrency=concurrency, timeout=0.2)
    late = f"timed out: the journey took longer than 0.2 s: {said}"
    assert [each.answer for each in run.responses] == [late, late, "done", "done"]
    assert signal.getsignal(signal.SIGURG) == before


def test_one_that_does_not_return_ends_in_a_thread_of_the_tests_own(
    stack: Stack, endless: Callable[[], object]
) -> None:
    with ThreadPoolExecutor(1) as pool:
        [answer] = pool.submit(stack.drive, endless, 1, timeout=0.2).result(60).responses
    assert answer.answer.endswith("its thread was left behind")


def test_what_the_main_thread_holds_is_at_hand_in_a_journey(stack: Stack) -> None:
    """Such as a connection of SQLite, which no other thread may use."""
    with closing(sqlite3.connect(":memory:")) as database:
        run = stack.drive(lambda: database.execute("SELECT 1").fetchall(), requests=2)
    assert [each.answer for each in run.responses] == ["done"] * 2


def test_an_async_function_that_blocks_its_loop_ends_the_run(
    stack: Stack, endless: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def blocks() -> None:
        endless()

    monkeypatch.setattr(journey_loop, "ENDING", 0.2)
    with pytest.raises(ConfigurationError, match=r"blocks: it has not returned 0\.2 s after its"):
        stack.drive(blocks, requests=2, timeout=0.2)


def test_a_plain_function_that_came_too_late_timed_out(stack: Stack) -> None:
    [answer] = stack.drive(lambda: time.sleep(0.2), requests=1, timeout=0.1).responses
    assert answer.failure is RequestFailure.TIMED_OUT
    target = stack.default_target
    with target.ending_by(time.monotonic() + 0.3), pytest.raises(TimeoutError):
        target.drive(_retries_for_ever, requests=5)
    with target.ending_by(time.monotonic() + 0.3), pytest.raises(TimeoutError):
        target.drive(_waits_for_ever, requests=5)


def test_a_journey_goes_to_its_own_target_alone(stack: Stack) -> None:
    def elsewhere(client: httpx.Client) -> None:
        with suppress(Exception):  # it may swallow what it likes
            client.get("http://127.0.0.1:1/me?secret=1")

    expected = r"journey elsewhere: it asked http://127.0.0.1:1 for /me; expected its own target"
    with pytest.raises(ConfigurationError, match=expected):
        stack.drive(elsewhere, requests=3)
    with pytest.raises(ConfigurationError, match="asked https://"):
        stack.drive(lambda client: client.get(stack.url.replace("http:", "https:")), requests=1)


def test_a_journey_that_asks_nothing_by_its_client_says_so(stack: Stack) -> None:
    [answer] = stack.drive(lambda client: None, requests=1).responses
    assert answer.answer.startswith("journey failed: it made no request by its client; expected")


@pytest.mark.parametrize("concurrency", [1, 3])
@pytest.mark.parametrize("kind", ["plain", "async"])
def test_what_pytest_means_by_an_exception_goes_through(
    stack: Stack, concurrency: int, kind: str
) -> None:
    def plain(client: httpx.Client, number: int) -> None:
        client.get("/me")
        if number == 2:
            pytest.fail("said so")

    async def other(client: httpx.AsyncClient, number: int) -> None:
        await client.get("/me")
        if number == 2:
            pytest.fail("said so")

    failing: dict[str, Journey] = {"plain": plain, "async": other}
    with pytest.raises(pytest.fail.Exception, match="said so"):
        stack.drive(failing[kind], requests=9, concurrency=concurrency)

    def interrupted() -> None:
        raise KeyboardInterrupt

    async def interrupted_later() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stack.drive(
            {"plain": interrupted, "async": interrupted_later}[kind],
            requests=3,
            concurrency=concurrency,
        )
    assert stack.drive("/me", 1).responses[0].status == 200


def test_what_is_no_journey_is_one_clear_error(stack: Stack) -> None:
    async def later(client: httpx.AsyncClient) -> None: ...

    def unawaited(client: httpx.AsyncClient) -> object:
        return later(client)

    def yields(client: httpx.Client) -> Iterator[None]:
        yield

    with pytest.raises(ConfigurationError, match="it takes a, b; expected a function of one"):
        stack.drive(lambda a, b: None)
    with pytest.raises(ConfigurationError, match="journey yields: it yields"):
        stack.drive(yields)
    with pytest.raises(ConfigurationError, match="returned a coroutine: expected `async def`"):
        stack.drive(unawaited, requests=1)
    for send in (
        lambda: stack.load([buy], requests=1),  # type: ignore[list-item]
        lambda: stack.offer(1, duration=0.1, requests=[buy]),  # type: ignore[list-item]
        lambda: stack.get(buy),  # type: ignore[arg-type]
    ):
        with pytest.raises(ConfigurationError, match=r"stack\.drive\(journey\)"):
            send()


def test_the_chance_of_journeys_follows_from_the_seed_and_the_test(session: Session) -> None:
    def drawn(name: str) -> list[tuple[int, float]]:
        found: list[tuple[int, float]] = []

        def draw(number: int, random: chances.Random) -> None:
            found.append((number, random.random()))

        stack = session.stack(name, {}, lambda verdict: None)
        stack.drive(draw, requests=5, concurrency=2)
        stack.close()
        return sorted(found)

    assert drawn("one") == drawn("one") != drawn("another")
    assert len(set(drawn("one"))) == 5


def test_functions_may_be_partial_or_objects(stack: Stack) -> None:
    class Visitor:
        def __call__(self, client: httpx.Client, *rest: object, path: str = "/me") -> None:
            client.get(path).raise_for_status()

    async def visit(path: str, client: httpx.AsyncClient, /) -> None:
        (await client.get(path)).raise_for_status()

    for journey, name in ((Visitor(), "Visitor"), (partial(visit, "/me"), "visit")):
        [answer] = stack.drive(journey, requests=1).responses
        assert (answer.endpoint, answer.answer) == (name, "done")


def test_steps_at_once_are_not_taken_for_one_after_another(stack: Stack) -> None:
    async def both(client: httpx.AsyncClient) -> None:
        order = {"quantity": 1}
        headers = {"Idempotency-Key": "k"}
        await asyncio.gather(
            *(client.post("/api/orders/1", json=order, headers=headers) for _ in range(3))
        )

    with stack.inject(Latency("payment", 0.2)):
        run = stack.drive(both, requests=2)
    assert run.concurrency == 3


def test_each_journey_has_cookies_of_its_own_and_what_it_sends_is_read(stack: Stack) -> None:
    seen: list[Any] = []

    def visit(client: httpx.Client, number: int) -> None:
        assert not client.cookies
        client.cookies.set("n", str(number))
        answer = client.post(
            "/api/orders/1",
            content=iter([b'{"quan', b'tity": 3}']),
            headers={"Idempotency-Key": "k"},
        )
        seen.append((answer.status_code, answer.json()["key"], client.head("/me").status_code))

    stack.drive(visit, requests=2)
    assert seen == [(201, "k", 501)] * 2


def test_a_worker_is_driven_by_what_it_reads(stack: Stack) -> None:
    """A journey without a client works by its own means, and returns when its work is done."""
    with socket.create_server(("127.0.0.1", 0)) as queue:
        queue.settimeout(30)

        def work() -> None:
            for _ in range(3):
                peer, _ = queue.accept()
                with peer:
                    peer.sendall(peer.recv(10).upper())

        worker = threading.Thread(target=work)
        worker.start()

        def publish(number: int) -> None:
            with socket.create_connection(queue.getsockname(), timeout=30) as peer:
                peer.sendall(b"job %d" % number)
                assert peer.recv(10) == b"JOB %d" % number

        run = stack.drive(publish, requests=3)
        worker.join()
    assert [each.answer for each in run.responses] == ["done"] * 3
    assert [each.steps for each in run.responses] == [()] * 3
    assert error_rate(run, "publish", below=0.9).ruling is Ruling.PASS


def test_without_httpx_the_extra_is_named(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx", None)
    with pytest.raises(MissingExtra, match=r"httpx: pip install 'windtunnel\[journeys\]'"):
        stack.drive(lambda client: None)
    assert stack.drive(lambda: None, requests=1).responses[0].succeeded


@pytest.mark.parametrize("concurrency", [1, 2])
@pytest.mark.parametrize("kind", ["plain", "async"])
def test_a_call_that_is_cancelled_sends_no_more(stack: Stack, concurrency: int, kind: str) -> None:
    stack.drive("/me", 1)
    began: list[int] = []

    def plain(client: httpx.Client, number: int) -> None:
        began.append(number)
        while True:
            client.get("/me")

    async def other(client: httpx.AsyncClient, number: int) -> None:
        began.append(number)
        while True:
            await client.get("/me")

    endless: dict[str, Journey] = {"plain": plain, "async": other}

    async def cancelled() -> None:
        driven = AsyncStack(stack).drive(endless[kind], requests=50, concurrency=concurrency)
        task = asyncio.create_task(driven)
        while len(began) < concurrency:  # noqa: ASYNC110 - another thread appends
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(asyncio.wait_for(cancelled(), 60))
    assert len(began) == concurrency
