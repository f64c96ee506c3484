"""Its half-open breakers admit every caller."""

from target.service import Service
from target.serving import serve
from target.settings import CircuitBreakerConfig, ConnectionConfig
from target.unified_server import create_app

if __name__ == "__main__":
    flawed = CircuitBreakerConfig().model_copy(update={"half_open_requests": 1_000_000})
    app = lambda: create_app(Service(ConnectionConfig(), flawed))  # noqa: E731 - one line a mutant
    serve(app, "tests.mutants.half_open_admits_all")
