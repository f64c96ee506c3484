"""A verdict as text for a failing test: its interval, its evidence, the seed, how to replay it."""

from windtunnel.criteria import Finding, Moment, Verdict
from windtunnel.criteria.timeline import start


def explain(verdict: Verdict, replay: str = "") -> str:
    """Return the verdict and everything that it rests on, as several lines."""
    lines = [str(verdict)]
    if verdict.lower is not None and verdict.upper is not None:
        lower, upper = (amount(end, verdict.unit) for end in (verdict.lower, verdict.upper))
        lines.append(f"  interval: {lower} to {upper}")
    if verdict.findings:
        lines.append("  " + ", ".join(figure(finding) for finding in verdict.findings))
    if verdict.conditions:
        lines.append(f"  under: {'; '.join(verdict.conditions)}")
    if verdict.timeline:
        lines.append("  evidence (ms from the first line; > marks what counts against it):")
        lines.extend(timeline(verdict.timeline))
    if replay:
        lines.append(f"  replay: {replay}")
    return "\n".join(lines)


def timeline(moments: tuple[Moment, ...], *, longest: int = 16) -> list[str]:
    """Return one line for each moment shown, and lines that say how many are not.

    It shows `longest` moments in a row, from shortly before the first that counts. The verdict
    itself keeps only some of them, so the numbers of those not shown are lower bounds.
    """
    begin = moments[0].at
    width = max(len(moment.place) for moment in moments)
    first = start([moment.counted for moment in moments], longest)
    shown = moments[first : first + longest]
    lines = [
        f"  {'>' if moment.counted else ' '} {(moment.at - begin) * 1000:9.1f}"
        f"  {moment.place:<{width}}  {moment.what}"
        for moment in shown
    ]
    if first:
        lines.insert(0, f"    at least {first} before")
    after = moments[first + longest :]
    if after:
        counted = sum(moment.counted for moment in after)
        marked = f", {counted} of them marked" if counted else ""
        lines.append(f"    at least {len(after)} more{marked}")
    return lines


def figure(finding: Finding) -> str:
    """Return a further figure with its name."""
    return f"{finding.name} {amount(finding.value, finding.unit)}"


def amount(value: float, unit: str) -> str:
    """Return a figure with its unit: seconds as milliseconds, shares as per cent."""
    if unit == "s":
        return f"{value * 1000:.2f} ms"
    if unit == "share":
        return f"{value:.2%}"
    return f"{value:g}" + (f" {unit}" if unit else "")
