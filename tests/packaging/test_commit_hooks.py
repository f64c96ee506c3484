"""The hooks before a commit check what `make lint` checks, with what is installed."""

from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]


def test_the_hooks_run_the_programs_of_make_lint_and_fetch_nothing() -> None:
    repositories = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert [each["repo"] for each in repositories] == ["local"]
    hooks = [hook for each in repositories for hook in each["hooks"]]
    assert {hook["language"] for hook in hooks} == {"system"}
    lint = (ROOT / "Makefile").read_text().partition("\nlint: ")[2].partition("\n\n")[0]
    wanted = [" ".join(line.split()[:2]).rstrip(" .") for line in lint.splitlines()[1:]]
    entries = [hook["entry"].replace(".venv/bin", "$(bin)") for hook in hooks]
    assert [line for line in wanted if not any(entry.startswith(line) for entry in entries)] == []
