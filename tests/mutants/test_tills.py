"""Orders that are charged twice, or lost, are found; those that are merely tried again are not."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from windtunnel import (
    HttpLostAnswer,
    HttpStatus,
    Outage,
    Ruling,
    at_most_once,
    eventually,
    none_lost,
)
from windtunnel.session import Session
from windtunnel.stack import Stack
from windtunnel_faults import Fault

ROOT = Path(__file__).parents[2]
KEY, ORDER = "header:Idempotency-Key", "json:order.id"


@contextmanager
def stack_of(folder: Path, module: str) -> Iterator[Stack]:
    (folder / "windtunnel.toml").write_text(
        f"""
        directory = "{ROOT}"
        command = ["{{python}}", "-m", "{module}", "--host", "{{host}}", "--port", "{{port}}"]
        endpoints = ["order"]
        control_period = 0

        [requests.order]
        method = "POST"
        path = "/orders"
        json = {{ id = "{{uuid}}" }}
        expect = [201]
        keep_body = true

        [dependencies.payment]
        protocol = "http"
        command = ["{{python}}", "-m", "tests.mutants.payment", "{{port}}"]
        environment = {{ PAYMENT = "{{address}}" }}
        endpoint = "order"
        record = ["{KEY}", "{ORDER}"]
        """
    )
    session = Session(directory=folder, configuration=None, backend="embedded", seed=1)
    try:
        stack = session.stack("test", {}, lambda verdict: None)
        yield stack
        stack.close()
    finally:
        session.close()


FAULTS: list[Fault] = [
    HttpLostAnswer("payment", first=1),
    HttpLostAnswer("payment", every=3, ending="close"),
    HttpStatus("payment", 503, first=1),
]


def test_a_sound_till_passes_whatever_is_lost(tmp_path: Path) -> None:
    with stack_of(tmp_path, "tests.mutants.till") as stack:
        for fault in FAULTS:
            with stack.inject(fault):
                run = stack.drive("order", requests=6)
            assert all(each.succeeded for each in run.responses)
            for per in ("", ORDER):
                found = at_most_once(run, "payment", key=KEY, per=per)
                assert found.ruling is Ruling.PASS, f"{fault} {found} {found.timeline}"


@pytest.mark.parametrize("till", ["till_with_new_keys", "till_without_keys"])
def test_a_till_that_charges_twice_fails_and_only_where_the_answer_is_lost(
    tmp_path: Path, till: str
) -> None:
    expected: list[tuple[Fault, Ruling, int]] = [
        (FAULTS[0], Ruling.FAIL, 1),
        (FAULTS[1], Ruling.FAIL, 2),
        (FAULTS[2], Ruling.PASS, 0),
    ]
    with stack_of(tmp_path, f"tests.mutants.{till}") as stack:
        for fault, ruling, number in expected:
            with stack.inject(fault):
                run = stack.drive("order", requests=6)
            for per in ("", ORDER):
                found = at_most_once(run, "payment", key=KEY, per=per)
                assert (found.ruling, found.value) == (ruling, number), f"{fault} {found}"


def test_what_a_sound_till_accepts_is_charged_though_the_payment_is_down(tmp_path: Path) -> None:
    with stack_of(tmp_path, "tests.mutants.till") as stack:
        for fault in (*FAULTS, Outage("payment")):
            with stack.inject(fault):
                run = stack.drive("order", requests=6)
            for told in ("json:id", "header:X-Order-Id"):
                found = none_lost(run, "payment", key=ORDER, told=told)
                wanted = Ruling.INCONCLUSIVE if isinstance(fault, Outage) else Ruling.PASS
                assert found.ruling is wanted, f"{fault} {found}"


def test_a_till_that_forgets_an_order_fails(tmp_path: Path) -> None:
    with stack_of(tmp_path, "tests.mutants.till_that_forgets") as stack:
        with stack.inject(HttpStatus("payment", 503, first=3)):
            run = stack.drive("order", requests=6)
        found = none_lost(run, "payment", key=ORDER, told="json:id")
        assert (found.ruling, found.value) == (Ruling.FAIL, 1)
        assert none_lost(stack.up_to_now(run), "payment", key=ORDER, told="json:id").value == 1


def test_looking_past_the_tap_leaves_no_evidence(tmp_path: Path) -> None:
    with stack_of(tmp_path, "tests.mutants.till") as stack:
        payment = stack.address("payment")

        def charged() -> int:
            with urllib.request.urlopen(f"http://{payment}/charges") as answer:
                return len(json.load(answer))

        with stack.inject(Outage("payment")):
            assert not stack.request("order").succeeded
            assert charged() == 0
        assert stack.request("order").succeeded
        came = stack.wait_until(lambda: charged() == 1, within=20, what="one charge")
        assert eventually(came)
        passed = stack.wait_until(lambda: charged() > 1, within=0.05, every=0.01)
        # INCONCLUSIVE while others keep the machine busy.
        assert eventually(passed).ruling is not Ruling.PASS
        assert (bool(passed), passed.value) == (False, "False")
        assert passed.looks > 1
        assert stack.observations == (came, passed)
        assert {each.request for each in stack.evidence("payment").exchanges} == {"POST /charges"}
        run = stack.drive("order", requests=1)
        assert stack.request("order").succeeded
        assert len(run.at("payment").exchanges) == 1
        later = stack.up_to_now(run)
        assert len(later.at("payment").exchanges) == 2
        assert later.ended > run.ended
