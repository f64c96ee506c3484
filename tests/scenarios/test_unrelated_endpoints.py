"""What a monitoring system asks for touches no dependency."""

from collections.abc import Callable

import pytest

from windtunnel import Stack, Verdict, touches_nothing

Judge = Callable[[Verdict], Verdict]

# Otherwise the control's requests may be answered from a cache, and touch none either.
pytestmark = pytest.mark.target(CACHE_TTL=0)


def test_healthz_and_metrics_for_prometheus_touch_no_dependency(stack: Stack, judge: Judge) -> None:
    control = stack.load([stack.endpoint_of(name) for name in stack.dependencies], requests=40)
    judge(touches_nothing(stack.drive("/healthz", requests=100), control))
    judge(touches_nothing(stack.drive("/metrics", requests=20), control))
