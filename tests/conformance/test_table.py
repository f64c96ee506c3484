"""The committed table agrees with what the tests know of each library."""

import pytest

from tests.conformance.libraries import LIBRARIES, Library
from tests.conformance.readme import part


def rows() -> list[list[str]]:
    lines = [line for line in part("table").splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.name)
def test_the_table_is_of_the_installed_version_and_names_its_deviations(library: Library) -> None:
    heading, _, *body = rows()
    column = heading.index(f"{library.name} {library.version}")
    assert {row[0] for row in body if row[column] == "**no**"} == library.deviations
