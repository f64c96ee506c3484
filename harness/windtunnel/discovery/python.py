"""A Python service: its framework, and how it is started."""

import re
from pathlib import Path

from windtunnel.discovery.files import Text, read
from windtunnel.discovery.findings import Seen, ServiceStart

APPLICATION = re.compile(
    r"^(?P<name>\w+)\s*(?::[^=\n]+)?=\s*(?P<class>Flask|Quart|FastAPI|Starlette|Sanic|Litestar)\(",
    re.MULTILINE,
)
FACTORY = re.compile(r"^def (?P<name>create_app|make_app)\(", re.MULTILINE)
DECLARED = ("requirements.txt", "pyproject.toml", "Pipfile", "setup.cfg", "setup.py")
WSGI = frozenset({"Flask"})


def target(folder: Path, sources: tuple[Text, ...]) -> ServiceStart | None:
    """Return how the service is started; None where no known framework is used."""
    python = _python(folder)
    if (folder / "manage.py").is_file():
        django = Seen("Django", _declared(folder, "django") or "manage.py")
        served = (python, "manage.py", "runserver", "--noreload", "{host}:{port}")
        return ServiceStart(django, served, Seen("", "manage.py"))
    for text in sources:
        if found := APPLICATION.search(text.text):
            kind = found["class"]
            place = text.place(found.start())
            module = _module(text.name)
            command = _command(folder, python, kind, f"{module}:{found['name']}")
            return ServiceStart(
                Seen(kind, _declared(folder, kind) or place), command, Seen("", place)
            )
        factory = FACTORY.search(text.text)
        if factory and "Flask(" in text.text:
            module = _module(text.name)
            made = (python, "-m", "flask", "--app", module, "run", *FLASK)
            place = text.place(factory.start())
            flask = Seen("Flask", _declared(folder, "flask") or place)
            return ServiceStart(flask, made, Seen("", place))
    return None


FLASK = ("--host", "{host}", "--port", "{port}")


def _command(folder: Path, python: str, kind: str, application: str) -> tuple[str, ...]:
    if kind in WSGI:
        if _declared(folder, "gunicorn"):
            return (
                python,
                "-m",
                "gunicorn",
                "--bind",
                "{host}:{port}",
                "--threads",
                "32",
                application,
            )
        return (python, "-m", "flask", "--app", application, "run", *FLASK)
    if kind == "Sanic":
        return (python, "-m", "sanic", application, *FLASK, "--single-process")
    if _declared(folder, "hypercorn") and not _declared(folder, "uvicorn"):
        return (python, "-m", "hypercorn", "--bind", "{host}:{port}", application)
    return (python, "-m", "uvicorn", application, *FLASK)


def _python(folder: Path) -> str:
    """Return the project's own Python where it has one, else windtunnel's."""
    for name in (".venv", "venv", "env"):
        if (folder / name / "bin" / "python").exists():
            return f"{name}/bin/python"
    return "{python}"


def _module(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _declared(folder: Path, package: str) -> str:
    """Return where the project declares a package; empty where it does not."""
    wanted = re.compile(rf"(?im)(?:^\s*|[\"']){re.escape(package)}\b(?!-)")
    for name in DECLARED:
        text = read(folder, folder / name)
        if text and (found := wanted.search(text.text)):
            return text.place(found.end())
    return ""
