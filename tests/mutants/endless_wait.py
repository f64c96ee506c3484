"""It waits for Redis for half a minute, whatever REDIS_TIMEOUT says."""

from windtunnel_sample.asgi_program import serve
from windtunnel_sample.service import Service
from windtunnel_sample.settings import CircuitBreakerConfig, ConnectionConfig
from windtunnel_sample.unified_server import create_app

if __name__ == "__main__":
    flawed = ConnectionConfig().model_copy(update={"redis_timeout": 30.0})
    serve(lambda: create_app(Service(flawed, CircuitBreakerConfig())), "tests.mutants.endless_wait")
