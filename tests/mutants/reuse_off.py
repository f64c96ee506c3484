"""It never reuses a connection, whatever ENABLE_CONNECTION_REUSE says."""

from target.service import Service
from target.serving import serve
from target.settings import CircuitBreakerConfig, ConnectionConfig
from target.unified_server import create_app

if __name__ == "__main__":
    flawed = ConnectionConfig().model_copy(update={"enable_connection_reuse": False})
    serve(lambda: create_app(Service(flawed, CircuitBreakerConfig())), "tests.mutants.reuse_off")
