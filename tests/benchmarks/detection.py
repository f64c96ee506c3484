"""How often a comparison finds a slowdown, and how often it finds one where there is none.

`python -m tests.benchmarks.detection --trials 40 --budget 2 --out trials.jsonl`, from the
repository's root. Each trial starts the sample target twice: as it is (A/A), or head with some work
more (`--slower 0.05` of a request's median time; how much work that is, is found first, by longer
comparisons). An interrupted run goes on where it stopped. The table puts beside it what others
would have said of the very same times:
pytest-benchmark's --benchmark-compare-fail=mean:5% of the trial's two means, and a threshold of 5 %
over a stored mean, the first trial's. `--plot` draws each trial's interval. `--synthetic` judges
made-up times of known shapes instead (tests/benchmarks/synthetic_shapes.py), without any server.
"""

import argparse
import json
import multiprocessing
import os
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tests.benchmarks import synthetic_shapes
from tests.benchmarks.detection_slowed import seconds_a_turn
from windtunnel.criteria.tolerances import Tolerances
from windtunnel.criteria.verdict import Ruling, Verdict
from windtunnel.paired.arms import Arm
from windtunnel.paired.measurement import ComparisonRequest
from windtunnel.paired.side_by_side import compare_arms
from windtunnel.session import Session

JUDGED = ("capped mean", "p50", "CPU a request")
CALIBRATIONS = 8
"""Comparisons from which it is found how much work more makes a request so much slower."""
CALIBRATION = 4.0
"""Seconds of each."""
THRESHOLD = 0.05
"""Of the mean that is compared with: what --benchmark-compare-fail=mean:5% computes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One comparison."""

    slower: float
    busy: bool
    number: int
    seconds: float
    rulings: dict[str, str]
    changes: dict[str, tuple[float | None, float | None, float | None]]
    truths: dict[str, float]
    """The changes that were made."""
    base_mean: float
    head_mean: float
    load: float
    """The machine's load average of one minute: what others did meanwhile."""
    budget: float
    failing: tuple[str, ...] = ()
    """Every figure that was judged FAIL; with any, the comparison has failed."""


@contextmanager
def kept_busy(*, wanted: bool) -> Iterator[None]:
    """Keep one core busy meanwhile."""
    if not wanted:
        yield
        return
    burner = multiprocessing.get_context("spawn").Process(target=_burn, daemon=True)
    burner.start()
    try:
        yield
    finally:
        burner.kill()
        burner.join()


def _burn() -> None:
    # Nobody else ends it where the benchmark is killed.
    parent = os.getppid()
    while os.getppid() == parent:
        pass


@dataclass(frozen=True, slots=True)
class Effect:
    """So many turns of an idle loop more, and the changes that they make."""

    turns: int
    truths: dict[str, float]


def calibrated(slower: float, options: argparse.Namespace) -> Effect:
    """Return what makes the median so much slower, from comparisons with fresh processes each."""
    if not slower:
        return Effect(0, dict.fromkeys(JUDGED, 0.0))
    wide = Tolerances(mean=9.0, p50=9.0, cpu=9.0)
    request = ComparisonRequest(endpoints=(options.endpoint,), tolerances=wide, budget=CALIBRATION)
    with sampled(options.seed) as session:
        alike = compared(session, 0, request)
        turns = round(slower * alike["p50"].findings[0].value / seconds_a_turn())
        found = [compared(session, turns, request) for _ in range(CALIBRATIONS)]
    changes = {
        name: statistics.median(each[name].value or 0.0 for each in found) for name in JUDGED
    }
    scale = slower / changes["p50"]
    truths = {name: scale * change for name, change in changes.items()}
    print(
        f"{scale * turns:.0f} turns more: " + ", ".join(f"{n} {t:+.2%}" for n, t in truths.items())
    )
    return Effect(round(scale * turns), truths)


def compared(session: Session, turns: int, request: ComparisonRequest) -> dict[str, Verdict]:
    """Start the target as it is, and with so many turns more; return the verdicts by figure."""
    arms = Arm("base"), Arm("head", environment=(("SLOWED_BY", str(turns)),))
    stack = session.stack("detection", {}, lambda verdict: None)
    try:
        result = compare_arms(stack, arms, request)
    finally:
        stack.close()
    return {verdict.criterion: verdict for verdict in result.verdicts}


@contextmanager
def sampled(seed: int) -> Iterator[Session]:
    """Give a session in which the sample target can be slowed."""
    command = "{python} -m tests.benchmarks.detection_slowed --host {host} --port {port}"
    session = Session(
        directory=Path.cwd(),
        configuration=None,
        backend="embedded",
        seed=seed,
        settings=(f"command={command}",),
    )
    try:
        yield session
    finally:
        session.close()


def trials(options: argparse.Namespace, slower: float, known: list[Trial]) -> None:
    """Make the trials that are missing, appending each to the file."""
    done = sum(trial.slower == slower and trial.busy == options.busy for trial in known)
    if done >= options.trials:
        return
    effect = calibrated(slower, options)
    while done < options.trials:
        with sampled(options.seed + done) as session:
            for _ in range(min(options.fresh, options.trials - done)):
                trial = one_trial(options, session, effect, slower, done)
                with options.out.open("ab") as file:
                    file.write(msgspec.json.encode(trial) + b"\n")
                done += 1


def one_trial(
    options: argparse.Namespace, session: Session, effect: Effect, slower: float, number: int
) -> Trial:
    """Start both arms, compare them, and return what was found."""
    request = ComparisonRequest(
        endpoints=(options.endpoint,),
        tolerances=Tolerances.parse(tuple(options.tolerance)),
        budget=options.budget,
    )
    began = time.monotonic()
    figures = compared(session, effect.turns, request)
    return Trial(
        slower=slower,
        busy=options.busy,
        number=number,
        seconds=time.monotonic() - began,
        rulings={name: figures[name].ruling.value for name in JUDGED},
        changes={
            name: (figures[name].value, figures[name].lower, figures[name].upper) for name in JUDGED
        },
        truths=effect.truths,
        base_mean=figures["capped mean"].findings[0].value,
        head_mean=figures["capped mean"].findings[1].value,
        load=os.getloadavg()[0],
        budget=options.budget,
        failing=tuple(name for name, v in figures.items() if v.ruling is Ruling.FAIL),
    )


def table(known: list[Trial], stored: float) -> list[str]:
    """Return the shares of trials in which each way of looking cried out."""
    lines = ["slower  busy   trials  judged by         FAIL   PASS   open   holds the truth"]
    for slower, busy in sorted({(trial.slower, trial.busy) for trial in known}):
        own = [trial for trial in known if (trial.slower, trial.busy) == (slower, busy)]
        for name in JUDGED:
            counts = [
                sum(trial.rulings[name] == ruling for trial in own)
                for ruling in (Ruling.FAIL, Ruling.PASS, Ruling.INCONCLUSIVE)
            ]
            held = sum(_holds(trial.changes[name], trial.truths[name]) for trial in own)
            lines.append(
                f"{slower:<7.0%} {busy!s:<6} {len(own):<7} {name:<16}"
                + "".join(f"{count:>5}  " for count in counts)
                + f"{held:>5}"
            )
        for way, cried in (
            ("the comparison", sum(bool(t.failing) for t in own)),
            ("compare-fail", sum(t.head_mean > (1 + THRESHOLD) * t.base_mean for t in own)),
            ("stored mean +5%", sum(t.head_mean > (1 + THRESHOLD) * stored for t in own)),
        ):
            lines.append(
                f"{slower:<7.0%} {busy!s:<6} {len(own):<7} {way:<16}"
                f"{cried:>5}  {len(own) - cried:>5}"
            )
        loads = [trial.load for trial in own]
        lines.append(f"  load average {min(loads):.1f} to {max(loads):.1f}")
    return lines


def plot(known: list[Trial], name: str) -> str:
    """Return an SVG of each trial's interval of one figure; a cross-line marks no change."""
    width, step, half, limit = 640, 6, 320, 0.2

    def place(change: float) -> float:
        return half + half * max(-1.0, min(1.0, change / limit))

    lines = []
    for row, trial in enumerate(sorted(known, key=lambda trial: trial.slower)):
        _, lower, upper = trial.changes[name]
        if lower is None or upper is None:
            continue
        colour = {"FAIL": "#c33", "PASS": "#383"}.get(trial.rulings[name], "#888")
        y = 24 + row * step
        lines.append(
            f'<path d="M{place(lower):.1f} {y}H{place(upper):.1f}" stroke="{colour}"'
            f' stroke-width="3"><title>trial {trial.number}, +{trial.slower:.0%}</title></path>'
        )
    height = 40 + len(known) * step
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<text x="4" y="14" font-size="12">{name}: intervals, -20 % to +20 %; red FAIL, green'
        f' PASS, grey open</text><path d="M{half} 20V{height}" stroke="#000"/>'
        f"{''.join(lines)}</svg>\n"
    )


def _holds(change: tuple[float | None, float | None, float | None], truth: float) -> bool:
    _, lower, upper = change
    return lower is None or upper is None or lower <= truth <= upper


def main() -> None:
    """Run what is missing and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--slower", type=float, nargs="*", default=[0.0, 0.05])
    parser.add_argument("--budget", type=float, default=2.0, help="seconds a trial")
    parser.add_argument("--fresh", type=int, default=10, help="trials on one set of proxies")
    parser.add_argument("--tolerance", action="append", default=[], help="such as p50=0.005")
    parser.add_argument("--plot", type=Path, help="folder for an SVG of each figure")
    parser.add_argument("--endpoint", default="/api/agents")
    parser.add_argument("--busy", action="store_true", help="keep one core busy meanwhile")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("detection.jsonl"))
    parser.add_argument("--synthetic", action="store_true", help="made-up times, no servers")
    options = parser.parse_args()
    if options.synthetic:
        for line in synthetic_shapes.table(options.trials, options.seed):
            print(line, flush=True)
        return
    with kept_busy(wanted=options.busy):
        for slower in options.slower:
            trials(options, slower, read(options.out))
    known = read(options.out)
    stored = next(trial.base_mean for trial in known)
    print("\n".join(table(known, stored)))
    if options.plot:
        options.plot.mkdir(parents=True, exist_ok=True)
        for name in JUDGED:
            drawn = plot(known, name)
            (options.plot / f"{name.replace(' ', '-')}.svg").write_text(drawn, encoding="utf-8")


def read(path: Path) -> list[Trial]:
    """Return the trials made so far."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [msgspec.convert(json.loads(line), Trial) for line in lines]


if __name__ == "__main__":
    main()
