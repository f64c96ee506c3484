"""Describes a public object as the built site does: its signature, docstrings, and members."""

import ast
import functools
import importlib
import inspect
import operator
import re
import textwrap
from collections.abc import Iterator
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Literal, get_args, get_origin

import click
from pydantic import BaseModel

from windtunnel.errors import WindtunnelError

WIDTH = 88
"""Columns of a signature on one line."""
_UNNAMED = re.compile(r"<[^<>]*(?:<[^<>]*>[^<>]*)*>")
"""A default that is shown as no code would have it, such as a function or a factory."""
_QUALIFIED = re.compile(r"\b(?:[A-Za-z_]\w*\.)+([A-Za-z_]\w*)")


def described(path: str) -> str:
    """Return what there is to say of the object at a dotted path, as Markdown."""
    found = _object(path)
    name = path.rpartition(".")[2]
    lines = [f"### {name}", ""]
    if isinstance(found, type) and issubclass(found, BaseModel):
        lines += [_docstring(found), "", *_settings(found)]
    elif isinstance(found, type):
        own = "" if issubclass(found, Enum) else _signature(found, f"class {name}")
        lines += [*_code(own), _docstring(found), "", *_attributes(found), *_methods(found)]
    else:
        lines += [*_code(_signature(found, f"def {name}")), _docstring(found), ""]
    return "\n".join(lines) + "\n"


def described_commands(group: click.Group) -> str:
    """Return the help of a command and of each of its subcommands."""
    context = click.Context(group, info_name=group.name)
    parts = [_help(group, context)]
    for name in group.list_commands(context):
        try:
            command = group.get_command(context, name)
        except WindtunnelError as error:  # on this system there is none
            parts.append(f"## {group.name} {name}\n\n{error}\n")
        else:
            assert command is not None  # noqa: S101 - it is listed
            parts.append(_help(command, click.Context(command, parent=context, info_name=name)))
    return "\n".join(parts)


def _help(command: click.Command, context: click.Context) -> str:
    return f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"


def _object(path: str) -> object:
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            found = getattr(found, part)
        return found
    raise ModuleNotFoundError(path)


def _docstring(found: object) -> str:
    return inspect.getdoc(found) or ""


def _code(text: str) -> list[str]:
    return ["```python", text, "```", ""] if text else []


def _signature(found: object, start: str) -> str:
    """Return a signature with short names, on one line where it is short enough."""
    try:
        signature = inspect.signature(found)  # type: ignore[arg-type]  # what is none is refused
    except (TypeError, ValueError):
        return ""
    parameters = [each for each in signature.parameters.values() if each.name != "self"]
    text = str(signature.replace(parameters=parameters)).replace(" -> None", "")
    line = start + _short(text)
    if len(line) <= WIDTH:
        return line
    whole = [_short(str(each)) for each in parameters]
    kinds = [each.kind for each in parameters]
    if inspect.Parameter.KEYWORD_ONLY in kinds and inspect.Parameter.VAR_POSITIONAL not in kinds:
        whole.insert(kinds.index(inspect.Parameter.KEYWORD_ONLY), "*")
    _, arrow, result = line.rpartition(") -> ")
    end = f") -> {result}" if arrow else ")"
    return "\n".join([f"{start}(", *(f"    {each}," for each in whole), end])


def _short(text: str) -> str:
    text = _UNNAMED.sub("...", text)
    return _QUALIFIED.sub(lambda match: match[1], text).replace("'", '"')


def _settings(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        value = field.get_default(call_default_factory=True, validated_data={})
        # None is what is not there: nothing that a file can say.
        default = "" if field.is_required() or value is None else f" = {_default(value)}"
        shown = _short(inspect.formatannotation(_plain(field.annotation)))
        yield f"- **`{field.alias or name}`**`: {shown}{default}`"
        yield textwrap.indent(" ".join((field.description or "").split()), "  ")
    yield ""


def _plain(kind: Any) -> Any:  # noqa: ANN401 - any annotation
    """Return a type without what is checked of its values, which is told in words."""
    if get_origin(kind) is Annotated:
        return _plain(get_args(kind)[0])
    parts = tuple(map(_plain, get_args(kind)))
    if not parts or get_origin(kind) is Literal:
        return kind
    if isinstance(kind, UnionType):
        return functools.reduce(operator.or_, parts)
    return kind.copy_with(parts) if hasattr(kind, "copy_with") else get_origin(kind)[parts]


def _default(value: object) -> str:
    return "{}" if isinstance(value, BaseModel) else repr(value)


def _attributes(found: type) -> Iterator[str]:
    """Yield the public attributes of a class that have a docstring, or are an enum's members."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(found)))
    except (OSError, TypeError, SyntaxError):
        return
    body = getattr(tree.body[0], "body", [])
    documented = issubclass(found, Enum)
    for statement, following in zip(body, [*body[1:], None], strict=True):
        said = _said(following)
        target = getattr(statement, "target", None) or next(
            iter(getattr(statement, "targets", ())), None
        )
        if not isinstance(target, ast.Name) or target.id.startswith("_"):
            continue
        if said or documented or isinstance(statement, ast.AnnAssign):
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.value, ast.Call):
                statement.value = None  # how a default is made is no news
            yield f"- **`{ast.unparse(statement)}`**"
            if said:
                yield textwrap.indent(" ".join(said.split()), "  ")
    yield ""


def _said(statement: ast.stmt | None) -> str:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return str(statement.value.value)
    return ""


def _methods(found: type) -> Iterator[str]:
    for name, member in vars(found).items():
        if name.startswith("_") or not inspect.getdoc(member):
            continue
        if isinstance(member, property):
            yield from (f"#### {name}", "", "A property. " + _docstring(member), "")
        elif isinstance(member, classmethod | staticmethod) or inspect.isfunction(member):
            own = getattr(found, name)
            yield from (f"#### {name}", "", *_code(_signature(own, f"def {name}")))
            yield from (_docstring(member), "")
