"""Its half-open breakers admit every caller."""

from windtunnel_sample.asgi_program import serve
from windtunnel_sample.service import Service
from windtunnel_sample.settings import CircuitBreakerConfig, ConnectionConfig
from windtunnel_sample.unified_server import create_app

if __name__ == "__main__":
    flawed = CircuitBreakerConfig().model_copy(update={"half_open_requests": 1_000_000})
    app = lambda: create_app(Service(ConnectionConfig(), flawed))  # noqa: E731 - one line a mutant
    serve(app, "tests.mutants.half_open_admits_all")
