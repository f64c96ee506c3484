"""What the documentation of well-known breakers says that they do, where nothing else is set.

A setting that differs in your service is claimed beside the profile, and stands in its place.
"""

from dataclasses import dataclass, replace
from typing import Any

from windtunnel.conformance.claims import Claims, Counting
from windtunnel.conformance.time_bounds import TimeBounds
from windtunnel.errors import ConfigurationError, suggestion

OF_CONNECTIONS = ("reset", "refused", "timeout", "black-hole")
"""What a proxy takes for a failure without being told more."""
OF_STATUS = (*OF_CONNECTIONS, "http-500", "http-503")
"""What a proxy takes for a failure that looks at an answer's status, and not at its body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryProfile:
    """One breaker's documented defaults."""

    name: str
    claims: Claims
    source: str
    """Where its documentation says so."""
    failures: tuple[str, ...] = ()
    """The kinds of failure that it counts; all where it is told of each by its caller."""


PROFILES = {
    profile.name: profile
    for profile in (
        LibraryProfile(
            name="resilience4j",
            claims=Claims(share=0.5, minimum=100, window_calls=100, recovery=60.0, probes=10),
            source="resilience4j.readme.io/docs/circuitbreaker: failureRateThreshold 50,"
            " minimumNumberOfCalls 100, slidingWindowSize 100 (COUNT_BASED),"
            " waitDurationInOpenState 60000 ms, permittedNumberOfCallsInHalfOpenState 10, which all"
            " end before it decides",
        ),
        LibraryProfile(
            name="opossum",
            claims=Claims(share=0.5, minimum=1, window=10.0, recovery=30.0, probes=1, bad_probes=1),
            source="opossum's README and API: errorThresholdPercentage 50, volumeThreshold 0,"
            " rollingCountTimeout 10000 ms, resetTimeout 30000 ms, one call in halfOpen",
        ),
        LibraryProfile(
            name="gobreaker",
            claims=Claims(threshold=6, recovery=60.0, probes=1, bad_probes=1),
            source="sony/gobreaker, Settings: ReadyToTrip at more than 5 consecutive failures,"
            " Timeout 60 s, MaxRequests 0, which allows one",
        ),
        LibraryProfile(
            name="failsafe-go",
            claims=Claims(threshold=1, recovery=60.0, probes=1, bad_probes=1),
            source="failsafe-go, circuitbreaker.NewWithDefaults: opens after a single failure,"
            " closes after a single success, delay 1 minute",
        ),
        LibraryProfile(
            name="pybreaker",
            claims=Claims(threshold=5, recovery=60.0, probes=1, bad_probes=1),
            source="pybreaker's README: fail_max 5, reset_timeout 60, after which the next call"
            " decides",
        ),
        LibraryProfile(
            name="circuitbreaker",
            claims=Claims(threshold=5, recovery=30.0, probes=1, bad_probes=1),
            source="circuitbreaker's README: failure_threshold 5, recovery_timeout 30, after which"
            " one trial call decides",
        ),
        LibraryProfile(
            name="polly",
            claims=Claims(
                share=0.1, minimum=100, window=30.0, recovery=5.0, probes=1, bad_probes=1
            ),
            source="pollydocs.org, circuit breaker strategy: FailureRatio 0.1, MinimumThroughput"
            " 100, SamplingDuration 30 s, BreakDuration 5 s, one probe",
        ),
        LibraryProfile(
            name="haproxy",
            claims=Claims(threshold=10, recovery=TimeBounds(2.0, 4.0), health_checks=True),
            source="HAProxy, configuration manual 5.2: observe layer7 with on-error mark-down,"
            " error-limit 10 consecutive errors, inter 2 s, rise 2",
            failures=OF_STATUS,
        ),
        LibraryProfile(
            name="nginx",
            claims=Claims(
                threshold=1,
                counting=Counting.WINDOW,
                window=10.0,
                recovery=TimeBounds(10.0, 11.0),
            ),
            source="nginx, ngx_http_upstream_module: max_fails 1 within fail_timeout 10 s, for"
            " which it is then unavailable, in whole seconds; proxy_next_upstream error timeout",
            failures=OF_CONNECTIONS,
        ),
        LibraryProfile(
            name="caddy",
            claims=Claims(threshold=1, counting=Counting.WINDOW),
            source="Caddy, reverse_proxy, passive health checks: max_fails 1 within fail_duration,"
            " which has no default and is the recovery time too",
            failures=OF_CONNECTIONS,
        ),
        LibraryProfile(
            name="envoy",
            claims=Claims(threshold=5, recovery=TimeBounds(30.0, 40.0), backoff=2.0),
            source="Envoy, outlier detection: consecutive_5xx 5, base_ejection_time 30 s times the"
            " number of ejections, looked at each interval of 10 s",
            failures=OF_STATUS,
        ),
    )
}
"""By name."""


def claims_like(name: str, **changed: Any) -> Claims:  # noqa: ANN401 - as Claims has them
    """Return a profile's claims with what is claimed otherwise; without a name only that.

    ConfigurationError on a name that is not known.
    """
    given = {key: value for key, value in changed.items() if value is not None}
    if not name:
        return Claims(**given)
    claims = profile_of(name).claims
    if "threshold" in given and claims.share is not None:
        # Another way of counting takes the place of the whole.
        claims = replace(claims, share=None, minimum=None, window_calls=None, window=None)
    if "share" in given and claims.threshold is not None:
        claims = replace(claims, threshold=None, counting=None)
    return replace(claims, **given)


def profile_of(name: str) -> LibraryProfile:
    """Return a profile by its name; ConfigurationError with a suggestion."""
    if name not in PROFILES:
        raise ConfigurationError(
            f"--like {name!r}: no breaker is known by that name{suggestion(name, PROFILES)}"
        )
    return PROFILES[name]
