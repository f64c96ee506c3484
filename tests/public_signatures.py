"""What is public, with its types, each on a line.

`.venv/bin/python -m tests.public_signatures` writes it to tests/public_signatures.txt, and the
names to docs/reference/public.md. Tests compare both with the code: so a change is seen, and meant.
"""

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

MODULES = (
    "windtunnel",
    "windtunnel.faults",
    "windtunnel.criteria",
    "windtunnel.records",
    "windtunnel.errors",
    "windtunnel.extensions",
)
LISTING = Path(__file__).with_suffix(".txt")
PAGE = Path(__file__).parents[1] / "docs" / "reference" / "public.md"
_OURS = ("windtunnel", "windtunnel_faults")


def listing() -> str:
    """Return every public name, where it is first found, with the types of all that it has."""
    seen: set[int] = set()
    lines: list[str] = []
    for module in MODULES:
        found = import_module(module)
        for name in sorted(found.__all__):
            value = getattr(found, name)
            if name != "__version__" and id(value) not in seen:
                seen.add(id(value))
                lines += _described(f"{module}.{name}", value)
    return "\n".join([*lines, ""])


def _described(name: str, value: object) -> Iterator[str]:
    if inspect.isclass(value):
        yield f"class {name}({', '.join(each.__name__ for each in value.__bases__)})"
        members = (each for part in _own(value) for each in _members(_source(part)))
        for line in dict(members).values():
            yield f"    {line}"
    elif inspect.isfunction(value):
        yield f"def {name}{_signature(_source(value))}"
    else:  # a value, or the name of a type that is written otherwise
        yield f"{name} = {value!r}".replace("typing.", "")


def _own(value: type) -> list[type]:
    """Return what it is made from, of ours: bases first, as a dataclass orders its fields."""
    own = [each for each in value.__mro__ if each.__module__.partition(".")[0] in _OURS]
    return own[::-1]


def _source(value: type | object) -> ast.AST:
    """Return the definition as it is written: what Python shows of it differs by version."""
    name = getattr(value, "__name__", "")
    # A decorated function: where it is written, and not where its decorator is.
    file = inspect.getsourcefile(inspect.unwrap(value))  # type: ignore[arg-type]
    tree = ast.parse(Path(file or "").read_text(encoding="utf-8"))
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return next(each for each in tree.body if isinstance(each, kinds) and each.name == name)


def _members(definition: ast.AST) -> Iterator[tuple[str, str]]:
    for each in getattr(definition, "body", ()):
        match each:
            case ast.FunctionDef() | ast.AsyncFunctionDef() if _public(each.name):
                marks = [ast.unparse(mark).partition("(")[0] for mark in each.decorator_list]
                written = "async def" if isinstance(each, ast.AsyncFunctionDef) else "def"
                words = [*(f"@{mark}" for mark in marks), written, each.name]
                yield each.name, " ".join(words) + _signature(each)
            case ast.AnnAssign(target=ast.Name(id=name)) if _public(name):
                each.annotation = _unquoted(each.annotation)
                yield name, ast.unparse(each)
            case ast.Assign(targets=[ast.Name(id=name)]) if _public(name):
                yield name, ast.unparse(each)


def _public(name: str) -> bool:
    return not name.startswith("_") or name in {"__init__", "__call__", "__enter__", "__aenter__"}


def _signature(definition: ast.AST) -> str:
    assert isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef)
    for each in ast.walk(definition.args):
        if isinstance(each, ast.arg) and each.annotation:
            each.annotation = _unquoted(each.annotation)
    returns = definition.returns
    returned = f" -> {ast.unparse(_unquoted(returns))}" if returns else ""
    return f"({ast.unparse(definition.args)}){returned}"


def _unquoted(annotation: ast.expr) -> ast.expr:
    """Return an annotation as it reads without the quotes that only put off its import."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return ast.parse(annotation.value, mode="eval").body
    return annotation


def _page(text: str) -> str:
    """Return the page with each module's names as they are now."""
    for module in MODULES:
        names = " ".join(f"`{name}`" for name in sorted(import_module(module).__all__))
        start = text.index(f"## {module}\n")
        text = text[:start] + re.sub(r"^`.*`$", names, text[start:], count=1, flags=re.MULTILINE)
    return text


if __name__ == "__main__":
    LISTING.write_text(listing(), encoding="utf-8")
    PAGE.write_text(_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(f"{LISTING}: {len(listing().splitlines())} lines\n")
