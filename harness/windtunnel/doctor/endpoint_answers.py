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
                _remedy(response.status, path) or f"see why it fails\n{_log(stack)}",
            )


def _remedy(status: int, path: str) -> str:
    """Return what to mend where the service refuses what is asked; "" where it failed itself."""
    if status == 404:
        return f"404: there is no such thing; let {path} name what there is"
    if 400 <= status < 500:
        return f"{status}: the service refuses {path}; correct it, or give what it needs"
    return "" if status >= 500 else f"correct what {path} expects, or what it needs"


def _of(stack: Stack) -> list[str]:
    return [stack.endpoint_of(dependency) for dependency in stack.dependencies]


def _log(stack: Stack) -> str:
    return log_tail(Path(stack.backend.directory) / f"{stack.default_target.name}.log", 8)
