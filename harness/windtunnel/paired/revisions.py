"""Revisions of the project as work trees in a temporary folder, gone again afterwards."""

import fcntl
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from windtunnel.errors import ConfigurationError, ControlError, suggestion
from windtunnel.run_identity import PREFIX

DEADLINE = 120.0
"""Seconds that one git command may take: a large repository is written to disk."""
TREES_PREFIX = f"{PREFIX}trees-"
LEASE = "lease"
"""A file that is locked as long as the run lives."""
LINK = ".git"
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
    out, whatever ends the run; those of a run that SIGKILL ended, at the next comparison or by
    `windtunnel clean`.
    """
    abandoned(remove=True)
    root = Path(_git(project, "rev-parse", "--show-toplevel"))
    inside = project.resolve().relative_to(root.resolve())
    commits = [_commit(project, revision) for revision in (base, head or "HEAD")]
    ignored = _ignored(project)
    with _leased_folder() as folder:
        added: list[Path] = []
        try:
            made = []
            for revision, commit in zip((base, head), commits, strict=True):
                if revision is None:
                    name = f"the working tree (on {commit[:9]})"
                    made.append(Tree(name, project.resolve(), commit))
                    continue
                place = folder / f"{len(added)}-{commit[:9]}"
                added.append(place)
                _git(project, "worktree", "add", "--quiet", "--detach", str(place), commit)
                lacks = tuple(each for each in ignored if not (place / inside / each).exists())
                made.append(Tree(f"{revision} ({commit[:9]})", place / inside, commit, lacks))
            yield made[0], made[1]
        finally:
            for place in added:
                shutil.rmtree(place, ignore_errors=True)
            # Forgets the work trees whose folders are gone: only ours, or such as were lost before.
            _git(project, "worktree", "prune")


def _ignored(project: Path) -> list[str]:
    """Return what git ignores in the project's folder, but for what tools make again themselves."""
    listed = _git(
        *(project, "ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z")
    )
    found = [each for each in listed.split("\0") if each]
    return [each for each in found if not REMADE & {*Path(each).parts}]


@contextmanager
def _leased_folder() -> Iterator[Path]:
    """Give a folder that nobody takes for abandoned while this run lives."""
    folder = Path(tempfile.mkdtemp(prefix=TREES_PREFIX))
    try:
        with (folder / "locking").open("w") as lease:
            fcntl.flock(lease, fcntl.LOCK_EX)
            # Only now its name: one that is there is locked, unless its run is over.
            Path(lease.name).rename(folder / LEASE)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def abandoned(*, remove: bool) -> list[Path]:
    """Find, and with `remove` remove, the work trees of runs that are over.

    A run holds a lock on a file beside its trees; the kernel lets go of it however the run ends.
    """
    found = []
    for path in Path(tempfile.gettempdir()).glob(f"{TREES_PREFIX}*/{LEASE}"):
        try:
            with path.open() as lease:
                fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
                found.append(path.parent)
                if remove:
                    _remove(path.parent)
        except OSError:
            continue  # a run that lives, or another user's
    return found


def _remove(folder: Path) -> None:
    repositories = [_repository(tree) for tree in folder.glob(f"*/{LINK}")]
    shutil.rmtree(folder, ignore_errors=True)
    for repository in filter(None, repositories):
        with suppress(ControlError):  # the repository is gone too
            _git(repository, "worktree", "prune")


def _repository(link: Path) -> Path | None:
    """Return the repository of a work tree: its file .git names a folder in it."""
    try:
        named = Path(link.read_text().removeprefix("gitdir:").strip())
        return named.parents[1] if link.is_file() else None
    except (OSError, IndexError):
        return None


def _commit(project: Path, revision: str) -> str:
    try:
        return _git(project, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    except ControlError:
        known = _git(
            project, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags"
        )
        raise ConfigurationError(
            f"no commit is named {revision!r} in {project}{suggestion(revision, known.split())}"
        ) from None


def _git(directory: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=directory,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
    except OSError as error:
        raise ControlError(f"git cannot be run: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise ControlError(f"git {arguments[0]} was not done within {DEADLINE:g} s") from None
    if done.returncode:
        raise ControlError(f"git {' '.join(arguments)}: {done.stderr.strip() or 'failed'}")
    return done.stdout.strip()
