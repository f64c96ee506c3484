"""A guestbook: entries are kept in PostgreSQL, counted by the worker, and cached in Redis."""

import json
import os
from contextlib import suppress

import psycopg
import redis
from flask import Flask, Response, jsonify, request
from psycopg_pool import ConnectionPool, PoolTimeout

pool = ConnectionPool(
    os.environ["DATABASE_URL"],
    open=True,
    max_size=8,
    timeout=1,
    check=ConnectionPool.check_connection,
    kwargs={"connect_timeout": 2, "options": "-c statement_timeout=1000"},
)
# A cache that is slower than what it saves is of no use.
cache = redis.Redis.from_url(
    os.environ["CACHE_URL"], socket_timeout=0.2, socket_connect_timeout=0.2
)
app = Flask(__name__)


@app.get("/health")
def health() -> Response:
    """Answer without asking anybody."""
    return jsonify(status="ok")


@app.get("/entries")
def entries() -> Response:
    """Answer with the last entries: from the cache where it has them, else from the database."""
    try:
        known = cache.get("entries")
    except redis.RedisError:
        known = None
    if known is None:
        with pool.connection() as connection:
            rows = connection.execute(
                "SELECT name, words FROM entries ORDER BY number DESC LIMIT 9"
            )
            known = json.dumps([{"name": name, "words": words} for name, words in rows])
        with suppress(redis.RedisError):
            cache.set("entries", known, px=200)
    return Response(known, mimetype="application/json")


@app.post("/entries")
def write() -> tuple[Response, int]:
    """Keep an entry, and let the worker count it."""
    entry = request.get_json()
    with pool.connection() as connection:
        connection.execute("INSERT INTO entries (name, words) VALUES (%(name)s, %(words)s)", entry)
    try:
        cache.rpush("uncounted", entry["name"])
    except redis.RedisError:
        app.logger.warning("an entry is not counted yet")
    return jsonify(name=entry["name"]), 201


@app.errorhandler(psycopg.OperationalError)
@app.errorhandler(PoolTimeout)
def database_away(error: Exception) -> tuple[Response, int, dict[str, str]]:
    """Say that it may be tried again."""
    return jsonify(error="the guestbook is closed for a moment"), 503, {"Retry-After": "1"}
