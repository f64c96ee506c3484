"""Work trees are there while they are needed, hold the right files, and leave nothing behind."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.paired.demonstration import git
from windtunnel.errors import ConfigurationError, ControlError, StartError
from windtunnel.paired.arms import of_tree
from windtunnel.paired.environments import python_for, search_path
from windtunnel.paired.revisions import abandoned, trees


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a repository's folder `service`, of which two commits differ."""
    root = tmp_path / "repository"
    folder = root / "service"
    folder.mkdir(parents=True)
    git(root, "init", "--quiet", "--initial-branch=main")
    for number in (1, 2):
        (folder / "code.py").write_text(f"NUMBER = {number}\n")
        git(root, "add", ".")
        git(root, "commit", "--quiet", "--message", f"number {number}")
        git(root, "tag", f"v{number}")
    return folder


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)


def listed(project: Path) -> list[str]:
    return git(project, "worktree", "list").splitlines()


def test_both_revisions_are_there_in_the_projects_folder(project: Path) -> None:
    with trees(project, "v1", "v2") as (base, head):
        assert (base.directory / "code.py").read_text() == "NUMBER = 1\n"
        assert (head.directory / "code.py").read_text() == "NUMBER = 2\n"
        assert base.name.startswith("v1 (")
        assert base.commit != head.commit
        folder = base.directory.parent.parent
        assert len(listed(project)) == 3
    assert len(listed(project)) == 1
    assert not folder.exists()


def test_without_a_head_the_working_tree_is_meant_changes_included(project: Path) -> None:
    (project / "code.py").write_text("NUMBER = 3\n")
    with trees(project, "v1", None) as (_, head):
        assert (head.directory / "code.py").read_text() == "NUMBER = 3\n"
        assert head.name.startswith("the working tree (on ")
    assert (project / "code.py").read_text() == "NUMBER = 3\n"


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_interrupted_run_leaves_no_work_tree(project: Path, error: type[BaseException]) -> None:
    folder = None
    with pytest.raises(error), trees(project, "v1", "v2") as (base, _):  # noqa: PT012 - the error is in the block
        folder = base.directory
        raise error
    assert folder is not None
    assert not folder.exists()
    assert len(listed(project)) == 1


def test_a_killed_runs_work_trees_go_and_a_live_ones_stay(project: Path, tmp_path: Path) -> None:
    held = (
        "import os, pathlib\n"
        "from windtunnel.paired.revisions import trees\n"
        f"with trees(pathlib.Path({str(project)!r}), 'v1', 'v2'):\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    died = subprocess.run([sys.executable, "-c", held], check=False)
    assert died.returncode == -9
    assert len(listed(project)) == 3
    (left,) = abandoned(remove=False)
    assert left.exists()
    with trees(project, "v1", "v2") as (base, _):
        assert not left.exists()
        assert len(listed(project)) == 3
        assert abandoned(remove=True) == []
        assert base.directory.exists()


def test_a_work_tree_of_somebody_elses_is_left_alone(project: Path, tmp_path: Path) -> None:
    git(project, "worktree", "add", "--quiet", "--detach", str(tmp_path / "other"), "v1")
    with trees(project, "v1", "v2"):
        pass
    assert len(listed(project)) == 2


def test_an_unknown_revision_gets_a_suggestion(project: Path) -> None:
    with (
        pytest.raises(ConfigurationError, match=r"no commit is named .mian..*did you mean 'main'"),
        trees(project, "mian", None),
    ):
        pass


def test_a_folder_without_a_repository_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ControlError, match="not a git repository"), trees(tmp_path, "a", None):
        pass


def test_an_environment_is_built_once_for_what_it_is_built_from(tmp_path: Path) -> None:
    """The install command leaves a mark each time that it runs."""
    trees_made = []
    for name, lock in (("a", "one"), ("b", "one"), ("c", "two")):
        tree = tmp_path / name
        tree.mkdir()
        (tree / "uv.lock").write_text(lock)
        trees_made.append(tree)
    marks = tmp_path / "marks"
    install = f"{{python}} -c \"open({str(marks)!r}, 'a').write('x')\""
    pythons = [python_for(tree, install, tmp_path / "cache") for tree in trees_made]
    assert pythons[0] == pythons[1] != pythons[2]
    assert marks.read_text() == "xx"
    assert all(Path(python).exists() for python in pythons)


def test_an_environment_that_failed_is_built_again(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    for _ in range(2):
        with pytest.raises(StartError, match="exit status 3"):
            python_for(tree, "{python} -c 'raise SystemExit(3)'", tmp_path / "cache")


def test_the_trees_own_code_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    (tmp_path / "src").mkdir()
    assert search_path(tmp_path).split(":") == [
        str(tmp_path / "src"),
        str(tmp_path),
        "elsewhere",
    ]


def test_a_work_tree_says_what_it_lacks_because_git_ignores_it(project: Path) -> None:
    (project / ".gitignore").write_text(".venv/\n*.env\n__pycache__/\n")
    for folder in (".venv/bin", "__pycache__"):
        (project / folder).mkdir(parents=True)
        (project / folder / "file").write_text("")
    (project / "local.env").write_text("A=1")
    with trees(project, "v1", None) as (base, head):
        assert base.lacks == (".venv/", "local.env")
        assert head.lacks == ()
        note = of_tree(base, same_python=True, install="").note
        assert note.endswith("lacks what git ignores: .venv/, local.env")
