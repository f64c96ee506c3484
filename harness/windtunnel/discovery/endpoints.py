"""Which paths a configuration asks: for health, for the criteria, and for each dependency."""

import re
from collections.abc import Iterator

from windtunnel.discovery.files import Text
from windtunnel.discovery.findings import Findings, Found, FoundRequest, Route, Seen
from windtunnel.discovery.routes import HEALTH, NO_ENDPOINTS, asked_plainly, functions, shape

_MOST = 20
"""Endpoints of a document at most: doctor asks each."""


def give_paths(findings: Findings, found: list[Route], texts: tuple[Text, ...]) -> None:
    """Put paths into what was found, from the routes that the service answers."""
    plain = asked_plainly(found)
    healthy = [route for route in plain if route.path.rstrip("/") in HEALTH]
    healthy.sort(key=lambda route: HEALTH.index(route.path.rstrip("/")))
    asked = [route for route in plain if route not in healthy and route.path not in NO_ENDPOINTS]
    shown = findings.documented
    in_document = [p for end in HEALTH for p in (shown.paths if shown else ()) if p.endswith(end)]
    if healthy:
        findings.health = Seen(healthy[0].path, healthy[0].place)
    elif findings.checked:
        findings.health = findings.checked
    elif shown and in_document:
        findings.health = Seen(in_document[0], shown.place)
    elif asked:
        first = next((route for route in asked if route.path == "/"), asked[0])
        why = "no route is named like a health check; better one that calls no dependency"
        findings.health = Seen(first.path, guess=why)
    findings.endpoints = list(_endpoints(findings, asked))
    if not findings.endpoints:
        only = findings.health.value
        findings.endpoints = [Seen(only, guess="no route without parameters was found")]
        findings.notes.append("endpoints: the paths that your criteria are about")
    others = [route for route in found if route not in asked and route not in healthy]
    for dependency in findings.dependencies:
        dependency.endpoint = _endpoint(dependency, asked, others, texts, findings)


def _endpoints(findings: Findings, asked: list[Route]) -> Iterator[Seen]:
    """Yield what the source and the document show that can be asked as it is."""
    shown = findings.documented
    # A router's prefix is not seen in the source, where the document has the whole path.
    whole = {shape(path) for path in shown.paths} if shown else set()
    for route in asked:
        if not shown or shape(route.path) in whole or not _is_end(route.path, whole):
            yield Seen(route.path, route.place)
    if not shown:
        return
    left_out = {route.path for route in asked} | NO_ENDPOINTS
    paths = [p for p in shown.paths if p not in left_out and not p.endswith(HEALTH)]
    yield from (Seen(path, shown.place) for path in paths[:_MOST])
    if not asked and not paths and shown.requests:
        sound = [each for each in shown.requests if not each.made_up]
        yield Seen((sound or shown.requests)[0].name, shown.place)


def _is_end(path: str, whole: set[str]) -> bool:
    return any(each.endswith(shape(path)) for each in whole)


def _endpoint(
    dependency: Found,
    asked: list[Route],
    others: list[Route],
    texts: tuple[Text, ...],
    findings: Findings,
) -> Seen:
    """Return the first route that mentions the dependency, itself or in a function it calls.

    One that is asked otherwise than by GET, or has parameters, needs a request to be asked by. A
    request for a thing whose name is made up is taken where there is no other.
    """
    words = {dependency.name, *dependency.environment}
    for name in dependency.environment:
        for text in texts:
            words |= set(
                re.findall(rf"(?i)\b(\w+)\s*(?::[^=\n]+)?:?=[^=\n]*[\"'.]{name}\b", text.text)
            )
    mention = re.compile(
        "|".join(rf"(?<![a-zA-Z0-9]){re.escape(word)}" for word in words), re.IGNORECASE
    )
    made_up: list[Seen] = []
    for depth in range(3):
        for route in (*asked, *others):
            if not mention.search(functions(route.handler, texts, depth)):
                continue
            if route in asked:
                return Seen(_whole(route, findings), route.place)
            if request := _named(route, findings):
                if not request.made_up:
                    return Seen(request.name, route.place)
                lacking = f"{' and '.join(request.made_up)} of {request.name} is made up"
                made_up.append(Seen(request.name, guess=f"{lacking} ({route.place})"))
    if made_up:
        return made_up[0]
    otherwise = findings.endpoints[0].value
    return Seen(otherwise, guess=f"no route mentions {dependency.name}")


def _whole(route: Route, findings: Findings) -> str:
    """Return a route's path with the prefix that the document shows."""
    ends = [each.value for each in findings.endpoints if each.value.endswith(route.path)]
    return route.path if route.path in ends or not ends else ends[0]


def _named(route: Route, findings: Findings) -> FoundRequest | None:
    """Return the request that asks a route."""
    for request in findings.requests:
        if request.method == route.method and shape(request.template).endswith(shape(route.path)):
            return request
    return None
