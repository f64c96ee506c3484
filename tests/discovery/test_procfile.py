"""A Procfile says how the service is started, and what runs beside it."""

from pathlib import Path

import pytest

from windtunnel.configuration import load
from windtunnel.discovery import look, written

APP = "from flask import Flask\napp = Flask(__name__)\n@app.get('/menu')\ndef menu(): ...\n"


def test_web_is_the_target_and_the_others_are_named(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "Procfile").write_text(
        "release: flask db upgrade\n# no process\n"
        "web: gunicorn app:app --bind 0.0.0.0:${PORT:-5000} --workers 2\n"
        "worker: celery -A app worker\ncss: npm run watch\n"
    )
    findings = look(tmp_path)
    text = written(findings)
    (tmp_path / "windtunnel.toml").write_text(text)
    command = ("gunicorn", "app:app", "--bind", "{host}:{port}", "--workers", "2")
    found = load(tmp_path)
    assert found.command == command
    assert found.programs["worker"].command == ("celery", "-A", "app", "worker")
    assert "# Flask (app.py:2), started as in Procfile:3" in text
    assert "# Beside it runs css: npm run watch (Procfile:5)" in text
    assert set(found.programs) == {"worker"}
    assert "release" not in text


@pytest.mark.parametrize(
    ("line", "command", "environment"),
    [
        ("bundle exec puma", ("bundle", "exec", "puma"), {"PORT": "{port}"}),
        ("python app.py", ("{python}", "app.py"), {"PORT": "{port}"}),
        ("cd web && npm start", ("sh", "-c", "cd web && npm start"), {"PORT": "{port}"}),
        ("A=1 serve -p $PORT", ("sh", "-c", "exec env A=1 serve -p {port}"), {}),
        ("serve -n $NAME -p $PORT", ("sh", "-c", "exec serve -n $NAME -p {port}"), {}),
        ("serve 'x -p $PORT", ("sh", "-c", "exec serve 'x -p {port}"), {}),
    ],
)
def test_a_line_that_needs_a_shell_gets_one(
    tmp_path: Path, line: str, command: tuple[str, ...], environment: dict[str, str]
) -> None:
    (tmp_path / "Procfile").write_text(f"web: {line}\n")
    target = look(tmp_path).target
    assert target is not None
    assert (target.command, target.environment) == (command, environment)


def test_a_program_of_the_projects_own_environment_is_taken(tmp_path: Path) -> None:
    program = tmp_path / ".venv" / "bin" / "gunicorn"
    program.parent.mkdir(parents=True)
    program.touch()
    (tmp_path / "Procfile").write_text("web: gunicorn app:app\n")
    target = look(tmp_path).target
    assert target is not None
    assert target.command == (".venv/bin/gunicorn", "app:app")
