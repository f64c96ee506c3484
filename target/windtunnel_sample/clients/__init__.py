"""The dependencies' clients: pooled, warmed, with deadlines, and no hidden retries.

One call here is at most one attempt at the dependency: retries behind a breaker's back would hide
failures from it and multiply the calls to a dependency that is down.
"""

from windtunnel_sample.clients.catalog import Agent, CatalogClient
from windtunnel_sample.clients.dependency_error import Declined, DependencyError
from windtunnel_sample.clients.pool import Pool
from windtunnel_sample.clients.workflows import WorkflowStore

__all__ = ["Agent", "CatalogClient", "Declined", "DependencyError", "Pool", "WorkflowStore"]
