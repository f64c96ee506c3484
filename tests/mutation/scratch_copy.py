"""A copy of the tree that may be broken: its last commit, with a Python that imports the copy."""

import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = ("harness", "faults", "target")


def scratch_copy(folder: Path) -> Path:
    """Return a copy of the last commit in a folder; one that is there is reset to it."""
    if (folder / ".git").is_dir():
        _git(folder, "fetch", "--quiet", "origin", "HEAD")
        _git(folder, "reset", "--quiet", "--hard", "FETCH_HEAD")
    else:
        _git(ROOT, "clone", "--quiet", str(ROOT), str(folder))
    _add_environment(folder)
    return folder


def commit(tree: Path) -> str:
    """Return what commit a tree is at."""
    return _git(tree, "rev-parse", "HEAD").strip()


def _add_environment(tree: Path) -> None:
    """Make a .venv that has the copy's packages, and every other one from where this runs.

    Variables such as PYTHONPATH would not do: some tests set their own.
    """
    environment = tree / ".venv"
    making = (sys.executable, "-m", "venv", "--without-pip", "--symlinks", "--clear", environment)
    subprocess.run(making, check=True)
    here = sysconfig.get_path("purelib")
    packages = environment / Path(here).relative_to(sys.prefix)
    lines = [*(str(tree / source) for source in SOURCES), f"import site; site.addsitedir({here!r})"]
    (packages / "0_copy.pth").write_text("\n".join(lines) + "\n")
    ours, copied = (f"{folder}/bin/python" for folder in (sys.prefix, environment))
    for script in Path(sys.prefix, "bin").iterdir():
        target = environment / "bin" / script.name
        if script.is_symlink() or target.exists():
            continue
        if script.read_bytes()[:2] != b"#!":
            target.symlink_to(script)
            continue
        target.write_text(script.read_text().replace(ours, copied, 1))
        target.chmod(0o755)


def _git(tree: Path, *command: str) -> str:
    done = subprocess.run(
        ("git", "-C", tree, *command), check=True, text=True, stdout=subprocess.PIPE
    )
    return done.stdout
