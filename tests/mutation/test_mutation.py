"""Equal seeds draw equal samples, and a mutant that is noticed is caught by who notices it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from coverage import CoverageData

pytest.importorskip("cosmic_ray", reason="needs the extra `mutation`")

from tests.mutation.mutants import Mutant, lines_run_with, mutant_named, sample
from tests.mutation.reach import DURATIONS, Reach, Timed, recorded
from tests.mutation.trial import QUICK, SLOW, try_mutant

CODE = """\
LIMIT = 3


def over(value: int | None = None) -> bool:
    if value is None:
        return False
    return value > LIMIT
"""
TESTS = """\
from code_under_test import over


def test_nothing():
    assert not over()


def test_more():
    assert over(4)


def test_limit():
    assert not over(3)
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a tree of one module and its tests, with this Python."""
    (tmp_path / "code_under_test.py").write_text(CODE)
    (tmp_path / "test_code.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".venv/bin").mkdir(parents=True)
    python = tmp_path / ".venv/bin/python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    return tmp_path


def _reach(**slow: bool) -> Reach:
    tests = {
        name: Timed(
            name, 0.9, passed=True, slow=slow.get(name.partition("::test_")[2], False), alone=False
        )
        for name in (f"test_code.py::test_{each}" for each in ("nothing", "more", "limit"))
    }
    everybody = frozenset(tests)
    later = everybody - {"test_code.py::test_nothing"}
    return Reach(tests, {"code_under_test.py": {5: everybody, 7: later}})


def test_equal_seeds_draw_equal_samples(tree: Path) -> None:
    files = ["code_under_test.py"]
    drawn = sample(tree, files, 4, seed=1)
    assert drawn == sample(tree, files, 4, seed=1)
    assert {tuple(sample(tree, files, 4, seed=seed)) for seed in range(9)} != {tuple(drawn)}
    assert [mutant_named(str(mutant)) for mutant in drawn] == drawn


def test_a_name_of_another_tree_is_refused(tree: Path) -> None:
    stale = Mutant("code_under_test.py", 8, "ReplaceComparisonOperator_Gt_GtE", 0)
    with pytest.raises(ValueError, match=r"no such place; it fits at the lines \[7\]"):
        stale.source(tree)


def test_what_is_annotated_only_is_no_mutant(tree: Path) -> None:
    drawn = sample(tree, ["code_under_test.py"], 1000, seed=1)
    assert {mutant.line for mutant in drawn} == {1, 5, 6, 7}


def test_a_line_belongs_to_its_statement_if_it_is_run_after_the_import() -> None:
    assert lines_run_with(CODE, 1) is None
    assert lines_run_with(CODE, 4) is None
    assert lines_run_with(CODE, 5) == range(5, 6)
    assert lines_run_with(CODE, 7) == range(7, 8)


def test_who_reaches_a_line_notices_and_the_file_is_as_before(tree: Path) -> None:
    mutant = Mutant("code_under_test.py", 7, "ReplaceComparisonOperator_Gt_GtE", 0)
    assert ">= LIMIT" in mutant.source(tree)
    quick = try_mutant(tree, mutant, _reach(), budget=10)
    assert (quick.caught_by, quick.failed) == (QUICK, "test_code.py::test_limit")
    slow = try_mutant(tree, mutant, _reach(limit=True), budget=10)
    assert (slow.caught_by, slow.quick_tests, slow.slow_tests) == (SLOW, 1, 1)
    assert (tree / "code_under_test.py").read_text() == CODE


def test_what_runs_at_the_import_may_be_noticed_by_all_of_the_packages_own_tests() -> None:
    tests = {
        name: Timed(name, 0.01, passed=True, slow=False, alone=False)
        for name in ("tests/here/test_it.py::test_it", "tests/there/test_it.py::test_it", "tests/x")
    }
    file = "harness/windtunnel/here/it.py"
    reach = Reach(tests, {file: {1: frozenset(tests), 5: frozenset({"tests/x"})}})
    at_import = [timed.test for timed in reach.reaching(file, lines_run_with(CODE, 1), CODE)]
    assert at_import == ["tests/here/test_it.py::test_it", "tests/x"]
    assert [timed.test for timed in reach.reaching(file, range(5, 6), CODE)] == ["tests/x"]


def test_what_no_test_distinguishes_survives(tree: Path) -> None:
    mutant = Mutant("code_under_test.py", 7, "ReplaceComparisonOperator_Gt_NotEq", 0)
    tried = try_mutant(tree, mutant, _reach(), budget=10)
    assert (tried.caught_by, tried.failed) == (None, None)
    assert tried.difference == "-    return value > LIMIT\n+    return value != LIMIT"


def test_a_sample_can_be_listed_without_running_anything() -> None:
    command = (sys.executable, "-m", "tests.mutation", "--help")
    assert "--seed" in subprocess.run(command, check=True, text=True, capture_output=True).stdout


def test_a_process_that_outlives_its_test_may_serve_the_others_of_its_file(tmp_path: Path) -> None:
    tree, folder = tmp_path / "tree", tmp_path / "reach"
    folder.mkdir()
    names = ["tests/a/test_x.py::test_1", "tests/a/test_x.py::test_2", "tests/b/test_y.py::test_3"]
    timed = [Timed(name, 0.1, passed=True, slow=False, alone=False) for name in names]
    (folder / f"{DURATIONS}1").write_text("".join(json.dumps(vars(one)) + "\n" for one in timed))
    file = "harness/windtunnel/proxy/it.py"
    for name, contexts in (("reach.worker", names[::2]), ("reach.proxy", names[:1])):
        data = CoverageData(basename=str(folder / name))
        for line, context in enumerate(contexts, 5 if "worker" in name else 9):
            data.set_context(context)
            data.add_lines({str(tree / file): [line]})
        data.write()
    found = recorded(tree, folder)
    assert found.lines[file] == {
        5: frozenset({names[0]}),
        6: frozenset({names[2]}),
        9: frozenset(names[:2]),
    }
