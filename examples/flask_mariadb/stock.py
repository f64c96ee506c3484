"""Stock: a Flask service that keeps its stock in MariaDB, through SQLAlchemy's pool."""

import os

from flask import Flask, Response, jsonify, request
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# Without them, a silent database holds up every thread.
DEADLINES = {"connect_timeout": 1, "read_timeout": 1, "write_timeout": 1}
if os.environ.get("DEADLINES") == "none":
    DEADLINES = {}

engine = create_engine(
    os.environ["DATABASE_URL"],
    pool_size=8,
    max_overflow=0,
    pool_timeout=1,
    # Without it, a connection that died in the pool is found out by the next caller.
    pool_pre_ping=True,
    connect_args=DEADLINES,
)
app = Flask(__name__)


@app.get("/health")
def health() -> Response:
    """Answer without asking anybody."""
    return jsonify(status="ok")


@app.get("/items")
def items() -> Response:
    """Answer with what is in stock."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT number, name, quantity FROM items"))
        return jsonify(items=[dict(row) for row in rows.mappings()])


@app.post("/reservations")
def reserve() -> tuple[Response, int]:
    """Take something out of the stock, wholly or not at all."""
    wanted = request.get_json()
    with engine.begin() as connection:
        taken = connection.execute(
            text(
                "UPDATE items SET quantity = quantity - :quantity"
                " WHERE number = :item AND quantity >= :quantity"
            ),
            wanted,
        )
        if not taken.rowcount:
            return jsonify(error="not in stock"), 409
        made = connection.execute(
            text("INSERT INTO reservations (item, quantity) VALUES (:item, :quantity)"), wanted
        )
        return jsonify(reservation=made.lastrowid), 201


@app.errorhandler(OperationalError)
@app.errorhandler(PoolTimeout)
def database_away(error: Exception) -> tuple[Response, int, dict[str, str]]:
    """Say that it may be tried again, where the database is of no use."""
    return jsonify(error="the stock is not known now"), 503, {"Retry-After": "1"}
