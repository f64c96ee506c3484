"""Revisions of the project as work trees in a temporary folder, gone again afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from windtunnel.errors import ConfigurationError, ControlError, suggestion
from windtunnel.git_command import git
from windtunnel.paired.work_trees import abandoned, leased_folder

REMADE = frozenset(
    {
        *("__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".tox"),
        *(".coverage", "htmlcov", ".idea", ".vscode", ".DS_Store"),
    }
)
"""Names of ignored files that no service needs."""


@dataclass(frozen=True, slots=True)
class Tree:
    """One version of the project's files."""

    name: str
    """As a person knows it: "main (1a2b3c4)"."""
    directory: Path
    """The project's folder in it, which is not always the repository's."""
    commit: str
    """Its commit; of the working tree the one that it was changed from."""
    lacks: tuple[str, ...] = ()
    """Files and folders of the project that git ignores, which a work tree therefore lacks."""


@contextmanager
def trees(project: Path, base: str, head: str | None) -> Iterator[tuple[Tree, Tree]]:
    """Give base and head as trees; without `head` the working tree as it is, changes included.

    Raises ConfigurationError where a revision does not exist. The work trees are removed on the way
    out, whatever ends the run. Nothing else of the repository is touched: no index, stash or ref.
    """
    abandoned(remove=True)
    root = Path(git(project, "rev-parse", "--show-toplevel").rstrip("\n"))
    inside = project.resolve().relative_to(root.resolve())
    commits = [_commit(project, revision) for revision in (base, head or "HEAD")]
    ignored = _ignored(project)
    with leased_folder() as folder:
        made = []
        for number, (revision, commit) in enumerate(zip((base, head), commits, strict=True)):
            if revision is None:
                name = f"the working tree (on {commit[:9]})"
                made.append(Tree(name, project.resolve(), commit))
                continue
            place = folder / f"{number}-{commit[:9]}"
            git(project, "worktree", "add", "--quiet", "--detach", str(place), commit)
            lacks = tuple(each for each in ignored if not (place / inside / each).exists())
            made.append(Tree(f"{revision} ({commit[:9]})", place / inside, commit, lacks))
        yield made[0], made[1]


def _ignored(project: Path) -> list[str]:
    """Return what git ignores in the project's folder, but for what tools make again themselves."""
    listed = git(
        *(project, "ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z")
    )
    found = [each for each in listed.split("\0") if each]
    return [each for each in found if not REMADE & {*Path(each).parts}]


def _commit(project: Path, revision: str) -> str:
    try:
        return git(
            *(project, "rev-parse", "--verify", "--quiet", "--end-of-options"),
            f"{revision}^{{commit}}",
        ).strip()
    except ControlError:
        known = git(project, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags")
        raise ConfigurationError(
            f"no commit is named {revision!r} in {project}{suggestion(revision, known.split())}"
        ) from None
