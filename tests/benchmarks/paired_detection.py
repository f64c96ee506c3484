"""How often a comparison finds a slowdown, and how often it finds one where there is none.

`python -m tests.benchmarks.paired_detection --trials 40 --budget 3 --out trials.jsonl`, from the
repository's root. Each trial is one comparison of the sample target with itself (A/A) or with
itself and some CPU time more (`--slower 0.05` of a request's time, measured first). Processes are
new every `--fresh` trials. An interrupted run goes on where it stopped. The table puts beside it
what a stored mean and a threshold would have said of the very same measurements.
"""

import argparse
import json
import multiprocessing
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from harness.configuration import SAMPLE
from harness.criteria.verdict import Ruling
from harness.paired.arms import Arm
from harness.paired.measurement import Request
from harness.paired.side_by_side import compare_arms
from harness.session import Session

JUDGED = ("mean", "p50", "CPU a request")
THRESHOLD = 0.05
"""Of the stored mean: what pytest-benchmark's --benchmark-compare-fail=mean:5% computes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One comparison."""

    slower: float
    busy: bool
    number: int
    seconds: float
    rulings: dict[str, str]
    changes: dict[str, tuple[float | None, float | None, float | None]]
    base_mean: float
    head_mean: float


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
    end = time.monotonic() + 3600
    while time.monotonic() < end:
        pass


def trials(options: argparse.Namespace, slower: float, known: list[Trial]) -> None:
    """Make the trials that are missing, appending each to the file."""
    done = sum(trial.slower == slower and trial.busy == options.busy for trial in known)
    while done < options.trials:
        session = Session(
            directory=Path.cwd(), configuration=None, backend="embedded", seed=options.seed + done
        )
        module = "tests.benchmarks.paired_slowed"
        command = ("{python}", "-m", module, "--host", "{host}", "--port", "{port}")
        session.configuration = SAMPLE.model_copy(
            update={"command": command, "directory": str(Path.cwd())}
        )
        try:
            for _ in range(min(options.fresh, options.trials - done)):
                stack = session.stack(f"trial {done}", {}, lambda verdict: None)
                with stack.target() as target:
                    run = target.drive(options.endpoint, 2000)
                taken = statistics.median(response.duration for response in run.responses[500:])
                stack.close()
                arms = (
                    Arm("base"),
                    Arm("head", environment=(("SLOWED_BY", str(slower * taken)),)),
                )
                request = Request(endpoints=(options.endpoint,), budget=options.budget)
                began = time.monotonic()
                stack = session.stack(f"trial {done}", {}, lambda verdict: None)
                result = compare_arms(stack, arms, request)
                figures = {verdict.criterion: verdict for verdict in result.verdicts}
                trial = Trial(
                    slower=slower,
                    busy=options.busy,
                    number=done,
                    seconds=time.monotonic() - began,
                    rulings={name: figures[name].ruling.value for name in JUDGED},
                    changes={
                        name: (figures[name].value, figures[name].lower, figures[name].upper)
                        for name in JUDGED
                    },
                    base_mean=figures["mean"].findings[0].value,
                    head_mean=figures["mean"].findings[1].value,
                )
                with options.out.open("ab") as file:
                    file.write(msgspec.json.encode(trial) + b"\n")
                done += 1
        finally:
            session.close()


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
            held = sum(_holds(trial.changes[name], slower) for trial in own)
            lines.append(
                f"{slower:<7.0%} {busy!s:<6} {len(own):<7} {name:<16}"
                + "".join(f"{count:>5}  " for count in counts)
                + f"{held:>5}"
            )
        cried = sum(trial.head_mean > (1 + THRESHOLD) * stored for trial in own)
        lines.append(
            f"{slower:<7.0%} {busy!s:<6} {len(own):<7} {'stored mean +5%':<16}"
            f"{cried:>5}  {len(own) - cried:>5}"
        )
    return lines


def _holds(change: tuple[float | None, float | None, float | None], truth: float) -> bool:
    _, lower, upper = change
    return lower is None or upper is None or lower <= truth <= upper


def main() -> None:
    """Run what is missing and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--slower", type=float, nargs="*", default=[0.0, 0.05])
    parser.add_argument("--budget", type=float, default=3.0, help="seconds a trial")
    parser.add_argument("--fresh", type=int, default=10, help="trials on one set of proxies")
    parser.add_argument("--endpoint", default="/api/agents")
    parser.add_argument("--busy", action="store_true", help="keep one core busy meanwhile")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("paired-trials.jsonl"))
    options = parser.parse_args()
    with kept_busy(wanted=options.busy):
        for slower in options.slower:
            trials(options, slower, read(options.out))
    known = read(options.out)
    stored = next(trial.base_mean for trial in known)
    print("\n".join(table(known, stored)))


def read(path: Path) -> list[Trial]:
    """Return the trials made so far."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [msgspec.convert(json.loads(line), Trial) for line in lines]


if __name__ == "__main__":
    main()
