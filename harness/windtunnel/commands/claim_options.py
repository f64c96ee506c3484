"""The options of `windtunnel breaker` that say what the breaker should do."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from windtunnel.commands.duration import NUMBER
from windtunnel.conformance.claims import Claims, Counting
from windtunnel.conformance.library_profiles import claims_like
from windtunnel.conformance.time_bounds import TimeBounds


class RecoveryTime(click.ParamType["float | TimeBounds"]):
    """Seconds, or a range of them: 2, or 2..3."""

    name = "SECONDS"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float | TimeBounds:
        """Return the seconds, or their range."""
        try:
            least, dots, most = str(value).partition("..")
            return TimeBounds(float(least), float(most)) if dots else float(least)
        except ValueError:
            self.fail(f"{value!r}: expected seconds, or a range such as 2..3", param, ctx)


class Percentage(click.ParamType[float]):
    """A share, as 50 or 50%."""

    name = "PERCENT"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the share, from 0 to 1."""
        try:
            return float(str(value).removesuffix("%")) / 100
        except ValueError:
            self.fail(f"{value!r}: expected a share in percent, such as 50%", param, ctx)


OPTIONS = (
    click.option("--like", default="", metavar="LIBRARY", help="A breaker's documented defaults."),
    click.option("--threshold", type=int, metavar="N", help="Failures that open it, exactly."),
    click.option(
        "--counting",
        type=click.Choice([each.value for each in Counting]),
        help="How they count; consecutive, unless a share or --window-calls is given.",
    ),
    click.option("--share", type=Percentage(), help="Of the calls, that must fail to open it."),
    click.option("--minimum", type=int, metavar="N", help="Calls before the share counts."),
    click.option("--window", type=NUMBER, metavar="SECONDS", help="How long a failure counts."),
    click.option("--window-calls", type=int, metavar="N", help="How many of the last calls count."),
    click.option("--recovery", type=RecoveryTime(), help="How long it stays open, or A..B."),
    click.option("--backoff", type=NUMBER, metavar="FACTOR", help="How that grows with each try."),
    click.option("--probes", type=int, metavar="N", help="Calls admitted while half-open."),
    click.option("--good-probes", type=int, metavar="N", help="Good probes that close it."),
    click.option("--bad-probes", type=int, metavar="N", help="Failed probes that open it again."),
    click.option(
        "--health-checks",
        is_flag=True,
        default=None,
        help="Health checks bring it back, not requests.",
    ),
    click.option("--workers", type=int, metavar="N", help="Processes of the service."),
)
NAMES = (
    *("threshold", "counting", "share", "minimum", "window", "window_calls", "recovery", "backoff"),
    *("probes", "good_probes", "bad_probes", "health_checks", "workers"),
)


def claim_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command these options, and their values as one argument `claims` beside `like`."""

    @wraps(command)
    def with_claims(*, like: str, **options: Any) -> object:  # noqa: ANN401 - the command's
        claimed = {name: options.pop(name) for name in NAMES}
        if claimed["counting"] is not None:
            claimed["counting"] = Counting(claimed["counting"])
        claims: Claims = claims_like(like, **claimed)
        return command(claims=claims, like=like, **options)

    for option in reversed(OPTIONS):
        with_claims = option(with_claims)
    return with_claims
