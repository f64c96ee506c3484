"""What other distributions add works like our own, and one that is broken is named."""

import ast
from importlib import import_module
from pathlib import Path

import pytest

from tests.plugin.conftest import EXAMPLE, THREAD, distribute
from tests.public_signatures import MODULES
from windtunnel.errors import ConfigurationError
from windtunnel.fault_kinds import build, kinds


def test_a_fault_a_backend_a_criterion_and_a_report_of_another_distribution_work(
    project: pytest.Pytester,
) -> None:
    project.makepyfile(
        """
import pytest

@pytest.mark.fault("gremlin", "prices", bites=8)
@pytest.mark.criterion("slowest_response", below=5.0)
def test_x(stack):
    stack.drive("/orders", requests=3)
"""
    )
    result = project.runpytest(*THREAD, "--windtunnel-report=rulings=rulings.txt")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["  the target is a thread", "*prices *Gremlin *PASS*"])
    assert (project.path / "rulings.txt").read_text().splitlines() == [
        "PASS fault touched traffic",
        "PASS slowest response",
    ]


def test_what_it_imports_of_ours_is_public() -> None:
    imported = [
        (node.module, alias.name)
        for file in EXAMPLE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("windtunnel")
        for alias in node.names
    ]
    assert imported
    for module, name in imported:
        assert module in MODULES, f"{module}: {name}"
        assert name in import_module(module).__all__, f"{module}: {name}"


def test_its_fault_is_listed_among_ours_and_built_by_name(project: pytest.Pytester) -> None:
    assert kinds()["Gremlin"].parameters[0].name == "bites"
    assert "bites=3" in repr(build("gremlin", "prices", {"bites": "3"}))


@pytest.mark.parametrize(
    ("entry_points", "use", "message"),
    [
        (
            {"windtunnel.faults": {"Imp": "nowhere:Imp"}},
            "fault('imp', 'catalog')",
            "imps 1.0: entry point 'Imp' in windtunnel.faults (nowhere:Imp): cannot be loaded: Mod",
        ),
        (
            {"windtunnel.faults": {"Imp": "builtins:dict"}},
            "fault('imp', 'catalog')",
            "(builtins:dict): expected a dataclass with `needs`, `form` and the first field",
        ),
        (
            {"windtunnel.faults": {"Outage": "builtins:dict"}},
            "fault('imp', 'catalog')",
            "(builtins:dict): the name is taken by windtunnel itself",
        ),
        (
            {"windtunnel.backends": {"imp": "os:sep"}},
            "--windtunnel-backend=imp",
            "in windtunnel.backends (os:sep): expected a callable; found '/'",
        ),
        (
            {"windtunnel.reports": {"imp": "builtins:str"}},
            "--windtunnel-report=imp=x",
            "in windtunnel.reports (builtins:str): expected a sink with `write`; found 'x'",
        ),
        (
            {"windtunnel.criteria": {"imp": "os:sep"}},
            "criterion('imp')",
            "in windtunnel.criteria (os:sep): expected a function of a run",
        ),
    ],
    ids=["missing", "no-fault", "taken", "backend", "report", "criterion"],
)
def test_a_broken_one_is_one_clear_error_that_names_its_distribution(
    pytester: pytest.Pytester,
    site: Path,
    entry_points: dict[str, dict[str, str]],
    use: str,
    message: str,
) -> None:
    distribute(site, "imps", entry_points)
    options = (use,) if use.startswith("--") else ()
    marked = "" if options else f"@pytest.mark.{use}\n"
    pytester.makepyfile(f"import pytest\n{marked}def test_x(stack): pass\n")
    result = pytester.runpytest(*options)
    assert result.ret != pytest.ExitCode.OK
    output = "\n".join([*result.errlines, *result.outlines])
    assert message in output
    assert "Traceback" not in output
    assert "INTERNALERROR" not in output


def test_two_distributions_cannot_give_one_name(site: Path) -> None:
    distribute(site, "imps", {"windtunnel.faults": {"Imp": "one:Imp"}})
    distribute(site, "pixies", {"windtunnel.faults": {"Imp": "two:Imp"}})
    with pytest.raises(
        ConfigurationError,
        match=r"pixies 1.0: .* is taken by imps 1.0|imps 1.0: .* is taken by pixies 1.0",
    ):
        kinds()
