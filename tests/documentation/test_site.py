"""The site builds without a warning, and loads nothing from elsewhere."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.documentation.pages import DOCS, ROOT

pytestmark = pytest.mark.xdist_group("site")  # which is built once

LOADED = re.compile(
    r"""<(?:script|img|iframe|source)\b[^>]*\bsrc="(?:https?:)?//[^"]*"
    |<link\b(?=[^>]*\brel="(?:stylesheet|preconnect|icon|preload)")[^>]*"(?:https?:)?//[^"]*"
    |url\(["']?(?:https?:)?//""",
    re.VERBOSE,
)
"""What a browser fetches by itself; links that a reader may follow are none of it."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site in a folder of its own."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(DOCS, folder / "docs")
    shutil.copy(ROOT / "mkdocs.yml", folder)
    # What the pages take their code from.
    for part in ("examples", "faults", "harness", "tests"):
        (folder / part).symlink_to(ROOT / part)
    build = (sys.executable, "-m", "zensical", "build", "--strict")
    done = subprocess.run(
        build,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return folder / "site"


def test_every_page_is_built(site: Path) -> None:
    for page in DOCS.rglob("*.md"):
        name = page.relative_to(DOCS).with_suffix("")
        built = site / name / "index.html" if name.name != "index" else site / "index.html"
        assert built.is_file(), page


def test_every_docstring_that_a_page_asks_for_is_on_it(site: Path) -> None:
    for page in (DOCS / "reference").glob("*.md"):
        html = (site / "reference" / page.stem / "index.html").read_text(encoding="utf-8")
        for name in re.findall(
            r"^::: ((?:windtunnel_faults|windtunnel)\S*)$", page.read_text(), re.MULTILINE
        ):
            assert f'id="{name}"' in html, f"{page.name}: {name}"


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    files = [path for path in site.rglob("*") if path.suffix in {".html", ".css"}]
    assert files
    for path in files:
        found = LOADED.search(path.read_text(encoding="utf-8"))
        assert found is None, f"{path.relative_to(site)}: {found and found[0]}"
