"""Runs the conformance suite on a tiny service over one breaker."""

from collections.abc import Mapping
from pathlib import Path

from harness.configuration import Configuration, Dependency
from harness.conformance.claims import Claims
from harness.conformance.report import Report
from harness.conformance.runner import Order, Runner
from harness.session import Session

CATALOG = ("{python}", "-m", "target.catalog", "--host", "{host}", "--port", "{port}")
SETTINGS = {"THRESHOLD": 3, "RECOVERY": 0.4, "PROBES": 2, "WINDOW": 2.0, "CALL_TIMEOUT": 0.8}


def configuration(module: str) -> Configuration:
    """Return the configuration of a tiny service with the breaker of this module."""
    return Configuration(
        command=(
            *("{python}", "-m", "tests.conformance.services", module),
            *("--host", "{host}", "--port", "{port}"),
        ),
        endpoints=("/first", "/second"),
        dependencies={
            name: Dependency(
                protocol="http",
                command=CATALOG,
                environment={f"{name.upper()}_URL": "http://{address}"},
                endpoint=f"/{name}",
            )
            for name in ("first", "second")
        },
    )


def conform(
    module: str,
    order: Order,
    *,
    claims: Claims,
    backend: str = "embedded",
    settings: Mapping[str, object] = SETTINGS,
) -> Report:
    """Return what the suite finds of a module's breaker."""
    session = Session(directory=Path.cwd(), configuration=None, backend=backend, seed=1)
    session.configuration = configuration(module)
    environment = {name: str(value) for name, value in settings.items()}
    try:
        stack = session.stack(module, environment, lambda verdict: None)
        try:
            return Runner(stack, "first", claims=claims).run(order)
        finally:
            stack.close()
    finally:
        session.close()
