"""Try a seeded sample of mutants against the tests, first the quick ones, then the slow ones.

Mutants are made and tried in copies of the last commit; the tree itself stays as it is.
"""

import argparse
import hashlib
import json
import queue
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

if find_spec("cosmic_ray") is None:
    sys.exit("not installed: cosmic-ray; try: pip install -e '.[mutation]'")

from tests.mutation.mutants import Mutant, mutant_named, sample
from tests.mutation.outcome_table import outcome_table
from tests.mutation.reach import Reach, record, recorded
from tests.mutation.scratch_copy import commit, scratch_copy
from tests.mutation.trial import Trial, try_mutant

PACKAGES = tuple(f"harness/windtunnel/{each}" for each in ("criteria", "proxy", "conformance"))
MARKED = (("-n", "2", "--dist", "loadgroup", "-m", "not alone"), ("-m", "alone"))
"""As `make test ALL=1` runs them: beside each other, and alone what measures."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw, try, and print what was noticed."""
    options = _parser().parse_args(arguments)
    work: Path = options.work.resolve()
    copies = [scratch_copy(work / f"copy-{number}") for number in range(options.workers)]
    tree = copies[0]
    files = [str(f.relative_to(tree)) for each in PACKAGES for f in (tree / each).rglob("*.py")]
    try:
        drawn = [mutant_named(name) for name in options.only or ()]
        for mutant in drawn:
            mutant.source(tree)
    except ValueError as wrong:
        sys.exit(str(wrong))
    drawn = drawn or sample(tree, files, options.sample, options.seed)
    if options.list:
        print("\n".join(str(mutant) for mutant in drawn))
        return
    chosen = hashlib.sha256("\n".join(options.tests).encode()).hexdigest()
    folder = work / f"reach-{commit(tree)[:12]}-{chosen[:8]}"
    if not folder.is_dir():
        for marked in MARKED:
            record(tree, PACKAGES, folder, (*options.tests, "--windtunnel-backend=auto", *marked))
    about = {"commit": commit(tree), "sample": options.sample, "seed": options.seed}
    trials = _tried(copies, drawn, recorded(tree, folder), options, about)
    print(outcome_table(trials, PACKAGES))


def _tried(
    copies: Sequence[Path],
    mutants: Sequence[Mutant],
    reach: Reach,
    options: argparse.Namespace,
    about: dict[str, object],
) -> list[Trial]:
    """Try each mutant that the file of an earlier run does not have yet."""
    done: dict[str, Trial] = {}
    if options.json is not None and options.json.exists():
        done = {
            each["mutant"]: Trial(**each) for each in json.loads(options.json.read_text())["trials"]
        }
    free: queue.SimpleQueue[Path] = queue.SimpleQueue()
    for copy in copies:
        free.put(copy)

    def one(mutant: Mutant) -> Trial:
        copy = free.get()
        try:
            return try_mutant(copy, mutant, reach, options.budget)
        finally:
            free.put(copy)

    left = [mutant for mutant in mutants if str(mutant) not in done]
    with ThreadPoolExecutor(len(copies)) as threads:
        for trial in threads.map(one, left):
            done[trial.mutant] = trial
            caught = trial.caught_by or "survived"
            print(
                f"{trial.seconds:6.1f} s  {caught:8}  {trial.mutant}", file=sys.stderr, flush=True
            )
            if options.json is not None:
                kept = {**about, "trials": [each.as_json() for each in done.values()]}
                options.json.write_text(json.dumps(kept, indent=1) + "\n")
    return [done[str(mutant)] for mutant in mutants]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.mutation", description=__doc__)
    parser.add_argument("--sample", type=int, default=300, help="how many mutants (300)")
    parser.add_argument("--seed", type=int, default=1, help="equal seeds draw equal samples (1)")
    parser.add_argument(
        "--only", nargs="+", metavar="MUTANT", help="try these: FILE:LINE:OPERATOR:N"
    )
    parser.add_argument("--tests", nargs="+", default=["tests"], help="which may notice (all)")
    parser.add_argument("--list", action="store_true", help="only say which would be tried")
    parser.add_argument(
        "--budget",
        type=float,
        default=60.0,
        help="seconds that the tests of a mutant may take without it; the others are left out (60)",
    )
    parser.add_argument("--workers", type=int, default=1, help="mutants beside each other (1)")
    parser.add_argument("--json", type=Path, help="keep the outcomes here; a later run goes on")
    parser.add_argument(
        "--work",
        type=Path,
        default=Path("/tmp/windtunnel-mutation"),  # noqa: S108 - named, so that it can be kept
        help="where the copies and the record of what reaches what are kept",
    )
    return parser


if __name__ == "__main__":
    main()
