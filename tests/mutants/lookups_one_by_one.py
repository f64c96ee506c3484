"""It makes a call for each look-up, however many are made at once."""

from aiodataloader import DataLoader

from windtunnel_sample.asgi_program import serve
from windtunnel_sample.unified_server import create_app

if __name__ == "__main__":
    DataLoader.batch = False  # the flaw
    serve(create_app, "tests.mutants.lookups_one_by_one")
