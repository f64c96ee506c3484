"""A recording as three lines of text: callers, dependency, and the breaker's phases."""

from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.rendering.phases import CLOSED, HALF_OPEN, OPEN, phases

WIDTH = 64
SIGNS = {CLOSED: "─", OPEN: "█", HALF_OPEN: "▒"}
LEGEND = (
    "· real answer, f fallback, e error, ? none | • answered, x failed | ─ closed █ open ▒ half"
)


def draw(recording: Recording) -> list[str]:
    """Return the lines; a column is a sixty-fourth of the time, and shows the worst of it."""
    run = recording.whole
    length = (run.ended - run.began) or 1.0

    def column(at: float) -> int:
        return min(WIDTH - 1, max(0, int((at - run.began) / length * WIDTH)))

    callers, called, states = ([" "] * WIDTH for _ in range(3))
    for response in run.responses:
        sign = "·" if response in recording.real else "f" if response.succeeded else "e"
        if response.status is None:
            sign = "?"
        place = column(response.started)
        callers[place] = max(callers[place], sign, key=" ·fe?".index)
    for attempt in recording.calls:
        place = column(attempt.started)
        called[place] = max(called[place], "x" if attempt.failed else "•", key=" •x".index)
    for phase in phases(recording):
        for place in range(column(phase.began), column(phase.ended) + 1):
            states[place] = SIGNS[phase.state]
    width = max(len("callers"), len("breaker"), len(recording.dependency))
    return [
        f"{name:<{width}} {''.join(line)}".rstrip()
        for name, line in (
            ("callers", callers),
            (recording.dependency, called),
            ("breaker", states),
        )
    ] + [f"{'':<{width}} 0 s{length:>{WIDTH - 5}.2f} s", LEGEND]
