"""The workflows that users copy are what GitHub and GitLab accept."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

RECIPES = Path(__file__).parents[2] / "examples" / "ci"


@pytest.mark.parametrize(
    ("recipe", "schema"),
    [("github.yml", "vendor.github-workflows"), ("gitlab.yml", "vendor.gitlab-ci")],
)
def test_a_recipe_fits_its_schema(recipe: str, schema: str) -> None:
    command = (sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema)
    done = subprocess.run(
        [*command, RECIPES / recipe], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout


def test_actionlint_finds_nothing_in_the_workflow_for_github() -> None:
    actionlint = shutil.which("actionlint")
    if actionlint is None:
        pytest.skip("actionlint is not on PATH")
    done = subprocess.run(
        [actionlint, RECIPES / "github.yml"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout
