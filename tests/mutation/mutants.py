"""Small changes of the code, each of which a test should notice, and a seeded sample of them."""

import ast
import difflib
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator, operator_names

_NEEDS_ARGUMENTS = frozenset({"VariableInserter", "VariableReplacer"})


@dataclass(frozen=True)
class Mutant:
    """One change: the `occurrence`th place of a file where an operator of cosmic-ray fits."""

    file: str
    """Relative to the tree."""
    line: int
    operator: str
    occurrence: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.operator}:{self.occurrence}"

    def source(self, tree: Path) -> str:
        """Return the changed file; one that Python cannot read is not a mutant.

        Raises:
            ValueError: The tree has no such place, or nothing but an annotation would change.
        """
        code = (tree / self.file).read_text()
        operator = _operators()[self.operator]
        lines = [line for line, _ in _positions(ast_nodes(get_ast(code)), operator)]
        if lines[self.occurrence : self.occurrence + 1] != [self.line]:
            raise ValueError(f"{self}: this tree has no such place; it fits at the lines {lines}")
        changed: str = mutate_code(code, operator, self.occurrence)
        try:
            same = _meaning(code) == _meaning(changed)
        except SyntaxError as wrong:
            raise ValueError(f"{self}: is no Python: {wrong}") from wrong
        if same:
            raise ValueError(f"{self}: changes nothing that is run")
        return changed

    def difference(self, tree: Path) -> str:
        """Return the lines that differ, as a unified diff without context."""
        lines = difflib.unified_diff(
            (tree / self.file).read_text().splitlines(),
            self.source(tree).splitlines(),
            lineterm="",
            n=0,
        )
        return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))


def mutant_named(name: str) -> Mutant:
    """Return the mutant of `file:line:operator:occurrence`."""
    parts = re.fullmatch(r"(.+\.py):(\d+):(\w+):(\d+)", name)
    if parts is None:
        raise ValueError(f"{name!r} is no mutant; expected file:line:operator:occurrence")
    return Mutant(parts[1], int(parts[2]), parts[3], int(parts[4]))


def sample(tree: Path, files: Sequence[str], count: int, seed: int) -> list[Mutant]:
    """Draw places of some files, and at each place one of the changes that fit there.

    A place where eleven other operators would fit weighs no more than a number.
    """
    draw = random.Random(seed)  # noqa: S311 - a sample, not a secret
    places: dict[tuple[str, int, int, str], list[Mutant]] = {}
    for file in sorted(files):
        for column, mutant in _fitting(tree, file):
            family = re.split(r"_(?=[A-Z])", mutant.operator)[0]
            places.setdefault((file, mutant.line, column, family), []).append(mutant)
    shuffled = sorted(places)
    draw.shuffle(shuffled)
    drawn: list[Mutant] = []
    for place in shuffled:
        if len(drawn) == count:
            break
        mutant = draw.choice(places[place])
        try:
            mutant.source(tree)
        except ValueError:
            continue
        drawn.append(mutant)
    return sorted(drawn, key=str)


def _fitting(tree: Path, file: str) -> Iterator[tuple[int, Mutant]]:
    """Yield each mutant of a file, with the column where it begins."""
    nodes = list(ast_nodes(get_ast((tree / file).read_text())))
    for name, operator in _operators().items():
        for occurrence, (line, column) in enumerate(_positions(nodes, operator)):
            yield column, Mutant(file, line, name, occurrence)


def _positions(nodes: Iterable[object], operator: Operator) -> Iterator[tuple[int, int]]:
    """Yield where an operator fits, in cosmic-ray's order."""
    for node in nodes:
        for start, _ in operator.mutation_positions(node):
            yield start


@cache
def _operators() -> dict[str, Operator]:
    names = (name.removeprefix("core/") for name in operator_names() if name.startswith("core/"))
    return {
        name: get_operator(f"core/{name}")()
        for name in sorted(names)
        if name not in _NEEDS_ARGUMENTS
    }


class _WithoutAnnotations(ast.NodeTransformer):
    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        self.generic_visit(node)
        node.annotation = ast.Constant(None)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(node)
        node.returns = None
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AsyncFunctionDef:
        self.generic_visit(node)
        node.returns = None
        return node


def _meaning(code: str) -> str:
    return ast.dump(_WithoutAnnotations().visit(ast.parse(code)))


def lines_run_with(code: str, line: int) -> range | None:
    """Return the lines of the statement at a line; none where it runs as the module is imported.

    So do a function's defaults and decorators.
    """
    found: range | None = None
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        body = range(node.body[0].lineno, (node.end_lineno or node.lineno) + 1)
        if line in body and (found is None or len(body) < len(found)):
            found = body
            for statement in ast.walk(node):
                if isinstance(statement, ast.stmt) and statement is not node:
                    head = _head(statement)
                    if line in head and len(head) < len(found):
                        found = head
    return found


def lines_in_functions(code: str) -> frozenset[int]:
    """Return the lines of all functions' bodies."""
    return frozenset(
        line
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for line in range(node.body[0].lineno, (node.end_lineno or node.lineno) + 1)
    )


def _head(statement: ast.stmt) -> range:
    """Return the lines of a statement without those of the statements in it."""
    inner: list[ast.stmt] = getattr(statement, "body", [])
    last = inner[0].lineno - 1 if inner else statement.end_lineno or statement.lineno
    return range(statement.lineno, max(last, statement.lineno) + 1)
