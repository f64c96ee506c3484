"""gunicorn's settings, from the environment."""

import os

workers = int(os.environ.get("WORKERS", "1"))
worker_class = os.environ.get("WORKER_CLASS", "gthread")
threads = 32
backlog = 256
loglevel = "warning"
