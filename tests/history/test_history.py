"""The history's promises: lines that can be read again, changes that are real, machines apart."""

import math
import random
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path
from statistics import median
from xml.etree import ElementTree as ET

import pytest

from tests.paired.demonstration import git, make
from tests.paired.hand_made_comparisons import arm, comparison
from windtunnel.cli import main
from windtunnel.criteria.regression import regressions
from windtunnel.criteria.tolerances import Tolerances
from windtunnel.errors import ConfigurationError, ControlError
from windtunnel.history import machine, store
from windtunnel.history.changes import PENALTY, SHORTEST, changes, series_of
from windtunnel.history.entry import SCHEMA, Entry, Figure, figures, from_line, to_line, told_apart
from windtunnel.history.svg import picture
from windtunnel.history.text import bars, lines
from windtunnel.outgoing.clean_records import clean
from windtunnel.outgoing.masking import Masking


def entry(number: int, head: float, *, fingerprint: str = "aaaa", under: str = "local") -> Entry:
    """Return one run of one figure."""
    return Entry(
        schema=SCHEMA,
        at=f"2026-01-01T00:{number // 60:02}:{number % 60:02}+00:00",
        commit=f"{number:040x}",
        head="main",
        base="v1",
        fingerprint=fingerprint,
        machine="a machine",
        under=under,
        seed=1,
        figures=(
            Figure(
                endpoint="/api/agents",
                name="mean",
                unit="s",
                base=0.001,
                head=head,
                ruling="PASS",
                change=0.0,
                lower=-0.01,
                upper=0.01,
            ),
        ),
    )


def noisy(
    count: int, *, seed: int = 1, step_at: int | None = None, step: float = 0.0
) -> list[float]:
    scatter = random.Random(seed)  # noqa: S311 - replayable, not secret
    return [
        0.001
        * (1 + (step if step_at is not None and n >= step_at else 0.0))
        * scatter.lognormvariate(0, 0.02)
        for n in range(count)
    ]


def test_a_run_is_one_line_that_can_be_read_again() -> None:
    line = to_line(entry(1, 0.001))
    assert "\n" not in line
    assert from_line(line, "x:1") == entry(1, 0.001)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("nonsense", "x:3: not a line of history"),
        ("{}", "x:3: not a line of history.*schema"),
        ('{"schema": "windtunnel-history/9"}', "x:3: schema 'windtunnel-history/9'; expected"),
    ],
)
def test_a_bad_line_is_one_clear_error_with_its_place(line: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        from_line(line, "x:3")


def test_a_verdicts_figures_are_kept_with_their_intervals() -> None:
    verdicts = regressions(comparison(lambda s, n: arm(s)), Tolerances())
    kept = {figure.name: figure for figure in figures(verdicts)}
    assert kept["capped mean"].head == pytest.approx(0.001, rel=0.01)
    assert kept["capped mean"].lower is not None
    assert kept["calls to catalog"].head == 1


def test_a_file_keeps_what_is_appended_in_order_of_time(tmp_path: Path) -> None:
    for number in (2, 1):
        store.append("kept.jsonl", entry(number, 0.001), tmp_path)
    assert [each.at[-8:-6] for each in store.read("kept.jsonl", tmp_path)] == ["01", "02"]


def test_git_notes_keep_runs_with_their_commits(tmp_path: Path) -> None:
    make(tmp_path)
    commit = git(tmp_path, "rev-parse", "head").strip()
    for number in (1, 2):
        store.append("git-notes", replace(entry(number, 0.001), commit=commit), tmp_path)
    assert len(store.read("git-notes", tmp_path)) == 2
    assert "windtunnel-history/1" in git(tmp_path, "notes", "--ref=windtunnel", "show", "head")


def test_places_that_cannot_be_had_are_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read: No such file"):
        store.read("nothing.jsonl", tmp_path)
    with pytest.raises(ConfigurationError, match="No such file"):
        store.append("no/folder.jsonl", entry(1, 0.001), tmp_path)
    with pytest.raises(ControlError, match="not a git repository"):
        store.read("git-notes", tmp_path)


@pytest.mark.parametrize("step", [0.2, -0.2])
def test_a_change_of_level_is_found_where_it_began(step: float) -> None:
    (found,) = changes(noisy(40, step_at=25, step=step))
    assert abs(found - 25) <= 1


def test_noise_alone_changes_nothing() -> None:
    alarms = sum(bool(changes(noisy(30, seed=seed))) for seed in range(50))
    assert alarms <= 1


def test_a_single_odd_run_is_no_change() -> None:
    values = noisy(40)
    values[20] *= 3
    assert changes(values) == ()


def test_counts_that_were_always_equal_change_with_the_first_that_stay_different() -> None:
    assert changes([1.0] * 10 + [2.0] * 5) == (10,)
    assert changes([1.0] * 15) == ()
    assert changes([0.0] * 10 + [1.0] * 5) == (10,)


@pytest.mark.parametrize("seed", range(8))
def test_of_all_ways_to_cut_a_series_the_cheapest_is_taken(seed: int) -> None:
    values = noisy(13, seed=seed, step_at=6, step=0.03 * (seed % 4))
    steps = [later - earlier for earlier, later in pairwise(values)]
    spread = median(abs(step - median(steps)) for step in steps)
    penalty = 1.4826 * spread / math.sqrt(2) * PENALTY * math.log(len(values))

    def cost(cuts: tuple[int, ...]) -> float:
        levels = [values[begin:end] for begin, end in pairwise((0, *cuts, len(values)))]
        if min(map(len, levels)) < SHORTEST:
            return math.inf
        deviations = sum(abs(each - median(level)) for level in levels for each in level)
        return deviations + penalty * len(cuts)

    places = range(SHORTEST, len(values) - SHORTEST + 1)
    every = [cuts for count in range(4) for cuts in combinations(places, count)]
    assert cost(changes(values)) == pytest.approx(min(map(cost, every)))


def test_too_few_runs_have_no_changes() -> None:
    assert changes([1.0, 1.0, 9.0, 9.0, 9.0]) == ()


def test_machines_and_conditions_are_never_mixed() -> None:
    """Else a slower machine would look like a slower commit."""
    runs = [
        entry(n, 0.001 if n < 20 else 0.002, fingerprint="aaaa" if n < 20 else "bbbb")
        for n in range(40)
    ] + [entry(40 + n, 0.005, under="docker") for n in range(10)]
    every = series_of(runs)
    assert {(s.fingerprint, s.under) for s in every} == {
        ("aaaa", "local"),
        ("bbbb", "local"),
        ("aaaa", "docker"),
    }
    assert all(series.changes == () for series in every)


def test_the_command_prints_and_draws_the_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for number, value in enumerate(noisy(40, step_at=25, step=0.3)):
        store.append("kept.jsonl", entry(number, value), tmp_path)
    assert main(["history", "kept.jsonl", "--changed", "--svg", "plot.svg"]) == 0
    output = capsys.readouterr().out
    assert "machine aaaa: a machine; local" in output
    assert "changed at 000000000 (2026-01-01): 1.00 ms to 1.3" in output
    drawn = ET.fromstring((tmp_path / "plot.svg").read_text())  # noqa: S314 - our own
    space = "{http://www.w3.org/2000/svg}"
    assert len(drawn.findall(f"{space}circle")) == 40
    assert len(drawn.findall(f"{space}line")) == 1


def test_an_empty_history_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kept.jsonl").touch()
    assert main(["history", "kept.jsonl"]) == 1
    assert "it holds no runs yet" in capsys.readouterr().err


def test_names_are_escaped_in_the_picture() -> None:
    odd = replace(entry(1, 0.001), under="a <b> & c")
    ET.fromstring(picture(series_of([odd])))  # noqa: S314 - our own output


def test_bars_span_the_values() -> None:
    assert bars([1.0, 2.0, 3.0]) == "▁▅█"
    assert bars([1.0, 1.0]) == "▁▁"
    assert lines(()) == []


def test_a_machine_has_one_fingerprint() -> None:
    described = machine.description()
    assert machine.fingerprint(described) == machine.fingerprint(machine.description())
    assert machine.fingerprint(described) != machine.fingerprint(described + " ")
    assert "cores" in described


def test_endpoints_that_only_secrets_told_apart_stay_apart() -> None:
    """A series is found by its endpoint: two made one, or a renewed token another."""

    def kept(*endpoints: str) -> list[str]:
        figure = entry(1, 0.001).figures[0]
        whole = replace(
            entry(1, 0.001),
            figures=tuple(
                replace(figure, endpoint=each, name=name)
                for each in endpoints
                for name in ("mean", "p99")
            ),
        )
        found = from_line(to_line(told_apart(clean(whole, Masking()), whole)), "here").figures
        assert [each.name for each in found] == ["mean", "p99"] * len(endpoints)
        assert [each.endpoint for each in found[::2]] == [each.endpoint for each in found[1::2]]
        return [each.endpoint for each in found[::2]]

    today = kept("/a?token=one", "/a?token=two", "/b?token=one", "/api/agents")
    assert today == ["/a?token=***", "/a?token=*** (2)", "/b?token=***", "/api/agents"]
    assert kept("/a?token=tomorrow", "/a?token=four", "/b?token=tomorrow", "/api/agents") == today
    assert kept("/api/agents", "/api/agents/1") == ["/api/agents", "/api/agents/1"]
