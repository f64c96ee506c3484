"""A comparison that git itself started touches nothing of the user's: no index, file, stash or ref.

git gives what it starts GIT_DIR, GIT_INDEX_FILE and the like, by which every git command means the
user's own index, in whatever folder it runs.
"""

import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.paired.demonstration import git
from windtunnel.errors import ConfigurationError, ControlError
from windtunnel.paired.revisions import trees

COMPARING = r"""
import pathlib, sys
from windtunnel.paired.revisions import trees
with trees(pathlib.Path.cwd(), "v1", "v2") as (base, head):
    for number, tree in enumerate((base, head), 1):
        assert (tree.directory / "code.py").read_text() == f"NUMBER = {number}\n"
pathlib.Path(sys.argv[1]).write_text("compared")
"""


@pytest.fixture
def compared(tmp_path: Path) -> Path:
    """Return the file that a comparison leaves when it is done."""
    return tmp_path / "compared"


@pytest.fixture
def command(tmp_path: Path, compared: Path) -> str:
    """Return a shell command that makes the work trees of a comparison."""
    script = tmp_path / "comparing.py"
    script.write_text(COMPARING)
    return shlex.join([sys.executable, str(script), str(compared)])


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository with the commits v1 and v2, and a third with one more file."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    for key, value in (("user.name", "somebody"), ("user.email", "somebody@localhost")):
        git(folder, "config", key, value)
    for number in (1, 2):
        (folder / "code.py").write_text(f"NUMBER = {number}\n")
        git(folder, "add", ".")
        git(folder, "commit", "--quiet", "--message", f"number {number}")
        git(folder, "tag", f"v{number}")
    (folder / "more.py").write_text("MORE = 1\n")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "more")
    return folder


def hook(repository: Path, name: str, command: str) -> None:
    path = repository / git(repository, "rev-parse", "--git-path", f"hooks/{name}").strip()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\nexec {command}\n")
    path.chmod(0o755)


def commit(repository: Path, *arguments: str) -> None:
    """Change two files and commit one of them: only that one may be in the commit."""
    (repository / "code.py").write_text("NUMBER = 4\n")
    (repository / "more.py").write_text("MORE = 2\n")
    if not arguments:
        git(repository, "add", "code.py")
    git(repository, "commit", "--quiet", "--message", "four", *arguments)
    assert git(repository, "show", "--name-only", "--format=").split() == ["code.py"]
    assert git(repository, "show", "HEAD:code.py") == "NUMBER = 4\n"
    assert git(repository, "status", "--porcelain").split() == ["M", "more.py"]
    assert git(repository, "stash", "list") == ""


@pytest.mark.parametrize("name", ["pre-commit", "commit-msg", "post-commit", "prepare-commit-msg"])
@pytest.mark.parametrize("arguments", [(), ("code.py",)], ids=["index", "partial"])
def test_a_hook_of_commit_changes_nothing_of_the_commit(
    repository: Path, command: str, compared: Path, name: str, arguments: tuple[str, ...]
) -> None:
    """`commit FILE` has an index of its own while the hook runs."""
    hook(repository, name, command)
    commit(repository, *arguments)
    assert compared.exists()


def test_a_linked_work_tree_has_hooks_too(
    repository: Path, tmp_path: Path, command: str, compared: Path
) -> None:
    linked = tmp_path / "linked"
    git(repository, "worktree", "add", "--quiet", "-b", "other", str(linked))
    hook(linked, "pre-commit", command)
    commit(linked)
    assert compared.exists()
    assert len(git(repository, "worktree", "list").splitlines()) == 2


def test_a_submodule_is_a_repository_like_any_other(
    repository: Path, tmp_path: Path, command: str, compared: Path
) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "--quiet", "--initial-branch=main")
    add = ("submodule", "--quiet", "add", str(repository), "inner")
    git(outer, "-c", "protocol.file.allow=always", *add)
    hook(outer / "inner", "pre-commit", command)
    commit(outer / "inner")
    assert compared.exists()
    assert len(git(outer / "inner", "worktree", "list").splitlines()) == 1


def push(repository: Path, command: str) -> None:
    target = repository.parent / "target.git"
    git(repository, "init", "--quiet", "--bare", str(target))
    hook(repository, "pre-push", command)
    git(repository, "push", "--quiet", str(target), "main")
    assert git(target, "rev-parse", "main") == git(repository, "rev-parse", "main")


def rebase(repository: Path, command: str) -> None:
    git(repository, "rebase", "--quiet", "--exec", command, "v1")


def bisect(repository: Path, command: str) -> None:
    git(repository, "bisect", "start", "main", "v1")
    git(repository, "bisect", "run", "sh", "-c", command)
    git(repository, "bisect", "reset")


@pytest.mark.parametrize("started_by", [push, rebase, bisect])
def test_what_else_git_starts_changes_nothing(
    repository: Path, command: str, compared: Path, started_by: Callable[[Path, str], None]
) -> None:
    before = git(repository, "rev-parse", "main", "v1", "v2")
    started_by(repository, command)
    assert compared.exists()
    assert git(repository, "rev-parse", "main", "v1", "v2") == before
    assert git(repository, "status", "--porcelain") == ""
    assert len(git(repository, "worktree", "list").splitlines()) == 1


def test_no_hook_of_the_repository_runs_for_our_own_work_trees(
    repository: Path, command: str, compared: Path, tmp_path: Path
) -> None:
    """`git worktree add` would run post-checkout, which may do anything."""
    hook(repository, "post-checkout", f"touch {tmp_path / 'ran'}")
    hook(repository, "pre-commit", command)
    commit(repository)
    assert compared.exists()
    assert not (tmp_path / "ran").exists()


def test_a_revision_that_a_shallow_clone_lacks_is_one_clear_error(
    repository: Path, tmp_path: Path
) -> None:
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{repository}", str(shallow))
    with (
        pytest.raises(ConfigurationError, match=r"no commit is named 'HEAD~1'"),
        trees(shallow, "HEAD~1", None),
    ):
        pass


def test_a_bare_repository_has_no_working_tree_to_compare(repository: Path) -> None:
    bare = repository.parent / "bare.git"
    git(repository.parent, "clone", "--quiet", "--bare", str(repository), str(bare))
    with pytest.raises(ControlError, match="must be run in a work tree"), trees(bare, "v1", "v2"):
        pass
