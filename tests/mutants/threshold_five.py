"""Its breakers open only after five failures."""

from target.service import Service
from target.serving import serve
from target.settings import CircuitBreakerConfig, ConnectionConfig
from target.unified_server import create_app

if __name__ == "__main__":
    flawed = CircuitBreakerConfig().model_copy(update={"failure_threshold": 5})
    serve(lambda: create_app(Service(ConnectionConfig(), flawed)), "tests.mutants.threshold_five")
