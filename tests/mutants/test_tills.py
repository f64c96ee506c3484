"""Orders that are charged twice, or lost, are found; those that are merely tried again are not."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from windtunnel import HttpLostAnswer, HttpStatus, Ruling, at_most_once
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
