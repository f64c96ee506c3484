"""The requests that are written from FastAPI's own document are those that its service takes."""

import datetime as dt
import enum
import uuid
from decimal import Decimal
from typing import Annotated, Any, Literal

import anyio
import httpx
import pytest
from fastapi import Depends, FastAPI, Header, HTTPException, Query
from fastapi.security import HTTPBearer
from pydantic import BaseModel, Field

from windtunnel.discovery.openapi.reading import read_api
from windtunnel.requests.placeholders import Filling
from windtunnel.requests.prepared import Preparation
from windtunnel.requests.request_value import Request


class Size(enum.StrEnum):
    SMALL = "small"
    LARGE = "large"


class Node(BaseModel):
    name: str
    children: list["Node"] = []
    parent: "Node | None" = None


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = Field(ge=1, le=9)


class Dog(BaseModel):
    kind: Literal["dog"]
    barks: bool


class Order(BaseModel):
    product: int = Field(gt=4, multiple_of=5)
    price: Decimal = Field(ge=Decimal("0.5"), decimal_places=2)
    share: float = Field(gt=0, lt=1)
    size: Size
    code: str = Field(pattern=r"^[A-Z]{3}-\d{4}$")
    note: str = Field(min_length=10, max_length=12)
    at: dt.datetime
    key: uuid.UUID
    tags: set[str] = Field(min_length=2)
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]
    tree: Node
    extra: dict[str, int]
    pair: tuple[int, str]
    maybe: int | None


class Credentials(BaseModel):
    email: str
    password: str


class Token(BaseModel):
    access_token: str


def service() -> FastAPI:
    app = FastAPI()
    bearer = Annotated[Any, Depends(HTTPBearer())]

    @app.post("/orders", status_code=201)
    def order(order: Order, idempotency_key: Annotated[str, Header()], who: bearer) -> None: ...

    @app.get("/orders/{number}")
    def get_order(number: int, verbose: Annotated[bool, Query()], who: bearer) -> None: ...

    @app.put("/things/{key}/{name}")
    def put_thing(
        key: uuid.UUID, name: Annotated[str, Field(pattern="^[a-f]+$")], body: dict[str, int]
    ) -> None: ...

    @app.post("/auth/login")
    def login(credentials: Credentials) -> Token:
        if (credentials.email, credentials.password) != ("ann", "pw"):
            raise HTTPException(403)
        return Token(access_token="t")  # noqa: S106 - a token of a test

    return app


def test_each_request_is_answered_as_the_document_says(monkeypatch: pytest.MonkeyPatch) -> None:
    app = service()
    found = read_api(app.openapi(), "openapi.json")
    assert found.unread == []
    assert [each.name for each in found.requests] == ["order", "get_order", "put_thing"]
    assert found.login is not None
    assert found.login.header == {"Authorization": "Bearer {json.access_token}"}
    monkeypatch.setenv("LOGIN_USERNAME", "ann")
    monkeypatch.setenv("LOGIN_PASSWORD", "pw")

    async def answered() -> list[tuple[int, tuple[int, ...]]]:
        transport = httpx.ASGITransport(app)
        statuses: list[tuple[int, tuple[int, ...]]] = []
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            for each in (found.login.request if found.login else None, *found.requests):
                assert each is not None
                request = Request(
                    method=each.method, path=each.path, json=each.json, headers=each.headers
                )
                sent = Preparation(request, {"Authorization": "Bearer t"}).of(Filling(1, "seed"))
                answer = await client.request(
                    sent.method, sent.path, content=sent.body, headers=list(sent.headers)
                )
                statuses.append((answer.status_code, each.expect))
        return statuses

    for status, expected in anyio.run(answered):
        assert status in expected
