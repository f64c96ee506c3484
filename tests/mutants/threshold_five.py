"""Its breakers open only after five failures."""

from windtunnel_sample.asgi_program import serve
from windtunnel_sample.service import Service
from windtunnel_sample.settings import CircuitBreakerConfig, ConnectionConfig
from windtunnel_sample.unified_server import create_app

if __name__ == "__main__":
    flawed = CircuitBreakerConfig().model_copy(update={"failure_threshold": 5})
    serve(lambda: create_app(Service(ConnectionConfig(), flawed)), "tests.mutants.threshold_five")
