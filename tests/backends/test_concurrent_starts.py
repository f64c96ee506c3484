"""Programs that do not need each other start at the same time; the first failure is the error."""

import threading

import pytest

from windtunnel.address import Address
from windtunnel.backends.concurrent_starts import concurrent_starts
from windtunnel.errors import StartError

HERE = Address("127.0.0.1", 1)


def test_each_starts_while_the_others_do() -> None:
    together = threading.Barrier(3, timeout=20)

    def start() -> Address:
        together.wait()  # broken, unless all three are in it
        return HERE

    assert concurrent_starts(dict.fromkeys("abc", start)) == dict.fromkeys("abc", HERE)
    assert concurrent_starts({}) == {}


def test_a_failure_is_raised_while_another_still_starts() -> None:
    over = threading.Event()

    def slow() -> Address:
        assert over.wait(20)
        return HERE

    def fails() -> Address:
        raise StartError("b did not start")

    try:
        with pytest.raises(StartError, match="b did not start"):
            concurrent_starts({"a": slow, "b": fails})
        assert not over.is_set()
    finally:
        over.set()
