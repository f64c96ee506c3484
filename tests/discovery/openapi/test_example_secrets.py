"""No secret that a document shows as an example is written into a configuration."""

from typing import Any

import pytest

from windtunnel.discovery.findings import Findings
from windtunnel.discovery.openapi.reading import read_api
from windtunnel.discovery.openapi.text_example import Placeholder
from windtunnel.discovery.toml_text import toml
from windtunnel.discovery.writing import written

HIDDEN = "hunter22"


def document(where: str, name: str, example: object, *, in_schema: bool) -> dict[str, Any]:
    shown = {"schema": {"example": example}} if in_schema else {"example": example}
    operation: dict[str, Any] = {"operationId": "pay", "responses": {"201": {}}}
    path = "/pay/{" + name + "}" if where == "path" else "/pay"
    if where == "body":
        content = (
            {"schema": {"type": "object", "properties": {name: {"example": example}}}}
            if in_schema
            else {"example": {name: example, "amount": 1}}
        )
        operation["requestBody"] = {"content": {"application/json": content}}
    else:
        operation["parameters"] = [{"name": name, "in": where, "required": True, **shown}]
    head = {"openapi": "3.0.3", "info": {"title": "x", "version": "1"}}
    return {**head, "paths": {path: {"post": operation}}}


@pytest.mark.parametrize("in_schema", [False, True])
@pytest.mark.parametrize(
    ("where", "name", "example", "variable"),
    [
        ("header", "X-Api-Key", HIDDEN, "API_KEY"),
        ("header", "X-Caller", f"Bearer {HIDDEN}-and-more", "API_CALLER"),
        ("query", "api_key", HIDDEN, "API_KEY"),
        ("query", "sig", HIDDEN, "API_SIG"),
        ("cookie", "session", HIDDEN, "API_SESSION"),
        ("path", "resetToken", HIDDEN, "API_RESET_TOKEN"),
        ("body", "client_secret", HIDDEN, "API_CLIENT_SECRET"),
        ("body", "pwd", HIDDEN, "API_PWD"),
        ("body", "credentials", {"user": HIDDEN}, "API_USER"),
        ("body", "backups", [{"api_key": HIDDEN}], "API_KEY"),
        ("body", "note", f"https://ann:{HIDDEN}@db/", "API_NOTE"),
    ],
)
def test_a_variable_takes_its_place(
    where: str, name: str, example: object, variable: str, *, in_schema: bool
) -> None:
    api = read_api(document(where, name, example, in_schema=in_schema), "api.json")
    assert not api.unread
    text = written(Findings(documented=api))
    assert HIDDEN not in text
    assert f"{{env:{variable}}}" in text
    assert f"# Set {variable} in the environment" in text


@pytest.mark.parametrize("in_schema", [False, True])
@pytest.mark.parametrize(
    ("where", "name", "example"),
    [
        ("query", "page", "shown"),
        ("header", "Idempotency-Key", "shown"),
        ("body", "token_type", "shown"),
        ("body", "note", "shown"),
    ],
)
def test_what_is_no_secret_stays(where: str, name: str, example: str, *, in_schema: bool) -> None:
    api = read_api(document(where, name, example, in_schema=in_schema), "api.json")
    text = written(Findings(documented=api))
    assert "shown" in text
    assert "{env:" not in text


def test_a_password_that_is_made_up_needs_no_variable() -> None:
    body = {"schema": {"type": "object", "properties": {"password": {"type": "string"}}}}
    found = document("body", "x", 1, in_schema=True)
    found["paths"]["/pay"]["post"]["requestBody"]["content"]["application/json"] = body
    (request,) = read_api(found, "api.json").requests
    assert "{env:" not in toml(request.json)
    assert not isinstance(request.json["password"], Placeholder)
