"""The checks in their order: each rests on those before it."""

import os
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

from windtunnel.configuration import resolve
from windtunnel.doctor import endpoint_answers, machine, ports_and_upstreams, settings, traffic
from windtunnel.doctor.check import Check, Condition, fail, ok
from windtunnel.errors import LoginFailed, NotConfigured, WindtunnelError
from windtunnel.session import Session


def examine(
    directory: Path, file: Path | None, backend: str | None, options: Sequence[str]
) -> Iterator[Check]:
    """Check a project, beginning with its configuration; the stack is started and stopped."""
    try:
        loaded = resolve(directory, file, options=options)
        session = Session(
            directory=directory, configuration=file, backend=backend, seed=1, settings=options
        )
        session.check()
    except NotConfigured as error:
        yield fail("configuration", str(error), "windtunnel init")
        return
    except WindtunnelError as error:
        yield fail("configuration", str(error), "correct it; windtunnel config shows all settings")
        return
    configuration = loaded.configuration
    yield from settings.configured(loaded, os.environ)
    yield ok("backend", f"{session.choice.name} ({session.choice.reason})")
    yield from machine.proxies(os.environ)
    sound = True
    checks = [machine.backends(session.choice.name)]
    if session.choice.name != "docker":
        processes = (machine.commands, ports_and_upstreams.ports, ports_and_upstreams.upstreams)
        checks += [each(configuration) for each in processes]
    for group in checks:
        for check in group:
            sound &= check.condition is not Condition.FAIL
            yield check
    if sound:
        yield from _running(session)


def _running(session: Session) -> Iterator[Check]:
    try:
        whole = yield from _started(session)
    finally:
        end = _ended(session)
    if whole or end.condition is Condition.FAIL:
        yield end


def _started(session: Session) -> Generator[Check, None, bool]:
    """Check what was started; return whether all of it could be."""
    try:
        stack = session.stack("doctor", {}, lambda verdict: None)
        yield ok("dependencies", "; ".join(session.description))
    except WindtunnelError as error:
        yield fail("dependencies", str(error), "correct what did not start")
        return False
    try:
        yield ok("target", f"healthy at {stack.url}{session.configuration.health}")
    except LoginFailed as error:
        yield fail("login", str(error), settings.login_remedy(session.configuration))
        return False
    except WindtunnelError as error:
        yield fail("target", str(error), "correct its command, its environment or health")
        return False
    try:
        yield from endpoint_answers.endpoints(stack)
        yield from traffic.dependencies(stack)
    finally:
        stack.close()
    return True


def _ended(session: Session) -> Check:
    try:
        session.close()
    except WindtunnelError as error:
        return fail("end", str(error), "windtunnel clean removes what is left")
    return ok("end", "everything that was started is stopped")
