"""Everything that can be set from the environment, validated."""

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class ConnectionConfig(BaseSettings):
    """How the dependencies are reached. Times in seconds."""

    model_config = SettingsConfigDict(frozen=True, allow_inf_nan=False)

    catalog_url: str = Field(default="http://127.0.0.1:8001", pattern=r"^https?://[^/]+$")
    redis_url: str = Field(default="redis://127.0.0.1:6379/0", pattern=r"^redis(s)?://")
    http_pool_size: int = Field(default=100, ge=1)
    http_keepalive_timeout: float = Field(default=30.0, gt=0)
    http_connection_timeout: float = Field(default=5.0, gt=0)
    http_request_timeout: float = Field(default=1.0, gt=0)
    redis_pool_size: int = Field(default=50, ge=1)
    redis_timeout: float = Field(default=1.0, gt=0)
    enable_connection_reuse: bool = True
    cache_ttl: float = Field(default=60.0, ge=0)
    """0 switches caching off."""
    cache_stale_if_error: float = Field(default=300.0, ge=0)
    """How long beyond its CACHE_TTL a kept answer may stand in for a dependency that fails."""


class CircuitBreakerConfig(BaseSettings):
    """When a dependency's breaker opens, and when it tries again. Times in seconds."""

    model_config = SettingsConfigDict(frozen=True, allow_inf_nan=False)

    failure_threshold: int = Field(default=3, ge=1)
    recovery_timeout: float = Field(default=30.0, gt=0)
    half_open_requests: int = Field(default=2, ge=1)
    monitor_window: float = Field(default=60.0, gt=0)


def explain(error: ValidationError) -> str:
    """Return one line for each setting that is wrong."""
    return "\n".join(
        f"environment variable {str(detail['loc'][0]).upper()}={detail['input']!r}: {detail['msg']}"
        for detail in error.errors()
    )
