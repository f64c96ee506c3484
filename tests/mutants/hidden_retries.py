"""Its Redis client tries each call up to four times, unseen by the breaker."""

from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from windtunnel_sample.asgi_program import serve
from windtunnel_sample.clients import workflows
from windtunnel_sample.unified_server import create_app


class Retrying(Retry):
    """Retries, whatever it is told."""

    def __init__(self, backoff: NoBackoff, retries: int) -> None:
        super().__init__(backoff, retries=3)


if __name__ == "__main__":
    workflows.Retry = Retrying  # type: ignore[attr-defined, assignment]  # the flaw
    serve(create_app, "tests.mutants.hidden_retries")
