"""Gives malformed inputs to every place where inputs come in, and counts what becomes of them.

    python -m tests.soak.malformed --runs 5000 --seed 1

Each input follows from the seed and its number. It must end in success or in one message of under
2,000 characters, within 2 s of processor time (4 s are granted: others may use the core), without a
traceback; every process must live on; and then a usual input must be taken. Prints the counts of
each surface, and what replays each failure alone (`--only NUMBER`); exit status 1 where one failed.
"""

import argparse
import contextlib
import io
import os
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from unittest import mock

from tests.soak.connection_surfaces import OF_BYTES
from tests.soak.surface import Here, Surface, Wrong, emptied
from tests.soak.value_surfaces import OF_VALUES

SURFACES: Mapping[str, Surface] = {**OF_VALUES, **OF_BYTES}
SECONDS = 4.0
"""Of processor time: 2 s on a core of its own, of which others may take half."""
LONGEST = 2000
"""Characters of what is said."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one input."""

    number: int
    surface: str
    refused: bool
    failure: str
    """Empty where all is as it must be."""


@contextlib.contextmanager
def place() -> Iterator[Here]:
    """Give a place for inputs; what was started for it ends with it."""
    before, temporary = os.getcwd(), tempfile.gettempdir()  # noqa: PTH109 - to go back to
    with contextlib.ExitStack() as held:
        here = Here(held)
        held.callback(os.chdir, before)
        held.enter_context(mock.patch.object(tempfile, "tempdir", temporary))
        tempfile.tempdir = str(here.folder)
        yield here


def tried(here: Here, seed: int, number: int) -> Outcome:
    """Draw the input of this number, and give it."""
    chance = random.Random(f"{seed}:{number}")  # noqa: S311 - replayable, not secret
    name = chance.choice(list(SURFACES))
    surface = SURFACES[name]
    given = surface.draw(chance.getrandbits(64))
    refused, failure = _given(here, surface, given)
    if not failure:
        was_refused, failure = _given(here, surface, surface.usual)
        if was_refused or failure:
            failure = f"then the usual input was refused: {failure}"
    if failure:
        failure = f"{failure}\n    input {ascii(given)[:1000]}"
    return Outcome(number, name, refused, failure)


def _given(here: Here, surface: Surface, given: object) -> tuple[bool, str]:
    """Return whether an input was refused, and what is wrong with how."""
    emptied(here.folder)
    begun = time.process_time()
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
            message = surface.take(here, given)
    except Wrong as error:
        return False, str(error)
    except Exception:  # noqa: BLE001 - each is what is looked for
        return False, traceback.format_exc(limit=-4)
    seconds = time.process_time() - begun
    message = said.getvalue() or message
    if seconds > SECONDS:
        return False, f"{seconds:.1f} s of processor time"
    if len(message) >= LONGEST or "Traceback" in message:
        return False, f"a message of {len(message)} characters: {message[:300]}"
    return bool(message), ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Give the inputs one after another; return 1 where one failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.malformed", description=__doc__)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="the number of one input to try again")
    given = parser.parse_args(arguments)
    numbers = range(1, given.runs + 1) if given.only is None else [given.only]
    begun = time.monotonic()
    with place() as here:
        found = [_shown(tried(here, given.seed, number), given.seed) for number in numbers]
    counts = Counter(one.surface for one in found)
    refused = Counter(one.surface for one in found if one.refused)
    failed = Counter(one.surface for one in found if one.failure)
    sys.stdout.write(
        f"{len(found)} inputs, seed {given.seed}: {failed.total()} failed, {refused.total()}"
        f" refused in a message, in {time.monotonic() - begun:.0f} s\n"
    )
    for name, count in sorted(counts.items()):
        sys.stdout.write(f"  {name}: {count}, {refused[name]} refused, {failed[name]} failed\n")
    return 1 if failed else 0


def _shown(one: Outcome, seed: int) -> Outcome:
    if one.failure:
        again = f"python -m tests.soak.malformed --seed {seed} --only {one.number}"
        sys.stdout.write(f"{one.number}: {one.surface}: {one.failure}\n    again: {again}\n")
        sys.stdout.flush()
    return one


if __name__ == "__main__":
    sys.exit(main())
