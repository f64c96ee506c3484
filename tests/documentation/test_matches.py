"""What a page shows and what a command printed are compared line by line."""

import pytest

from tests.documentation.pages import matches

PRINTED = "collected 1 item\nFAIL mean: 3.2 ms\nevidence\n=== 1 failed in 3 s ==="


@pytest.mark.parametrize(
    ("shown", "fits"),
    [
        ("…\nFAIL mean: … ms\n…\n1 failed in …", True),
        ("", True),
        ("collected 1 item\n…\nevidence", True),
        ("collected 1 item\nevidence", False),
        ("collected … ms", False),
        ("…\n1 failed in …\nFAIL", False),
        ("1 passed", False),
    ],
)
def test_a_page_fits_what_was_printed(shown: str, fits: bool) -> None:  # noqa: FBT001 - of the table
    assert matches(shown, PRINTED) is fits
