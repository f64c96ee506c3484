"""Run the sample target: `python -m target --host 127.0.0.1 --port 8080`."""

from target.serving import serve
from target.unified_server import create_app

if __name__ == "__main__":
    serve(create_app, "target")
