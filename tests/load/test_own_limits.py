"""What this machine's limits fail is no failure of the service: named, and INCONCLUSIVE."""

import errno
import json
import resource
import subprocess
import sys

import pytest

from tests.load.hand_made_runs import load_run
from windtunnel import Ruling
from windtunnel.criteria.generator_kept_up import generator_kept_up
from windtunnel.criteria.objective import parse
from windtunnel.criteria.objective_held import objective_held
from windtunnel.errors import NotTestable
from windtunnel.load.connection_errors import failure_of
from windtunnel.load.own_limits import check_own_limits
from windtunnel.open_files import allow_files
from windtunnel.records import RequestFailure, Response


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
