"""An OpenAPI document gives endpoints, requests and the login; a bad one gives one message."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from windtunnel.cli import main
from windtunnel.configuration import load
from windtunnel.discovery import look, written
from windtunnel.discovery.findings import FoundApi
from windtunnel.discovery.openapi.document_text import parsed
from windtunnel.discovery.openapi.reading import read_api
from windtunnel.requests.placeholders import Filling
from windtunnel.requests.prepared import Preparation

PETS = """
openapi: 3.0.3
info: {title: Pets, version: '1'}
servers: [{url: 'https://{host}/api/{version}', variables: {version: {default: v3}}}]
security: [{bearer: []}]
paths:
  /ping:
    get: {responses: {'200': {description: fine}}}
  /pets:
    get:
      parameters: [{name: limit, in: query, schema: {type: integer}}]
      responses: {'200': {description: all}}
    post:
      operationId: addPet
      requestBody: {$ref: '#/components/requestBodies/Pet'}
      responses: {201: {description: made}, 400: {description: refused}}
  /pets/{petId}:
    parameters: [{name: petId, in: path, required: true, schema: {type: integer, maximum: 4}}]
    get: {operationId: getPet, responses: {'200': {description: one}}}
    delete:
      operationId: deletePet
      parameters: [{name: X-Reason, in: header, required: true, example: 'a {brace}'}]
      responses: {'204': {description: gone}, '200': {description: gone}}
    head: {responses: {'200': {description: one}}}
  /pets/find by/{status}:
    get:
      parameters:
        - {name: status, in: path, required: true, schema: {enum: [on sale, sold]}}
        - {name: tag, in: query, required: true, schema: {type: array, items: {type: string}}}
      responses: {'2XX': {description: some}}
  /pets/{petId}/photo:
    post:
      requestBody: {content: {image/png: {}}}
      responses: {}
  /sessions:
    post:
      security: []
      requestBody:
        content:
          application/json:
            schema:
              required: [email, password]
              properties: {email: {type: string}, password: {type: string, format: password}}
      responses:
        '200':
          content:
            application/json:
              schema: {properties: {data: {properties: {token: {type: string}}}}}
  /logout:
    post: {responses: {}}
  /old:
    get: {deprecated: true, responses: {}}
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
  requestBodies:
    Pet:
      content:
        text/plain: {}
        application/json:
          schema: {$ref: '#/components/schemas/Pet'}
          examples:
            rex: {value: {name: 'Rex {the} dog', born: 2020-01-02, mother: null}}
  schemas:
    Pet: {type: object, required: [name], properties: {name: {type: string}}}
"""
SWAGGER = """
swagger: '2.0'
basePath: /v2
consumes: [application/json]
paths:
  /pet:
    post:
      parameters: [{in: body, name: body, required: true, schema: {$ref: '#/definitions/Pet'}}]
      responses: {'405': {description: Invalid}}
      security: [{key: []}]
  /pet/{id}:
    post:
      consumes: [application/x-www-form-urlencoded]
      parameters:
        - {name: id, in: path, required: true, type: integer, minimum: 7, maximum: 7}
        - {name: status, in: formData, required: true, type: string, enum: [sold]}
      responses: {'200': {description: fine}}
  /pet/{id}/picture:
    post:
      parameters:
        - {name: id, in: path, required: true, type: string}
        - {name: file, in: formData, type: file}
      responses: {}
definitions:
  Pet: {required: [name], properties: {name: {type: string}, photo: {type: string, format: uri}}}
securityDefinitions:
  key: {type: apiKey, name: X-Key, in: header}
"""


def read(text: str | dict[str, Any]) -> FoundApi:
    content = text if isinstance(text, str) else json.dumps(text)
    return read_api(parsed(content.encode(), "openapi.yaml"), "openapi.yaml")


def with_login(schemes: dict[str, Any], **more: object) -> FoundApi:
    document = {
        "openapi": "3.1.0",
        "security": [{name: [] for name in schemes}],
        "paths": {"/a": {"get": {}}} | more,
        "components": {"securitySchemes": schemes},
    }
    return read(document)


def test_a_document_becomes_a_configuration_that_loads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "openapi.yaml").write_text(PETS)
    (tmp_path / "Procfile").write_text("web: pets $PORT\n")
    findings = look(tmp_path)
    text = written(findings)
    (tmp_path / "windtunnel.toml").write_text(text)
    found = load(tmp_path)
    assert (found.health, found.endpoints) == ("/api/v3/ping", ("/api/v3/pets",))
    requests = found.named_requests
    assert set(requests) == {"addPet", "getPet", "deletePet", "get-pets-find-by"}
    pet = requests["addPet"]
    assert (pet.method, pet.path, pet.expect) == ("POST", "/api/v3/pets", (201,))
    sent = Preparation(pet).of(Filling(1, "seed"))
    assert json.loads(sent.body) == {"name": "Rex {the} dog", "born": "2020-01-02"}
    assert requests["getPet"].path == "/api/v3/pets/{int:1..4}"
    assert requests["deletePet"].expect == (200, 204)
    assert (
        dict(Preparation(requests["deletePet"]).of(Filling(1)).headers)["X-Reason"] == "a {brace}"
    )
    assert requests["get-pets-find-by"].path == "/api/v3/pets/find%20by/on%20sale?tag=string"
    assert "# GUESS: petId is {int:1..4}: name what there is" in text
    said = "\n".join(findings.notes)
    assert "POST /pets/{petId}/photo: its body is image/png" in said
    assert "/logout ends the login" in said
    monkeypatch.setenv("LOGIN_PASSWORD", "pw")
    monkeypatch.setenv("LOGIN_USERNAME", "ann@example.com")
    plan = found.login_plan
    assert plan is not None
    assert plan.request is not None
    body = Preparation(plan.request).of(Filling(1)).body
    assert json.loads(body) == {"email": "ann@example.com", "password": "pw"}
    assert plan.request.path == "/api/v3/sessions"
    assert plan.header == {"Authorization": "Bearer {json.data.token}"}


def test_swagger_2_is_read_too() -> None:
    found = read(SWAGGER)
    pet, form = found.requests
    assert (pet.method, pet.path, pet.json, pet.expect) == (
        "POST",
        "/v2/pet",
        {"name": "string"},
        (),
    )
    assert (form.path, form.form, form.expect) == ("/v2/pet/{int:7..7}", {"status": "sold"}, (200,))
    assert found.unread == ["openapi.yaml: POST /pet/{id}/picture: its body is multipart/form-data"]
    assert found.login is not None
    assert found.login.header == {"X-Key": "{env:API_KEY}"}


def test_the_login_is_found_by_the_scheme() -> None:
    password = {"type": "oauth2", "flows": {"password": {"tokenUrl": "auth/token"}}}
    login = with_login({"o": password}).login
    assert login is not None
    assert login.request is not None
    assert login.request.path == "/auth/token"
    assert login.request.form["password"] == "{env:LOGIN_PASSWORD}"  # noqa: S105 - a placeholder
    assert login.header == {"Authorization": "Bearer {json.access_token}"}

    client = {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/token"}}}
    login = with_login({"o": client}).login
    assert login is not None
    assert login.variables == ("CLIENT_ID", "CLIENT_SECRET")

    # The tokens of another host are not to be had by a path.
    elsewhere = {"type": "oauth2", "flows": {"password": {"tokenUrl": "https://login.internal/t"}}}
    login = with_login({"o": elsewhere}).login
    assert login is not None
    assert login.request is None
    assert login.header == {"Authorization": "Bearer {env:API_TOKEN}"}

    login = with_login({"b": {"type": "http", "scheme": "basic"}}).login
    assert login is not None
    assert login.basic["username"] == "{env:LOGIN_USERNAME}"

    token = {
        "type": "apiKey", "in": "header", "name": "Authorization",
        "description": 'Token-based authentication with required prefix "Token"',
    }  # fmt: skip
    body: object = {"schema": {"properties": {"username": {}, "password": {}}}}
    operation = {
        "requestBody": {"content": {"application/json": body}},
        "responses": {
            "200": {"content": {"application/json": {"schema": {"properties": {"key": {}}}}}}
        },
    }
    login = with_login({"t": token}, **{"/api/login/": {"post": operation}}).login
    assert login is not None
    assert login.header == {"Authorization": "Token {json.key}"}

    cookie = {"type": "apiKey", "in": "cookie", "name": "sessionid"}
    login = with_login({"c": cookie}, **{"/api/login/": {"post": operation}}).login
    assert login is not None
    assert login.header == {}
    assert login.request is not None


def test_a_login_that_nothing_demands_is_shown_and_not_in_force(tmp_path: Path) -> None:
    body = {"schema": {"required": ["password"], "properties": {"password": {}}}}
    document = {
        "openapi": "3.0.0",
        "paths": {
            "/a": {"get": {}},
            "/login": {"post": {"requestBody": {"content": {"application/json": body}}}},
        },
    }
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    (tmp_path / "Procfile").write_text("web: a\n")
    text = written(look(tmp_path))
    (tmp_path / "windtunnel.toml").write_text(text)
    assert "# [login]" in text
    assert load(tmp_path).login is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "openapi.json: no JSON"),
        (b'{"openapi": "3.0.0", "paths": []}', "paths: expected a table"),
        (b"[1]", "expected OpenAPI 3 or Swagger 2, found none"),
        (b'{"openapi": "4.0"}', "found version '4.0'"),
        (b'{"a": 1}', "found none"),
        (b"openapi: [", "openapi.json:1: no YAML"),
        (b"\xff\xfe", "expected UTF-8"),
        (b"[" * 200_000, "no JSON: nested too deep"),
        (
            b'{"openapi": "3.0.0", "x": ' + b'{"a":' * 500 + b"1" + b"}" * 501,
            "nested more than 200",
        ),
        (b"a: " + b"- " * 50_000, "openapi.json:1: no YAML"),
        (b"openapi: 3.0.0\n" + b"# x\n" * 300_000, "bytes of YAML"),
    ],
)
def test_what_is_no_document_is_one_message(
    tmp_path: Path,
    content: bytes,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "openapi.json").write_bytes(content)
    monkeypatch.chdir(tmp_path)
    assert main(["init", "--openapi", "openapi.json"]) == 1
    printed = capsys.readouterr().err
    assert said in printed
    assert "Traceback" not in printed
    # Found among the files it is named, and the rest is written.
    assert any(said in note for note in look(tmp_path).notes)


def test_aliases_without_end_are_refused() -> None:
    bomb = "openapi: 3.0.0\na: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n"
        for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(Exception, match="without end"):
        read(bomb)


def test_odd_documents_give_no_traceback() -> None:
    odd: dict[str, Any] = {
        "openapi": "3.1.0",
        "servers": [{"url": 5, "variables": 5}, 5],
        "security": [5, {}],
        "paths": {
            "/a": 5,
            "/b": {"$ref": "#/paths/~1b"},
            "/c": {"get": {"parameters": 5, "responses": 5, "security": 5}, "post": 5},
            "/d": {"get": {"parameters": [{"$ref": "#/nothing"}]}},
            "/e": {"post": {"requestBody": {"content": {"application/json": 5}}}},
            "/f": {"post": {"requestBody": {"content": 5}}},
            "/g/{x": {"get": {}},
            "/h/{}": {"get": {}},
            "/i\n\u2028": {"get": {"operationId": "\u00e4 \n["}},
            "no slash": {"get": {}},
            "/j": {"post": {"requestBody": {"content": {"application/json": {"schema": {
                "type": 5, "enum": 5, "required": 5, "properties": 5, "minimum": "x", "allOf": [5],
            }}}}}},
        },
        "components": {"securitySchemes": 5, "schemas": 5},
    }  # fmt: skip
    found = read(odd)
    assert any("/d" in each for each in found.unread)
    one_of = {
        "oneOf": [{"$ref": "#/x"}],
        "discriminator": {"propertyName": "k", "mapping": {"a": 5}},
    }
    body = {"content": {"application/json": {"schema": one_of}}}
    servers = [{"url": "/{a}/v1", "variables": {"a": "b"}}]
    odd = {
        "openapi": "3.1.0", "servers": servers, "x": {"const": {"k": {}}},
        "paths": {"/a": {"post": {"requestBody": body}}},
    }  # fmt: skip
    (request,) = read(odd).requests
    assert request.json == {"k": "x"}


class Service(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        content = PETS.encode() if self.path == "/openapi.json" else b""
        self.send_response(200 if content else 404)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None: ...


def test_a_running_service_is_asked_for_its_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with HTTPServer(("127.0.0.1", 0), Service) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        status = main(["init", "--openapi", f"{url}/openapi.json"])
        printed = capsys.readouterr()
        assert status == 0, printed
        assert "found    request addPet: POST /api/v3/pets" in printed.out
        assert main(["init", "--force", "--openapi", f"{url}/none"]) == 1
        assert "expected 200, found 404" in capsys.readouterr().err
        server.shutdown()
    assert main(["init", "--force", "--openapi", f"{url}/openapi.json"]) == 1
    assert "refused" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("http://192.0.2.1/openapi.json", "outside this machine's loopback"),
        ("https://127.0.0.1/openapi.json", "expected a file, or http://"),
        ("http://", "expected a URL with a host"),
        ("http://127.0.0.1:99999/", "expected a URL with a host"),
        ("none.json", "none.json: No such file"),
        ("\0", "no file has such a name"),
    ],
)
def test_a_document_that_cannot_be_had_is_one_message(
    tmp_path: Path,
    named: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "--openapi", named]) == 1
    assert said in capsys.readouterr().err
