"""Run the sample target: `python -m windtunnel_sample --host 127.0.0.1 --port 8080`."""

from windtunnel_sample.asgi_program import serve
from windtunnel_sample.unified_server import create_app

if __name__ == "__main__":
    serve(create_app, "windtunnel_sample")
