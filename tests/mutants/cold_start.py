"""It warms no connection when it starts."""

from windtunnel_sample.asgi_program import serve
from windtunnel_sample.clients import CatalogClient, WorkflowStore
from windtunnel_sample.unified_server import create_app


async def nothing(client: CatalogClient | WorkflowStore) -> None:
    """Warm nothing."""


if __name__ == "__main__":
    CatalogClient.warm = nothing  # type: ignore[method-assign, assignment]  # the flaw
    WorkflowStore.warm = nothing  # type: ignore[method-assign, assignment]
    serve(create_app, "tests.mutants.cold_start")
