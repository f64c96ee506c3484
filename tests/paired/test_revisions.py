"""Work trees are there while they are needed, hold the right files, and leave nothing behind."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.paired.demonstration import git
from windtunnel.errors import ConfigurationError, ControlError, StartError
from windtunnel.module_command import module_command
from windtunnel.paired.arms import of_tree
from windtunnel.paired.environments import python_for, search_path
from windtunnel.paired.revisions import trees
from windtunnel.paired.work_trees import LEASE, TREES_PREFIX, abandoned


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


HOLDING = """
import os, pathlib, signal, sys, time
from windtunnel.paired.revisions import trees
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under nohup it is ignored from the start
with trees(pathlib.Path(sys.argv[1]), "v1", "v2") as (base, _):
    print(base.directory, flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP, signal.SIGTERM])
def test_the_work_trees_of_a_killed_run_go_at_once(project: Path, number: int) -> None:
    command = (sys.executable, "-c", HOLDING, str(project))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as held:
        assert held.stdout is not None
        directory = Path(held.stdout.readline().strip())
        assert directory.exists()
        assert abandoned(remove=True) == []
        assert directory.exists()
        held.send_signal(number)
    end = time.monotonic() + 20
    while len(listed(project)) > 1 or directory.parent.parent.exists():
        assert time.monotonic() < end, "the work trees are still there after 20 s"
        time.sleep(0.02)


def test_what_a_killed_runs_programs_still_write_goes_too(tmp_path: Path) -> None:
    """A program that was ending wrote beside what was being removed, and the folder stayed."""
    folder = tmp_path / f"{TREES_PREFIX}a"
    (folder / "base").mkdir(parents=True)
    with subprocess.Popen(
        module_command("windtunnel.paired.work_trees", str(folder)), stdin=subprocess.PIPE
    ) as keeper:
        assert keeper.stdin
        keeper.stdin.close()
        end = time.monotonic() + 2
        while time.monotonic() < end:
            (folder / "base").mkdir(parents=True, exist_ok=True)
            (folder / "base" / "written.pyc").touch()
            time.sleep(0.001)
        assert keeper.wait(20) == 0
    assert not folder.exists()


def test_work_trees_that_nobody_could_remove_go_with_the_next_run(project: Path) -> None:
    """Where the machine was switched off, say."""
    folder = Path(tempfile.mkdtemp(prefix=TREES_PREFIX))
    (folder / LEASE).touch()
    git(project, "worktree", "add", "--quiet", "--detach", str(folder / "0-left"), "v1")
    assert abandoned(remove=False) == [folder]
    with trees(project, "v1", "v2"):
        assert not folder.exists()
        assert len(listed(project)) == 3
    assert len(listed(project)) == 1


def test_a_work_tree_of_the_users_whose_disk_is_away_is_not_forgotten(
    project: Path, tmp_path: Path
) -> None:
    git(project, "worktree", "add", "--quiet", "--detach", str(tmp_path / "away"), "v1")
    (tmp_path / "away").rename(tmp_path / "unmounted")
    with trees(project, "v1", "v2"):
        pass
    assert len(listed(project)) == 2


@pytest.mark.parametrize("kind", ["shared", "link", "fifo", "of somebody else"])
def test_a_folder_that_anybody_may_have_made_is_not_believed(
    project: Path, tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / f"{TREES_PREFIX}evil"
    folder.mkdir(mode=0o700)
    (folder / LEASE).touch()
    match kind:
        case "shared":
            folder.chmod(0o777)
        case "link":
            folder.rename(tmp_path / "elsewhere")
            folder.symlink_to(tmp_path / "elsewhere")
        case "fifo":
            (folder / LEASE).unlink()
            os.mkfifo(folder / LEASE)
        case _:
            if os.geteuid() != 0:
                pytest.skip("only root can give a folder away")
            os.chown(folder, 65534, 65534)
    expected = [folder] if kind == "fifo" else []
    assert abandoned(remove=False) == expected  # a FIFO is no lease, and holds up nothing
    with trees(project, "v1", None):
        pass
    assert folder.exists() is (kind != "fifo")


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


@pytest.mark.slow
@pytest.mark.busy
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


@pytest.mark.slow
@pytest.mark.busy
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
