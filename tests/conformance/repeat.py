"""Repeats the suite on one breaker, beside busy loops: `python -m tests.conformance.repeat`.

Prints how often each property got which ruling. Exits with 1 where a property failed in some run
that is not expected to, or did not fail in some run that is.
"""

import argparse
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from harness.conformance.runner import choose
from harness.criteria import Ruling
from tests.conformance.stand import conform
from tests.conformance.test_known_answers import CLAIMS, MUTANTS

LONGEST = 3600
"""Seconds after which a busy loop ends by itself."""
BUSY = f"import time\nend = time.monotonic() + {LONGEST}\nwhile time.monotonic() < end: pass"


@contextmanager
def busy_loop() -> Iterator[None]:
    """Keep one processor busy."""
    loop = subprocess.Popen([sys.executable, "-c", BUSY])
    try:
        yield
    finally:
        loop.kill()
        loop.wait()


def main() -> int:
    """Repeat, count, and say what was not as expected."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.repeat")
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--busy", type=int, default=2, help="busy loops beside it")
    parser.add_argument("--flaw", choices=sorted(MUTANTS), help="a mutant, not the sound breaker")
    parser.add_argument("--backend", default="embedded")
    arguments = parser.parse_args()
    flaw = arguments.flaw
    module = f"mutants.{flaw}" if flaw else "services.with_target"
    expected = MUTANTS.get(flaw, set())
    order = choose(only=expected, failures=["reset"])
    counts: dict[str, Counter[Ruling]] = defaultdict(Counter)
    with ExitStack() as loops:
        for _ in range(arguments.busy):
            loops.enter_context(busy_loop())
        for number in range(arguments.runs):
            report = conform(
                f"tests.conformance.{module}", order, claims=CLAIMS, backend=arguments.backend
            )
            for result in report.results:
                counts[result.name][result.verdict.ruling] += 1
            sys.stderr.write(f"run {number + 1}: {report.seconds:.0f} s\n")
    wrong = 0
    for name, rulings in counts.items():
        sys.stdout.write(
            f"{name:<32} {', '.join(f'{n} {r}' for r, n in sorted(rulings.items()))}\n"
        )
        wrong += rulings[Ruling.FAIL] != (arguments.runs if name in expected else 0)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
