"""A run of the load engine as text, with the figures that a user of wrk or oha looks for."""

import math
from collections.abc import Sequence

from windtunnel.criteria.generator_kept_up import generator_kept_up
from windtunnel.criteria.verdict import Ruling, Verdict
from windtunnel.load.find_limit import Limit, RateTrial
from windtunnel.records import histogram
from windtunnel.records.load_run import LoadRun

SHARES = (0.50, 0.75, 0.90, 0.99, 0.999, 1.0)


def summary(run: LoadRun) -> list[str]:
    """Return the run's lines."""
    samples = run.samples
    how = f"open loop, {run.arrivals}" if run.arrivals else "closed loop"
    processes = f"{run.processes} process{'es' * (run.processes > 1)}"
    took = run.ended - run.began
    lines = [
        f"{run.url}  {how}",
        f"{run.connections} connection{'s' * (run.connections > 1)}, {run.protocol}, {processes}",
        f"engine {run.engine}, seed {run.seed}",
        "",
        f"  Requests     {run.requests} in {took:.2f} s, {run.errors} errors",
        f"  Requests/s   {run.throughput:.1f}",
        f"  Latency      {_latency_kind(run)}",
    ]
    values = run.quantiles(SHARES)
    names = [f"p{share * 100:g}" for share in SHARES[:-1]] + ["max"]
    lines += [f"    {name:<6} {time(value)}" for name, value in zip(names, values, strict=True)]
    if len(samples.names) > 1:
        lines.append("  By request" + (", of those kept" if run.totals else ""))
        lines += [f"    {line}" for line in _by_request(run)]
    if run.totals is not None:
        lines.append(
            f"  Kept         {len(samples)}, one in {run.totals.kept_one_in} at random;"
            f" the latencies above are from an HDR histogram of all, to {histogram.PRECISION:.1%}"
        )
    statuses = ", ".join(f"{count} x {status}" for status, count in run.statuses().items())
    lines.append(f"  Statuses     {statuses or 'none: no request was answered'}")
    for kind, count in run.failures().items():
        lines.append(f"  Error        {count} x {kind.text}")
    lines += [f"  Lost         {lost}" for lost in run.lost]
    kept_up = generator_kept_up(run)
    if kept_up.ruling is Ruling.PASS:
        lines.append(f"  Load engine  kept up: {kept_up.statement}")
    else:
        lines.append(f"  Load engine  WAS THE BOTTLENECK: {kept_up.statement}")
        lines.append(f"               Needs {kept_up.needs}.")
    return lines


def verdicts(judged: Sequence[Verdict]) -> list[str]:
    """Return a line for each verdict."""
    return [
        f"{verdict.ruling} {verdict.criterion}: {verdict.statement}"
        + (f" It needs {verdict.needs}." if verdict.needs else "")
        for verdict in judged
    ]


def trial(tried: RateTrial) -> str:
    """Return the line of one step of a search."""
    values = " ".join(verdict.brief for verdict in tried.verdicts)
    return f"  {tried.rate:>10.1f}/s  {tried.ruling:<12} {values}"


def _seen(verdict: Verdict) -> str:
    if verdict.findings:
        return f"{verdict.findings[0].name} {time(verdict.findings[0].value)}"
    if verdict.value is None:
        return verdict.statement.rstrip(".")
    if verdict.unit == "share":
        what = "too slow or unanswered" if verdict.criterion.startswith("p") else "errors"
        return f"{verdict.value:.3%} {what}"
    return time(verdict.value) if verdict.unit == "s" else f"{verdict.value:.1f}/s"


def limit(found: Limit, objectives: str) -> str:
    """Return what a search found, in one sentence."""
    held, failed = found.bracket.held, found.bracket.failed
    sure = f"(at {found.confidence:.0%} confidence)"
    if held is None and failed is None:
        text = f'"{objectives}": nothing could be said'
    elif held is None:
        text = f'"{objectives}" was not shown to hold even at {failed:.1f}/s'
        if found.trials[0].ruling is Ruling.INCONCLUSIVE:
            text += ", and not to fail either: a longer --duration may decide it"
    elif failed is None:
        higher = "may be" if found.ran_out else "is"
        text = f'"{objectives}" holds at {held:.1f}/s {sure}; its limit {higher} higher'
    else:
        text = f'"{objectives}" holds at {held:.1f}/s {sure}, not at {failed:.1f}/s'
    if found.ran_out:
        text += "; the budget was over before more could be measured"
    return f"{text}; {found.bottleneck}" if found.bottleneck else f"{text}."


def time(seconds: float) -> str:
    """Return a time with the unit that suits it."""
    if math.isnan(seconds):
        return "-"
    if math.isinf(seconds):
        return "no answer"
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.2f} {unit}"
    return f"{seconds * 1e6:.0f} µs"


def _latency_kind(run: LoadRun) -> str:
    kind = "from each send; a closed loop hides what a stall delays: see --rate"
    if run.arrivals:
        kind = "from when each was due (no coordinated omission)"
    if run.unanswered:
        kind += f"; {run.unanswered} without an answer count as longest"
    bad = run.errors - run.unanswered
    return f"{kind}; {bad} of an unexpected status left out" if bad else kind


def _by_request(run: LoadRun) -> list[str]:
    samples = run.samples
    width = max(len(name) for name in samples.names)
    lines = []
    for place, name in enumerate(samples.names):
        own = samples.select(samples.request == place)
        p50, p99 = own.quantiles((0.50, 0.99))
        lines.append(
            f"{name:<{width}}  {len(own):>8} requests, {own.errors} errors,"
            f" p50 {time(p50)}, p99 {time(p99)}"
        )
    return lines
