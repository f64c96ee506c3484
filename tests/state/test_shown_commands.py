"""What is said of a step of the preparation holds no password that its command has."""

import pytest
from pydantic import TypeAdapter

from tests.state.test_preparation import table
from windtunnel.configuration import parse
from windtunnel.configuration.preparation_settings import Step
from windtunnel.errors import ConfigurationError

HIDDEN = "hunter22"


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (f"mysql -p{HIDDEN} -u root", "mysql …"),
        (f"mysql -p {HIDDEN}", "mysql -p …"),
        (f"psql -c \"ALTER USER app PASSWORD '{HIDDEN}'\"", "psql -c …"),
        (f"redis-cli AUTH {HIDDEN}", "redis-cli …"),
        (f"mysqladmin password {HIDDEN}.txt", "mysqladmin password …"),
        (f"curl -u ann:{HIDDEN} http://x", "curl -u …"),
        (f"./seed --pin={HIDDEN}", "./seed …"),
        (f"./seed --pin {HIDDEN}", "./seed --pin …"),
        (f"env PGPASSWORD={HIDDEN} psql", "env …"),
        (f"{{python}} manage.py login {HIDDEN}", "'{python}' manage.py login …"),
        ("{python} manage.py migrate", "'{python}' manage.py migrate"),
        ("{python} -m app.seed", "'{python}' -m app.seed"),
        ("./seed", "./seed"),
        ("schema.sql", "schema.sql"),
    ],
)
def test_a_step_is_known_by_its_first_words(command: str, shown: str) -> None:
    assert str(TypeAdapter(Step).validate_python(command)) == shown


@pytest.mark.parametrize(
    "wrong",
    [
        {"command": f"mysql -p{HIDDEN}", "dependency": "db"},
        {"command": f"mysql -p{HIDDEN}", "sql": "schema.sql"},
        {"command": f"seed --pin '{HIDDEN}"},
        f"seed --pin '{HIDDEN}",
    ],
)
def test_a_mistake_beside_a_command_does_not_show_it(wrong: object) -> None:
    with pytest.raises(ConfigurationError, match=r"prepare\.session\.0") as caught:
        parse(table(session=[wrong]), "x")
    assert HIDDEN not in str(caught.value)
