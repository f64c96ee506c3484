"""Targets that one trial after another shares, where each puts the breaker back to closed.

That it is closed is shown, by requests one at a time and by a crowd that all reach the dependency;
where it is not, the target is stopped. What a trial does not PASS on a shared target is tried again
on a fresh one, whose verdict counts: so sharing saves starts, and costs no verdict.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from windtunnel.conformance.experiment import Experiment
from windtunnel.conformance.failures import DependencyFailure
from windtunnel.conformance.properties.closing import crowd, good_probes
from windtunnel.conformance.recorded_target import Pause
from windtunnel.conformance.subject import Subject
from windtunnel.errors import InconclusiveVerdict, WindtunnelError
from windtunnel.stack import Stack
from windtunnel.target import Target

IN_ROW = 5
"""Requests in a row that must be answered by the dependency, beyond those that may be probes."""
CHECK, CHECK_CROWD = "put back", "put back, a crowd"


class KeptTargets:
    """One target for each stack, kept from one trial to the next. Close it."""

    def __init__(self, subject: Subject, pause: Pause) -> None:
        self._subject = subject
        self._pause = pause
        self._kept: dict[Stack, tuple[ExitStack, Target]] = {}

    def __repr__(self) -> str:
        return f"<KeptTargets of {len(self._kept)} stacks>"

    @contextmanager
    def experiment(
        self, stack: Stack, failure: DependencyFailure, *, fresh: bool = False
    ) -> Iterator[Experiment]:
        """Give an experiment on the stack's target; one is started where none is kept.

        With `fresh` a new one takes the place of the one that is kept.
        """
        with ExitStack() as held:
            before, target = self._kept.pop(stack, (ExitStack(), None))
            if fresh or target is None:
                before.close()
                target = held.enter_context(stack.target())
            else:
                held.push(before.pop_all())
            subject, pause = self._subject, self._pause
            with Experiment(stack, target, subject, failure=failure, pause=pause) as made:
                yield made
                again = closed_again(made)
            if again:
                self._kept[stack] = (held.pop_all(), target)

    def close(self) -> None:
        """Stop the targets."""
        with ExitStack() as all_held:
            for held, _ in self._kept.values():
                all_held.push(held.pop_all())
            self._kept.clear()


def closed_again(experiment: Experiment) -> bool:
    """Wait until the breaker is shown to be closed; say whether it was, within its times."""
    try:
        end = time.monotonic() + 1.5 * experiment.next_open_time + 1.0
        in_row, needed = 0, good_probes(experiment) + IN_ROW
        while in_row < needed:
            in_row = in_row + 1 if experiment.all_answered(CHECK, 1) else 0
            if time.monotonic() > end:
                return False
            if not in_row:
                experiment.pause(0.02)
        crowd(experiment, CHECK_CROWD)
        recording = experiment.recording()
    except (WindtunnelError, InconclusiveVerdict):
        return False
    return recording.answered(CHECK_CROWD) == len(recording.run(CHECK_CROWD).responses)
