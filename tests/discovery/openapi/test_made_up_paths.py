"""A thing whose name is made up is hardly there: it is marked, and others are asked first."""

import json
from pathlib import Path

import pytest

from windtunnel.discovery import look, written

PAY = """
@app.post("/bookings/<booking>/pay")
def pay(booking):
    return charge(booking)
"""
CHECKOUT = """
@app.post("/checkout")
def checkout():
    return pay("new")
"""
SERVICE = """
import os, requests
from flask import Flask
app = Flask(__name__)
PAYMENT = os.environ.get("PAYMENT_URL", "http://localhost:9000")
def charge(booking):
    return requests.post(PAYMENT).json()
"""


def document(*paths: str, schema: dict[str, object]) -> str:
    parameter = {"name": "booking", "in": "path", "required": True, "schema": schema}
    shown = {
        path: {
            "post": {
                "operationId": path.rpartition("/")[2],
                "parameters": [parameter] if "{" in path else [],
                "responses": {"201": {"description": "done"}},
            }
        }
        for path in paths
    }
    whole = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": shown}
    return json.dumps(whole)


def wrote(folder: Path, source: str, shown: str) -> tuple[str, str]:
    """Return the endpoint of the only dependency, and all that is written."""
    (folder / "app.py").write_text(SERVICE + source)
    (folder / "requirements.txt").write_text("flask\nrequests\n")
    (folder / "openapi.json").write_text(shown)
    findings = look(folder)
    [found] = findings.dependencies
    return found.endpoint.value, written(findings)


BOTH = ("/bookings/{booking}/pay", "/checkout")


@pytest.mark.parametrize("schema", [{"type": "string"}, {"type": "string", "format": "uuid"}])
def test_a_request_for_what_is_there_is_asked_first(
    tmp_path: Path, schema: dict[str, object]
) -> None:
    endpoint, text = wrote(tmp_path, PAY + CHECKOUT, document(*BOTH, schema=schema))
    assert endpoint == "checkout"
    assert "# GUESS: booking is " in text


def test_where_there_is_no_other_it_is_marked(tmp_path: Path) -> None:
    endpoint, text = wrote(tmp_path, PAY, document(BOTH[0], schema={"type": "string"}))
    assert endpoint == "pay"
    assert "# GUESS: booking of pay is made up (app.py:" in text


@pytest.mark.parametrize("schema", [{"type": "integer"}, {"type": "string", "enum": ["first"]}])
def test_what_the_schema_says_is_taken(tmp_path: Path, schema: dict[str, object]) -> None:
    endpoint, _ = wrote(tmp_path, PAY + CHECKOUT, document(*BOTH, schema=schema))
    assert endpoint == "pay"
