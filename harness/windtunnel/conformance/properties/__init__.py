"""The properties of a circuit breaker, one a file, in the order in which they are reported."""

from windtunnel.conformance.properties import (
    calls_in_flight_survive,
    cancelled_callers_leak_nothing,
    client_errors_do_not_count,
    failed_probe_reopens,
    good_probes_close,
    half_open_probes,
    late_failures_are_void,
    no_hidden_retries,
    old_failures_expire,
    open_answer_is_fast,
    opens,
    opens_under_concurrency,
    others_left_alone,
    recovery_time,
    several_workers,
    silent_while_open,
    slow_calls_count,
    success_resets_count,
    wall_clock_plays_no_part,
)

PROPERTIES = tuple(
    module.PROPERTY
    for module in (
        opens,
        opens_under_concurrency,
        slow_calls_count,
        client_errors_do_not_count,
        success_resets_count,
        old_failures_expire,
        no_hidden_retries,
        silent_while_open,
        open_answer_is_fast,
        recovery_time,
        half_open_probes,
        failed_probe_reopens,
        good_probes_close,
        calls_in_flight_survive,
        late_failures_are_void,
        cancelled_callers_leak_nothing,
        others_left_alone,
        several_workers,
        wall_clock_plays_no_part,
    )
)
