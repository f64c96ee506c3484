"""What a sample of mutants showed: a table by package, and what nobody noticed."""

from collections.abc import Sequence

from tests.mutation.trial import QUICK, SLOW, Trial


def outcome_table(trials: Sequence[Trial], packages: Sequence[str]) -> str:
    """Return the numbers by package, and the mutants that no quick test noticed."""
    heads = ("package", "mutants", "caught by quick", "only by slow", "survived")
    rows: list[tuple[str, ...]] = [heads]
    for package in (*packages, ""):
        here = [trial for trial in trials if trial.mutant.startswith(package)]
        numbers = [len(here)]
        numbers += [sum(trial.caught_by == by for trial in here) for by in (QUICK, SLOW, None)]
        rows.append((package or "all", *(str(number) for number in numbers)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    lines = [
        "  ".join(
            [row[0].ljust(widths[0])]
            + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        )
        for row in rows
    ]
    for title, by in (("caught only by slow tests", SLOW), ("survived", None)):
        missed = [trial for trial in trials if trial.caught_by == by]
        if missed:
            lines += ["", f"{title}:"]
        for trial in missed:
            lines += [_place(trial), *(f"    {line}" for line in trial.difference.splitlines())]
    return "\n".join(lines)


def _place(trial: Trial) -> str:
    tests = f"{trial.quick_tests} quick and {trial.slow_tests} slow tests reach it"
    left_out = f", {trial.left_out} of them not run" if trial.left_out else ""
    caught = f"; caught by {trial.failed}" if trial.failed else ""
    return f"{trial.mutant} ({tests}{left_out}{caught})"
