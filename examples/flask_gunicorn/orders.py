"""Orders: a Flask service that asks a price service, with requests, about each order."""

import os

import requests
from flask import Flask, Response, jsonify

PRICES_URL = os.environ["PRICES_URL"]
# "none" waits for ever, as requests does where no timeout is given.
LIMIT = os.environ.get("PRICES_TIMEOUT", "0.2")
TIMEOUT = None if LIMIT == "none" else float(LIMIT)

app = Flask(__name__)
prices = requests.Session()
# The environment's proxy settings are for the world outside.
prices.trust_env = False


@app.get("/health")
def health() -> Response:
    """Answer without asking anybody."""
    return jsonify(status="ok")


@app.get("/orders")
def orders() -> Response:
    """Return an order with its price, or marked as without one."""
    try:
        answer = prices.get(f"{PRICES_URL}/anvil.json", timeout=TIMEOUT)
        answer.raise_for_status()
        price = answer.json()["price"]
    except requests.RequestException:
        response = jsonify(item="anvil", price=None)
        response.headers["X-Fallback"] = "prices"
        return response
    return jsonify(item="anvil", price=price)
