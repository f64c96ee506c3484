"""It waits for Redis for half a minute, whatever REDIS_TIMEOUT says."""

from target.service import Service
from target.serving import serve
from target.settings import CircuitBreakerConfig, ConnectionConfig
from target.unified_server import create_app

if __name__ == "__main__":
    flawed = ConnectionConfig().model_copy(update={"redis_timeout": 30.0})
    serve(lambda: create_app(Service(flawed, CircuitBreakerConfig())), "tests.mutants.endless_wait")
