"""Whether each dependency really gets its traffic through the proxy: the tap decides."""

from collections.abc import Iterator

from windtunnel.configuration import Dependency, own_env_files, topology
from windtunnel.doctor import bypass, mentions
from windtunnel.doctor.check import Check, fail, note, ok, warn
from windtunnel.records import Edge, Evidence, HandshakeOutcome, Run
from windtunnel.stack import Stack

REQUESTS = 3


def dependencies(stack: Stack) -> Iterator[Check]:
    """Check what reached each dependency's tap while its endpoint was asked."""
    callees = topology.callees(stack.configuration)
    for edge in topology.edges(stack.configuration):
        name, dependency = str(edge), callees[edge.dependency]
        before = bypass.connections(stack, dependency)
        run = stack.drive(dependency.endpoint, REQUESTS)
        calls = _calls(run, name)
        if trouble := _trouble(run.at(name)):
            yield trouble
        elif edge.caller and calls < REQUESTS:
            yield _of_another(stack, edge, dependency, calls)
        elif calls:
            yield _reached(stack, name, dependency, calls)
        else:
            direct = bypass.connections(stack, dependency) - before
            yield _not_reached(stack, name, dependency, direct, _refusals(run))


def _of_another(stack: Stack, edge: Edge, dependency: Dependency, calls: int) -> Check:
    """Return what is said of an inner program's calls: requests need not cause any."""
    if path := _calling(stack, edge, dependency, at_least=REQUESTS):
        return ok(str(edge), f"{REQUESTS} requests to {path} made as many calls through the proxy")
    return note(
        str(edge),
        f"not judged here: {REQUESTS} requests to {dependency.endpoint} made {calls} calls of"
        f" {edge.caller!r}, which may work by what it reads",
        f"a scenario that gives it work shows its calls; where it has none there, correct"
        f" programs.{edge.caller}.calls",
    )


def _refusals(run: Run) -> str:
    """Return by which statuses of 4xx its requests were refused: these may never get to a call."""
    found = {each.status for each in run.responses if each.status and 400 <= each.status < 500}
    return " and ".join(map(str, sorted(found)))


def _calls(run: Run, name: str) -> int:
    evidence = run.at(name)
    calls = sum(not each.handshake for each in evidence.exchanges)
    return calls or len(evidence.connections)


def _trouble(evidence: Evidence) -> Check | None:
    """Return what keeps calls from being made or read; None where nothing does."""
    name = evidence.dependency
    failed = [
        each.handshake.reason
        for each in evidence.connections
        if each.handshake is not None and each.handshake.outcome is HandshakeOutcome.FAILED
    ]
    if evidence.blind_spots:
        return warn(
            name,
            "; ".join(spot.what for spot in evidence.blind_spots),
            f"configure what it speaks as dependencies.{name}.protocol: what is not read is no"
            " evidence",
        )
    if failed:
        return fail(
            name,
            f"the TLS handshake failed: {'; '.join(dict.fromkeys(failed))}",
            f"let dependencies.{name}.tls and your service agree: {{ca}}, trust, server_name,"
            " certificate, client_trust",
        )
    return None


def _reached(stack: Stack, name: str, dependency: Dependency, calls: int) -> Check:
    if not dependency.speaks.separates_calls:
        return ok(
            name,
            f"{REQUESTS} requests to {dependency.endpoint} reached it through the proxy;"
            f" how many calls they made, {dependency.protocol} does not show",
        )
    found = f"{REQUESTS} requests to {dependency.endpoint} made {calls} calls through the proxy"
    if calls >= REQUESTS:
        return ok(name, found)
    better = _calling(stack, name, dependency, at_least=REQUESTS)
    if better:
        remedy = f"configure dependencies.{name}.endpoint = {better!r}: there each makes one"
    else:
        remedy = (
            "some answers came without a call: for criteria that count calls, let the target run"
            " without its cache (environment), or configure another endpoint"
        )
    return warn(name, found, remedy)


def _calling(stack: Stack, name: str, dependency: Dependency, *, at_least: int) -> str:
    """Return another configured endpoint that calls the dependency; empty where none does."""
    for path in dict.fromkeys(stack.endpoints):
        if path != dependency.endpoint:
            run = stack.drive(path, REQUESTS)
            if _calls(run, name) >= at_least:
                return path
    return ""


def _not_reached(
    stack: Stack, name: str, dependency: Dependency, direct: frozenset[str], refused: str
) -> Check:
    variables = " and ".join(dependency.environment) or "its configured address"
    advice = own_env_files.advice(stack.configuration, name)
    if direct:
        return fail(
            name,
            f"your service reached {name} directly ({', '.join(sorted(direct))}),"
            f" not through {variables}",
            advice or f"let it take the address from {variables}",
        )
    if path := _calling(stack, name, dependency, at_least=1):
        return fail(
            name,
            f"requests to {dependency.endpoint} did not reach it; those to {path} did",
            f"configure dependencies.{name}.endpoint = {path!r}",
        )
    found = f"{REQUESTS} requests to {dependency.endpoint} did not reach it through the proxy"
    if refused:
        return fail(
            name,
            found,
            f"the service answered {refused}: let {dependency.endpoint} name what there is, and"
            f" give what it needs; or configure another path as dependencies.{name}.endpoint",
        )
    unread = mentions.missing(stack.configuration, dependency.environment)
    if unread:
        return fail(
            name,
            f"{found}; no file in {stack.configuration.directory} mentions {' or '.join(unread)}",
            f"let your service take the address from {variables},"
            " or configure the name that it reads",
        )
    if advice:
        return fail(name, found, advice)
    others = bypass.elsewhere(stack)
    connected = f"; the target is connected to {', '.join(sorted(others))}" if others else ""
    return fail(
        name,
        f"{found}{connected}",
        f"configure as dependencies.{name}.endpoint a path that calls it each time, without a"
        f" cache; and see that your service uses {variables}",
    )
