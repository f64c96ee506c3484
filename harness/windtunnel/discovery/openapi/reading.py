"""What an OpenAPI document gives a configuration: endpoints, requests and the login."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from windtunnel.discovery.findings import FoundApi, FoundRequest
from windtunnel.discovery.openapi import document_text
from windtunnel.discovery.openapi.example_requests import example_request
from windtunnel.discovery.openapi.login_search import find_login, is_logout
from windtunnel.discovery.openapi.operations import api
from windtunnel.discovery.openapi.references import References
from windtunnel.discovery.openapi.schema_example import NoExample, SchemaExamples
from windtunnel.errors import ConfigurationError

MOST_REQUESTS = 60
"""Requests that are written at most; a file with more is not read by anybody."""
_MOST_SAID = 5
_MOST_FILES = 10


def api_of_project(folder: Path) -> tuple[FoundApi | None, list[str]]:
    """Return what the project's own document says, and which files could not be read."""
    unread: list[str] = []
    for path in list(document_text.candidates(folder))[:_MOST_FILES]:
        name = str(path.relative_to(folder))
        try:
            return read_api(document_text.read_document(path, name), name), unread
        except ConfigurationError as error:
            if not document_text.is_plainly_named(path):
                unread.append(str(error))
    return None, unread


def read_named(named: str, owned: Collection[str] = ()) -> FoundApi:
    """Return what the document in a file, or at a URL of this machine or of `owned` hosts, says.

    ConfigurationError, one message, where it is none.
    """
    if "://" in named:
        return read_api(document_text.fetch_document(named, owned), named.partition("?")[0])
    return read_api(document_text.read_document(Path(named), named), named)


def read_api(document: Mapping[str, Any], place: str) -> FoundApi:
    """Return what a document says."""
    references = References(document)
    examples = SchemaExamples(references)
    found = api(document, references)
    result = FoundApi(place, unread=[f"{place}: {each}" for each in found.unread])
    result.login = find_login(found, examples, place)
    login = result.login.request if result.login else None
    names: set[str] = set()
    for operation in found.operations:
        if operation.is_deprecated or operation.method in {"HEAD", "OPTIONS"}:
            continue
        if login is not None and (operation.method, operation.path) == ("POST", login.template):
            continue
        if is_logout(operation):
            result.unread.append(f"{place}: {operation.path} ends the login, so no request is made")
            continue
        try:
            request = example_request(operation, examples, place)
        except NoExample as error:
            result.unread.append(f"{place}: {operation.method} {operation.own_path}: {error}")
            continue
        if request.is_plain:
            result.paths.append(request.path)
        else:
            _give_name(request, names)
            result.requests.append(request)
    if len(result.requests) > MOST_REQUESTS:
        left = len(result.requests) - MOST_REQUESTS
        result.requests = result.requests[:MOST_REQUESTS]
        result.unread.append(f"{place}: {left} further requests are not written")
    if len(result.unread) > _MOST_SAID:
        left = len(result.unread) - _MOST_SAID
        result.unread = [*result.unread[:_MOST_SAID], f"{place}: {left} more like these"]
    return result


def _give_name(request: FoundRequest, names: set[str]) -> None:
    name, number = request.name, 1
    while request.name in names:
        number += 1
        request.name = f"{name}-{number}"
    names.add(request.name)
