"""It never reuses a connection, whatever ENABLE_CONNECTION_REUSE says."""

from windtunnel_sample.asgi_program import serve
from windtunnel_sample.service import Service
from windtunnel_sample.settings import CircuitBreakerConfig, ConnectionConfig
from windtunnel_sample.unified_server import create_app

if __name__ == "__main__":
    flawed = ConnectionConfig().model_copy(update={"enable_connection_reuse": False})
    serve(lambda: create_app(Service(flawed, CircuitBreakerConfig())), "tests.mutants.reuse_off")
