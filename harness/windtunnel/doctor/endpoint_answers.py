"""Whether each endpoint answers."""

from collections.abc import Iterator
from pathlib import Path

from windtunnel.doctor.check import Check, fail, ok
from windtunnel.keeper.log_tail import log_tail
from windtunnel.stack import Stack


def endpoints(stack: Stack) -> Iterator[Check]:
    """Check that a GET of each endpoint gets a good answer."""
    wanted = dict.fromkeys([*stack.endpoints, *(_of(stack))])
    for path in wanted:
        response, body = stack.get(path)
        name = f"endpoint {path}"
        if response.succeeded:
            yield ok(name, f"{response.status} after {response.duration * 1000:.1f} ms")
        elif response.status is None:
            yield fail(name, response.answer, f"see why it gives no answer\n{_log(stack)}")
        else:
            said = body[:200].decode(errors="replace").strip()
            yield fail(
                name,
                f"{response.status} {said}",
                "correct the path in endpoints, or what it needs"
                if response.status < 500
                else f"see why it fails\n{_log(stack)}",
            )


def _of(stack: Stack) -> list[str]:
    return [stack.endpoint_of(dependency) for dependency in stack.dependencies]


def _log(stack: Stack) -> str:
    return log_tail(Path(stack.backend.directory) / f"{stack.default_target.name}.log", 8)
