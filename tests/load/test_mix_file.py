"""A mix in a file: what it says is sent, and each mistake is one line with its place."""

import re
from pathlib import Path

import pytest

from windtunnel.errors import ConfigurationError
from windtunnel.load.mix_file import read
from windtunnel.requests.placeholders import Filling
from windtunnel.requests.prepared import Preparation


def test_a_file_makes_a_mix(tmp_path: Path) -> None:
    (tmp_path / "ids.csv").write_text("id,name\n1,a\n2,b\n")
    file = tmp_path / "mix.toml"
    file.write_text(
        '[[request]]\npath = "/items/{id}"\nweight = 3\ndata = "ids.csv"\nexpect = [200, 404]\n'
        '[[request]]\nmethod = "POST"\npath = "/new"\nbody = "x"\n'
        'headers = { A = "b", C = ["d", "e"] }\n'
    )
    items, new = read(file).requests
    made = Preparation(items).of_rows(Filling(1))
    assert [each.path for each in made] == ["/items/1", "/items/2"]
    assert (items.weight, items.expect) == (3, (200, 404))
    assert (new.label, new.header_lines) == ("POST /new", (("A", "b"), ("C", "d"), ("C", "e")))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "missing [[request]]"),
        ("request = []", "request = []"),
        ('[[request]]\npaht = "/"', "unknown key 'request.0.paht'; did you mean 'path'?"),
        ('[[requests]]\npath = "/"', "unknown key 'requests'; did you mean 'request'?"),
        ('[[request]]\nweight = "much"', "request.0.weight = 'much'"),
        ('[[request]]\npath = "a"', "expected one that starts with '/'"),
        ('[[request]]\npath = "/{id}"\ndata = "no.csv"', "cannot be read"),
        ("[[request", "not valid TOML"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "mix.toml"
    file.write_text(text)
    with pytest.raises(ConfigurationError, match=re.escape(said)) as raised:
        read(file)
    assert str(tmp_path) in str(raised.value)


@pytest.mark.parametrize(
    ("rows", "said"),
    [("id\n", "one row at least"), ("id,b\n1\n", "line 2: expected 2"), ("", "one row at least")],
)
def test_a_wrong_row_is_named(tmp_path: Path, rows: str, said: str) -> None:
    (tmp_path / "ids.csv").write_text(rows)
    file = tmp_path / "mix.toml"
    file.write_text('[[request]]\npath = "/{id}"\ndata = "ids.csv"\n')
    with pytest.raises(ConfigurationError, match=said):
        read(file)
