"""What this machine's limits fail is no failure of the service: named, and INCONCLUSIVE."""

import asyncio
import errno
import itertools
import json
import random
import resource
import subprocess
import sys
from contextlib import closing
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.load.hand_made_runs import load_run
from windtunnel import Ruling
from windtunnel.address import Address
from windtunnel.configuration import Configuration
from windtunnel.criteria.generator_kept_up import generator_kept_up
from windtunnel.criteria.objective import parse
from windtunnel.criteria.objective_held import objective_held
from windtunnel.dashboard.board import Board
from windtunnel.dashboard.traffic import Traffic
from windtunnel.dashboard.witnesses import Sampler
from windtunnel.errors import NotTestable
from windtunnel.load.closed_loop import Caller
from windtunnel.load.connection import HttpAnswer, HttpConnection
from windtunnel.load.connection_errors import failure_of
from windtunnel.load.interleaved import interleaved
from windtunnel.load.own_limits import check_own_limits
from windtunnel.open_files import allow_files
from windtunnel.paired.rounds import RoundPlan, RunningArm, measure
from windtunnel.records import RequestFailure, Response
from windtunnel.stack import Stack


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.EMFILE, RequestFailure.NO_FILES),
        (errno.ENFILE, RequestFailure.NO_FILES),
        (errno.EADDRNOTAVAIL, RequestFailure.NO_PORTS),
        (errno.ENOBUFS, RequestFailure.NO_MEMORY),
        (errno.ENOMEM, RequestFailure.NO_MEMORY),
    ],
)
def test_the_systems_own_words_name_what_is_lacking(number: int, kind: RequestFailure) -> None:
    assert failure_of(OSError(number, "said")) is kind
    run = load_run([0.01] * 400, failed=range(300), failure_kind=kind)
    found = generator_kept_up(run)
    assert found.ruling is Ruling.INCONCLUSIVE
    assert kind.text in found.statement
    assert found.needs == kind.needs
    for text in ("errors<1%", "errors<90%", "p99<1s"):
        assert objective_held(run, parse(text)[0]).ruling is Ruling.INCONCLUSIVE


def test_a_failure_of_the_service_stands_beside_it() -> None:
    run = load_run([0.01] * 400, failed=range(300), bad_status=503)
    assert objective_held(run, parse("errors<1%")[0]).ruling is Ruling.FAIL


def test_a_scenarios_run_is_not_judged_where_requests_could_not_be_sent() -> None:
    lost = Response(
        number=1, endpoint="/", started=0.0, ended=0.0, status=None, failure=RequestFailure.NO_FILES
    )
    with pytest.raises(
        NotTestable, match="1 requests could not be sent: no free open file"
    ) as raised:
        check_own_limits([lost])
    assert "ulimit" in raised.value.needs
    check_own_limits([])


@pytest.fixture
def ports_run_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every third request of a scenario's connections find no free port."""
    numbers = itertools.count(1)
    send = HttpConnection.send

    async def sometimes(self: HttpConnection, request: bytes, **options: Any) -> HttpAnswer:  # noqa: ANN401 - as the original's
        if next(numbers) % 3 == 0:
            return HttpAnswer(failure=RequestFailure.NO_PORTS)
        return await send(self, request, **options)

    monkeypatch.setattr(HttpConnection, "send", sometimes)


@pytest.mark.usefixtures("ports_run_out")
def test_no_way_of_asking_blames_the_service(server_url: str) -> None:
    """`pairs`, `compare` and the dashboard counted them as the service's."""
    port = int(server_url.rsplit(":", 1)[1].strip("/"))
    address = Address("127.0.0.1", port)

    def caller() -> Caller:
        return Caller(address, fallback_header="X-F", timeout=5.0)

    order = random.Random(1)  # noqa: S311 - replayable, not secret

    async def pairs() -> None:
        with closing(caller()) as one, closing(caller()) as other:
            await interleaved((one, other), "/", range(6), order)

    async def rounds() -> None:
        with (
            closing(RunningArm("base", address, None)) as base,
            closing(RunningArm("head", address, None)) as head,
        ):
            await measure("/", (base, head), RoundPlan(2, 8), order, lambda since: ())

    for asking in (pairs, rounds):
        with pytest.raises(NotTestable, match="no free port on the sender's side"):
            asyncio.run(asking())


@pytest.mark.usefixtures("ports_run_out")
def test_the_dashboard_shows_no_failure_of_the_service(server_url: str) -> None:
    port = int(server_url.rsplit(":", 1)[1].strip("/"))

    async def send() -> tuple[list[Response], int, list[str]]:
        def caller() -> Caller:
            return Caller(Address("127.0.0.1", port), fallback_header="X-F", timeout=5.0)

        board = Board(["/"])
        order = random.Random(1)  # noqa: S311 - replayable, not secret
        traffic = Traffic(caller, ["/"], rate=50, order=order)
        configuration = Configuration(command=("x",), endpoints=("/",))
        stack = cast("Stack", SimpleNamespace(dependencies={}, configuration=configuration))
        sampler = Sampler(stack, traffic, board, connect=caller)
        traffic.start()
        await asyncio.sleep(0.5)
        # No request of its between the looks: of three in a row one finds no port.
        await traffic.close()
        seen = traffic.take()
        silences = set()
        for _ in range(3):
            await sampler.look()
            silences.add(board.figures.silence)
        sampler.close()
        assert "GET /metrics could not be sent: no free port on the sender's side" in silences
        return seen, traffic.left_out, [each.text for each in board.events(0)]

    seen, left_out, events = asyncio.run(send())
    assert left_out
    assert seen
    assert all(each.succeeded for each in seen)
    lacked = RequestFailure.NO_PORTS
    assert f"requests could not be sent: {lacked.text}; it needs {lacked.needs}" in events


COMPARED = """
import resource, sys
from windtunnel.cli import main
argv = ["compare", "--base-url", {url!r}, "--head-url", {url!r}, "--endpoint", "/", "--budget", "2"]
sys.exit(main(argv))
"""


def test_a_comparison_without_open_files_is_inconclusive_by_name(server_url: str) -> None:
    done = _limited(20, 20, COMPARED.format(url=server_url))
    assert done.returncode == 3, done.stdout + done.stderr
    assert "INCONCLUSIVE: " in done.stderr
    assert "could not be sent: no free open file on the sender's side" in done.stderr
    assert "ulimit" in done.stderr


def _limited(soft: int, hard: int, code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


LOAD = """
from windtunnel.cli import main
main(["load", {url!r}, "-c", "150", "-r", "300", "-d", "1s", "--check", "errors<1%", "--json"])
"""


@pytest.mark.parametrize(("hard", "lacks"), [(1000, False), (100, True)])
def test_the_soft_limit_is_raised_and_the_hard_one_named(
    server_url: str, hard: int, *, lacks: bool
) -> None:
    done = _limited(100, hard, LOAD.format(url=server_url))
    found = json.loads(done.stdout)["verdicts"][0]
    assert found["ruling"] != "FAIL", done.stdout + done.stderr
    assert (found["ruling"] == "INCONCLUSIVE") >= lacks
    assert ("no free open file" in found["statement"]) is lacks


def test_a_limit_that_is_high_enough_stays() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    allow_files(1)
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == before
