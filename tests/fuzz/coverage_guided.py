"""Lets coverage lead the way to inputs that break a promise.

`python -m tests.fuzz.coverage_guided`, with the optional dependency `fuzz` (atheris, which brings
libFuzzer; Linux and macOS). The promises are the tests of this folder that need no server. Each is
tried in a process of its own with as many inputs as asked, from the seed; what breaks it is written
to a file, which the same command tries again with --again.
"""

import argparse
import importlib
import importlib.util
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PROMISES = {
    "test_http": (
        "test_every_message_is_found_whole_however_it_is_cut",
        "test_what_a_fault_does_to_an_exchange_does_not_depend_on_how_it_is_cut",
        "test_what_no_fault_strikes_passes_byte_for_byte_however_damaged",
        "test_no_fault_fails_on_damaged_traffic",
    ),
    "test_records": (
        "test_no_record_fails_on_damaged_traffic",
        "test_http_is_recorded_the_same_however_it_is_cut",
    ),
    "test_bodies": (
        "test_any_json_is_taken_or_refused",
        "test_any_bytes_are_taken_or_refused",
    ),
    "test_hello": ("test_a_hello_is_read_or_refused_the_same_however_it_is_cut",),
}


def main() -> int:
    """Try every promise that is asked for, print a line for each, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.coverage_guided")
    names = sorted(name for tests in PROMISES.values() for name in tests)
    parser.add_argument("promises", nargs="*", metavar="PROMISE", help=f"of {', '.join(names)}")
    parser.add_argument("--inputs", type=int, default=100_000, help="to each promise")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--slowest", type=int, default=10, help="seconds for one input")
    parser.add_argument("--again", type=Path, metavar="FILE", help="try this one input alone")
    arguments = parser.parse_args()
    unknown = set(arguments.promises) - set(names)
    if unknown:
        parser.error(f"no promise is named {', '.join(sorted(unknown))}; there is: {names}")
    if importlib.util.find_spec("atheris") is None:
        sys.stderr.write("not installed: atheris; try: pip install -e '.[fuzz]'\n")
        return 2
    status = 0
    for module, tests in PROMISES.items():
        for name in tests:
            if arguments.promises and name not in arguments.promises:
                continue
            status |= _try(module, name, arguments)
    return status


def _try(module: str, name: str, arguments: argparse.Namespace) -> int:
    findings = Path(tempfile.mkdtemp(prefix="windtunnel-fuzz-"))
    given = [str(arguments.again)] if arguments.again else [f"-runs={arguments.inputs}"]
    options = [
        *given,
        f"-seed={arguments.seed}",
        f"-timeout={arguments.slowest}",
        # The generators need some thousand bytes before they make whole exchanges of them.
        "-max_len=8192",
        "-len_control=0",
        "-print_final_stats=1",
        f"-artifact_prefix={findings}/",
    ]
    call = f"from tests.fuzz import coverage_guided as c; c.fuzz({module!r}, {name!r}, {options!r})"
    done = subprocess.run(
        [sys.executable, "-c", call], check=False, capture_output=True, text=True, errors="replace"
    )
    output = done.stdout + done.stderr
    executed = re.search(r"stat::number_of_executed_units: (\d+)", output)
    edges = re.findall(r"cov: (\d+)", output)
    print(
        f"{'holds' if done.returncode == 0 else 'BROKEN'}  {name}:"
        f" {executed[1] if executed else 'unknown'} inputs, {edges[-1] if edges else 0} edges"
    )
    if done.returncode == 0:
        findings.rmdir()
        return 0
    sys.stderr.write(f"{output}\nsee {findings}\n")
    return 1


def fuzz(module: str, name: str, options: list[str]) -> None:
    """Drive one test by atheris, in this process, which ends by it."""
    import atheris  # noqa: PLC0415 - optional, and it changes how what comes next is imported

    with atheris.instrument_imports(include=["windtunnel.proxy"]):
        test = getattr(importlib.import_module(f"tests.fuzz.{module}"), name)
    atheris.Setup([name, *options], test.hypothesis.fuzz_one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
